"""What the number is worth: one question, one file."""
