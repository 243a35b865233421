"""Finding, loading and starting plugins."""
