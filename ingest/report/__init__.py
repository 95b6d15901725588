"""Answers put together for people."""
