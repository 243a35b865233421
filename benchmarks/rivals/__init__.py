"""The same market written by other means: yardsticks for ismarket's speed and answer."""
