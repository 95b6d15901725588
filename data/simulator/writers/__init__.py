"""Writes what happened in a job as the files that the driver and the platform would have left (formats.md)."""
