"""What a driver may do while it runs, and how a breach is named."""
