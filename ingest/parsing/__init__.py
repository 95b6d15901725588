"""What parsers are made of."""
