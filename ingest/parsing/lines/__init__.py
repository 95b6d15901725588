"""Parsers of text: lines, records, what they say, and the errors in them."""
