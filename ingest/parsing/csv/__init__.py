"""Parsers of CSV: quick where a file is well-formed, careful where it is not."""
