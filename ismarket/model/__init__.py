"""What a market, a cause, a driver, an anchor and a scenario are."""
