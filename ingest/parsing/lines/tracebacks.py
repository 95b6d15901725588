"""Python tracebacks in log text: what was raised, where in the user's own code, and what makes two of them the same.

The rule is that of formats.md §8: the exception stands on the first unindented line after the last frame; issue pages
strip indentation, so a line that looks like `dotted.Name: text` ends a traceback too.
"""

from __future__ import annotations

import hashlib
import re
from collections.abc import Sequence
from functools import lru_cache
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

TRACEBACK = "Traceback (most recent call last)"
TRACEBACK_BYTES = TRACEBACK.encode()

_FRAME = re.compile(r'^[ \t]*File "(?P<file>[^"\n]*)", line (?P<line>\d+)(?:, in (?P<function>[^\n]*))?', re.MULTILINE)
_EXCEPTION = re.compile(r"^(?P<type>[A-Za-z_]\w*(?:\.\w+)*)(?::[ ]?(?P<message>.*))?$", re.DOTALL)
_EXCEPTION_LINE = re.compile(
    r"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception|Exit|Interrupt|Warning|Threshold)(?::|\s*$)"
)
_INTRODUCTION = re.compile(rb"^(?:[A-Za-z_]\w*\.)*[A-Z]\w*(?:Error|Exception)\b.*:\s*$")
_GROUP_MARGIN = re.compile(r"^ *[+|](?:[-+| ]*-{3,} [\d.]+ -{3,}| *\|| *\+-*)*(?: {1,2}(?! ))?", re.MULTILINE)
"""What an exception group draws before its lines."""
_INDENTED = (" ", "\t")
_CHAINED = ("During handling of the above exception", "The above exception was the direct cause")
_GOES_ON = (*_CHAINED, TRACEBACK)
_NO_EXCEPTION = (*_INDENTED, *_CHAINED, "Traceback")
_LIBRARY = re.compile(r"site-packages|dist-packages|[/\\]lib[/\\]python\d|<frozen |[/\\]Lib[/\\]")
VARIABLE = (  # for RE2 too, which masks all messages of a batch at once, five times as fast as Python would
    r"'[^'\n]*'|\"[^\"\n]*\""  # quoted values
    r"|[0-9a-fA-F]{8}-(?:[0-9a-fA-F]{4}-){3}[0-9a-fA-F]{12}"  # ids
    r"|[0-9a-f]{12,}"  # hashes
    r"|0x[0-9a-fA-F]+"  # addresses
    "|(?:[A-Za-z]:)?(?:[/\\\\][\\w\u0080-\U0010ffff.+=@~-]+){2,}"  # paths
    r"|\d+(?:\.\d+)*"  # numbers
)
_LONGEST_MESSAGE = 2_000
_LONGEST_STACK_CACHED = 1 << 16


class Failure(NamedTuple):
    """What one traceback or error text says."""

    exception_type: str | None
    message: str
    frame: str | None
    """`file:line in function` of the innermost frame outside of libraries."""
    traceback: str | None
    code: str | None = None
    """What the platform or a tool calls it: an error code, an exit code."""
    component: str | None = None
    """Which part of the platform reports it."""


def read_failure(text: str, driver: re.Pattern[str] | None = None) -> Failure:
    """What an error record says. Of several chained tracebacks the last one counts, as Python itself reports it.

    Without a traceback the first line counts: `dotted.Name: message`, or only a message. So does the line that introduces
    a traceback which is cut before its exception; without one, the last frame is what is known. Frames whose file matches
    `driver` are no user code.
    """
    at = text.find(TRACEBACK)
    if at < 0:
        return Failure(*_first_line(text), None, None)
    if text.startswith("Exception Group ", max(at - 16, 0)):
        group = read_failure(_GROUP_MARGIN.sub("", text).replace(f"Exception Group {TRACEBACK}", TRACEBACK), driver)
        return group._replace(traceback=text[at - 16 :].rstrip())
    last_frame = _last_frame(text, at)
    tail = text[last_frame:]
    stack = text[at:last_frame] + tail.partition("\n")[0]
    own_frame = _own_frame if len(stack) <= _LONGEST_STACK_CACHED else _own_frame.__wrapped__
    frame = own_frame(stack, driver)
    type_, message = _exception_text(tail) or _of_cut_traceback(text, at, tail)
    return Failure(type_, message, frame, text[at:].rstrip())


def _first_line(text: str) -> tuple[str | None, str]:
    """Type and message that the first line of a text without a traceback tells."""
    first_line = text.partition("\n")[0].strip()[:_LONGEST_MESSAGE]
    named = _EXCEPTION.match(first_line) if _EXCEPTION_LINE.match(first_line) else None
    return (named["type"], named["message"] or "") if named else (None, first_line)


def _of_cut_traceback(text: str, at: int, tail: str) -> tuple[str | None, str]:
    """The same of a traceback that is cut before its exception: from what introduces it, else from its last frame."""
    if text[:at].strip():
        return _first_line(text[:at])
    frame = _FRAME.match(tail)
    if not frame:
        return None, "Traceback without frames (cut)"
    return None, f"Traceback cut at {_short(frame['file'])}:{frame['line']} in {(frame['function'] or '?').strip()}"


