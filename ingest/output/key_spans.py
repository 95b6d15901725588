"""Private keys in a text: blocks of PEM, OpenSSH, PGP and PuTTY, also with a prefix before each line, or cut off."""

from __future__ import annotations

import re
from itertools import pairwise

BEGIN = re.compile(r"-{4,5}[ ]?BEGIN [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[ ]?-{4,5}|Private-Lines: \d{1,4}")
END = re.compile(r"-{4,5}[ ]?END [A-Z0-9 ]{0,40}PRIVATE KEY(?: BLOCK)?[ ]?-{4,5}|Private-MAC:")
_LONGEST = 20_000
"""Characters of a key: what comes later belongs to none."""
_BODY = re.compile(
    r"(?:(?<=[\s|>\]:\"'])|^)(?P<body>[A-Za-z0-9+/]{16,}+={0,2}|[A-Za-z0-9+/]{1,60}={1,2}|=[A-Za-z0-9+/]{4})"
    r"(?=(?:\\n|[\"',\\\s]){0,8}$)",
    re.MULTILINE,
)
_RUN = re.compile(
    r"(?:\x1b\[[0-9;]{0,20}m)?(?<![A-Za-z0-9+/])(?P<body>[A-Za-z0-9+/]{24,}+={0,2}|[A-Za-z0-9+/]{6,60}+={1,2})(?![A-Za-z0-9=])"
)
"""What looks like a piece of a key wherever it stands in a line: in a field of JSON, a cell of a table, between colours."""
_HEADER = re.compile(r"(?:Proc-Type|DEK-Info|Comment|Version|Hash):(?P<body>[^\n]{0,200})")
_ONE_LINE = re.compile(r"(?:\\[nr]|\s){0,8}(?P<body>[A-Za-z0-9+/=\\]{8,}+)")


def key_spans(text: str) -> list[tuple[int, int]]:
    """Where private keys are in a text: what lies between the line that begins one and the line that ends it.

    Of a key that is cut off, the lines that look like lines of a key.
    """
    if "PRIVATE KEY" not in text and "Private-Lines" not in text:
        return []
    spans: list[tuple[int, int]] = []
    marks = sorted(
        [(*match.span(), True) for match in BEGIN.finditer(text)]
        + [(*match.span(), False) for match in END.finditer(text)]
    )
    for (_, start, begins), (stop, _, next_begins) in pairwise([*marks, (len(text), 0, True)]):
        if begins:
            stop = min(stop, start + _LONGEST)
            spans += body_spans(text, start, stop) if next_begins else [_trimmed(text, start, stop)]
    return [span for span in spans if span[0] < span[1]]


def body_spans(text: str, start: int, stop: int) -> list[tuple[int, int]]:
    """Lines of a key in a part of a text, from a key's begin on."""
    found = [match.span("body") for match in _BODY.finditer(text, start, stop) if _is_no_word(match["body"])]
    found += [match.span("body") for match in _RUN.finditer(text, start, stop) if _is_random(match["body"])]
    found += [match.span("body") for match in _HEADER.finditer(text, start, stop)]
    if not found and (line := _ONE_LINE.match(text, start, stop)) and _is_no_word(line["body"]):
        found.append(line.span("body"))
    return sorted(found)


def _is_no_word(run: str) -> bool:
    return not _is_path(run) and (len(run) >= 40 or any(one in "0123456789+=" for one in run))


def _is_path(run: str) -> bool:
    """Of the characters of a key, four of ten are capital letters."""
    return "/" in run and sum(map(str.isupper, run)) * 10 < len(run)


def _is_random(run: str) -> bool:
    """Digits and letters of both cases, as no path and no name has them; a short run only with the padding at its end."""
    least = 4 if len(run) >= 24 else 1
    counts = (sum(map(kind, run)) for kind in (str.isdigit, str.isupper, str.islower))
    digits, upper, lower = counts
    return upper >= least and lower >= least and (digits > 0 or run.endswith("=="))


def _trimmed(text: str, start: int, end: int) -> tuple[int, int]:
    """Without line breaks at both ends, which are no secret."""
    while start < end and text[start] in "\r\n \t":
        start += 1
    while start < end and text[end - 1] in "\r\n \t":
        end -= 1
    return start, end
