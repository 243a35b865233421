"""How figures, sentences and tables are written for people."""
