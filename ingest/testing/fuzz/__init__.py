"""Damaged files by the thousand, through the path that a load takes: `python -m ingest.testing.fuzz JOB_DIRS --minutes 10`.

A parser must not raise for any of them, must tell every record before the damage as it was, and may take only as long as a
file of that size warrants.
"""
