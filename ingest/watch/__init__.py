"""Watching jobs that run: what is new is read every few seconds, until they end."""
