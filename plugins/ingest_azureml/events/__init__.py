"""What the messages of each log family say: their known forms, and the facts in them (§§5-8, §11, appendix A).

The most frequent forms of a log come first: a message is asked only until one fits.
"""
