"""The SQL prompt: what `ingest sql` is on a terminal when no query is given.

`loop` reads and answers until the user leaves; `session` is the open store and how results are shown; `commands` are
what begins with a dot; `terminal` reads lines, with `completion` from the `names` of the store and a `history`.
"""
