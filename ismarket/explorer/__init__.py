"""The explorer: a panel in a notebook in which the drivers are put together by hand."""
