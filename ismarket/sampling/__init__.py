"""From seed and name to draws."""
