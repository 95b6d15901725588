"""Attacks on a store through the real command: `python -m ingest.testing.attack --minutes 5`.

Kills and signals at random instants, readers and writers at once, damaged trees and files, a disk that takes no more, reports
full of payloads. A store must hold a whole state whatever happens, every command must say what is wrong in its own words,
and nothing may be left over.
"""
