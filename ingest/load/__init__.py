"""Loading: from folders with logs to committed tables."""
