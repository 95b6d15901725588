"""Plugins: where they are found, how they are loaded and checked, and which parser gets a file."""