def _short(path: str) -> str:
    """The last two parts of a path."""
    return "/".join(re.split(r"[/\\]", path)[-2:])


def says_success(failure: Failure) -> bool:
    """Whether it is the `SystemExit` of a script that ended well; not if it is cut before the code."""
    is_cut = failure.traceback is not None and failure.traceback.endswith(":")
    return failure.exception_type == "SystemExit" and failure.message.strip() in ("", "0", "None") and not is_cut


def introduces_traceback(line: bytes) -> bool:
    """Whether a line is an exception's line that a traceback may follow, which then belongs to it."""
    return bool(_INTRODUCTION.match(line))


def end_of_traceback(data: bytes, at: int, limit: int) -> int:
    """Where the traceback that starts at a position of a text without record heads ends: byte after its last line.

    Chained tracebacks are one. The exception's line is the last: a message of several lines cannot be told from what
    follows.
    """
    end = line_end = _line_end(data, at, limit)
    after_frame = ended = False
    while line_end < limit:
        start = line_end + 1
        line_end = _line_end(data, start, limit)
        line = data[start:line_end].rstrip(b"\r")
        text = line.decode("utf-8", "replace")
        if text.startswith(_GOES_ON):
            ended = False
        elif ended:
            if text.strip():
                break
            continue
        elif text.startswith(_INDENTED) or not text or text.startswith('File "'):
            pass
        elif not (after_frame and not _EXCEPTION_LINE.match(text)):
            if not _EXCEPTION.match(text):
                break
            ended = True
        after_frame = text.startswith('File "')
        if text.strip():
            end = line_end
    return end


def before_open_traceback(data: bytes, start: int, end: int) -> int:
    """Where the line starts that begins a traceback which may go on after the end; the end if there is none.

    Looked for from a position on.
    """
    at = data.find(TRACEBACK_BYTES, start, end)
    while at >= 0:
        stop = end_of_traceback(data, at, end)
        if not data[stop:end].strip():  # another one, chained to it, may follow
            return data.rfind(b"\n", 0, at) + 1
        at = data.find(TRACEBACK_BYTES, stop, end)
    return end


def _line_end(data: bytes, start: int, limit: int) -> int:
    found = data.find(b"\n", start, limit)
    return limit if found < 0 else found


def _exception_text(tail: str) -> tuple[str, str] | None:
    """Type and message after the last frame, whose line `tail` starts with."""
    lines = tail.split("\n")
    for i, line in enumerate(lines[1:], 1):
        # the frame's source line is indented, or, with indentation stripped, must not be mistaken for the exception
        candidate = line.rstrip("\r")
        if not candidate or candidate.startswith(_NO_EXCEPTION):
            continue
        if i == 1 and not lines[0].startswith(_INDENTED) and not _EXCEPTION_LINE.match(candidate):
            continue
        found = _EXCEPTION.match(candidate)
        if found:
            message = "\n".join([found["message"] or "", *lines[i + 1 :]])
            return found["type"], message.strip()[:_LONGEST_MESSAGE]
    return None


def _last_frame(text: str, at: int) -> int:
    """Where the last frame of a traceback that starts at a position starts; the position itself if there is none."""
    end = len(text)
    while (found := text.rfind('File "', at, end)) >= 0:
        end = text.rfind("\n", at, found) + 1 or at
        if _FRAME.match(text, end):
            return end
    return at


@lru_cache(maxsize=512)
def _own_frame(stack: str, driver: re.Pattern[str] | None) -> str | None:
    """The innermost frame of the user's own code. Cached: an error that happens once happens a thousand times."""
    for frame in reversed(list(_FRAME.finditer(stack))):
        file, line, function = frame.groups()
        if not (_LIBRARY.search(file) or (driver and driver.search(file))):
            return f"{file}:{line} in {(function or '?').strip()}"
    return None


def masked(texts: pa.Array) -> pa.Array:
    """The texts with everything that varies from one case to the next as `#`: numbers, ids, paths, quoted values."""
    return pc.replace_substring_regex(texts, VARIABLE, "#")


def fingerprints(failures: Sequence[Failure]) -> list[str]:
    """For each failure 16 hex digits, equal for errors of one type and wording at one place of the user's code."""
    wordings = masked(pa.array([failure.message.partition("\n")[0] for failure in failures], pa.string()))
    return [
        fingerprint(failure.exception_type, wording, failure.frame)
        for failure, wording in zip(failures, wordings.to_pylist(), strict=True)
    ]


def fingerprint(exception_type: str | None, wording: str, frame: str | None) -> str:
    """The fingerprint of a masked message, of its exception and the place in the user's code."""
    return _digest(f"{exception_type}\n{wording}\n{_place(frame)}")


@lru_cache(maxsize=4096)
def _place(frame: str | None) -> str:
    """File name and function: folders differ from run to run, line numbers from version to version."""
    if frame is None:
        return ""
    file, _, function = frame.rpartition(" in ")
    return file.replace("\\", "/").rpartition("/")[2].rpartition(":")[0] + function


@lru_cache(maxsize=4096)
def _digest(text: str) -> str:
    return hashlib.blake2b(text.encode("utf-8", "replace"), digest_size=8).hexdigest()
