"""The same market as ismarket's, written by other means: yardsticks for its speed and its answer."""
