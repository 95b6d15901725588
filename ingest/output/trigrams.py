"""Which of many words can be in a large text: one pass over the text instead of one for each word."""

from __future__ import annotations

from collections.abc import Callable

_LARGE = 4_096
"""Characters above which the pass is cheaper than the searches that it saves."""


def may_contain(text: str) -> Callable[[str], bool]:
    """A check whether a text contains a word; it may say yes though the text does not, never no though it does."""
    if len(text) < _LARGE:
        return lambda word: word in text
    import numpy as np

    data = np.frombuffer(text.encode("utf-8", "surrogatepass"), np.uint8).astype(np.uint32)
    seen = np.zeros(1 << 24, np.bool_)
    seen[data[:-2] << 16 | data[1:-1] << 8 | data[2:]] = True

    def check(word: str) -> bool:
        part = word.encode()
        return all(bool(seen[int.from_bytes(part[at : at + 3])]) for at in range(len(part) - 2))

    return check
