"""Damage to files: the same for the same seed, so that a failure comes again."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from random import Random

_TOO_LARGE = b"99999999999999999999999"
"""Digits before a number make it one that no column holds."""

BAD_BYTES = (
    b"\0",
    b"\xff\xfe\x80",
    b"\xef\xbb\xbf",
    b"\r",
    b"\n",
    b"\r\n\r\n",
    b'"',
    b'""',
    b'",\n"',
    b",,,,",
    b"|",
    b"{[(",
    b"\\",
    b"\x1b[31m",
    "\u2028é🎉".encode(),
    _TOO_LARGE,
    b"Traceback (most recent call last):\n",
    b" " * 300,
)
"""What is put into files: bytes that mean something in one format or another, and such that mean nothing anywhere."""


def cuts(content: bytes, most: int = 600) -> list[int]:
    """Where to cut: after every byte, or in a long file after `most` of them."""
    step = max(1, len(content) // most)
    return list(range(0, len(content), step))


def inserted(content: bytes, count: int = 120) -> Iterator[tuple[int, bytes, bytes]]:
    """Files with bad bytes put in: where, what, and the file. Each kind comes at several places, half of them before a word."""
    random = Random(len(content))
    words = [found.start() for found in re.finditer(rb"\b\w", content)] or [0]
    numbers = [found.start() for found in re.finditer(rb"\b\d", content)]
    places = [(random.choice(numbers), _TOO_LARGE) for _ in range(count // 4) if numbers]
    for i in range(count - len(places)):
        at = random.choice(words) if i % 2 else random.randint(0, len(content))
        places.append((at, BAD_BYTES[i // 2 % len(BAD_BYTES)]))
    for at, bad in places:
        yield at, bad, content[:at] + bad + content[at:]


def with_line_ends(content: bytes, line_end: bytes) -> bytes:
    """The file with other line ends."""
    return content.replace(b"\r\n", b"\n").replace(b"\n", line_end)


def mutated(content: bytes, other: bytes, random: Random) -> tuple[int, bytes]:
    """A file damaged in one to four random ways, and up to which byte it is as it was. `other` is spliced in."""
    whole_until = len(content)
    for _ in range(random.choice((1, 1, 1, 2, 4))):
        at, content = random.choice(_DAMAGES)(content, other, random)
        whole_until = min(whole_until, at)
    return whole_until, content


def _flip(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + bytes([random.randrange(256)]) + content[at + 1 :]


def _cut(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at]


def _drop(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + content[at + random.choice((1, 7, 100, 5_000)) :]


def _repeat(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at, end = sorted((random.randrange(len(content) + 1), random.randrange(len(content) + 1)))
    return end, content[:end] + content[at:end][:20_000] + content[end:]


def _splice(content: bytes, other: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + other[random.randrange(len(other) + 1) :]


def _put_in(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + random.choice(BAD_BYTES) * random.choice((1, 1, 1, 2, 50)) + content[at:]


def _giant(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + random.choice((b"x", b'"', b",", b"a b", b"\0", b"{")) * 50_000 + content[at:]


def _without_breaks(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    at = random.randrange(len(content) + 1)
    return at, content[:at] + content[at : at + 5_000].replace(b"\n", b" ") + content[at + 5_000 :]


def _encode(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    encoding = random.choice(("utf-16-le", "utf-16-be", "cp1252", "utf-16"))
    return 0, content.decode("utf-8", "replace").encode(encoding, "replace")


def _other_line_ends(content: bytes, _: bytes, random: Random) -> tuple[int, bytes]:
    return 0, with_line_ends(content, random.choice((b"\n", b"\r\n", b"\r", b"\n\n", b"\r\r\n")))


_DAMAGES: tuple[Callable[[bytes, bytes, Random], tuple[int, bytes]], ...] = (
    *(_flip, _cut, _drop, _repeat, _splice, _put_in) * 3,
    _giant,
    _without_breaks,
    _encode,
    _other_line_ends,
)
