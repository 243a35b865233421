"""From a plan to a forecast and its page."""
