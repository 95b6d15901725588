"""What a traceback says, however it came into the log, and which errors are the same."""

from __future__ import annotations

import re
import subprocess
import sys
import textwrap
from pathlib import Path

import pytest
from hypothesis import given
from hypothesis import strategies as st

from ingest.parsing.lines.tracebacks import Failure, fingerprints, read_failure

TOP = "Traceback (most recent call last):\n"
USER = '  File "/mnt/user/score.py", line 9, in run\n    go(item)\n'
LIBRARY = '  File "/opt/conda/lib/python3.8/site-packages/pandas/io.py", line 3, in read\n    raise error\n'
DRIVER = '  File "/mnt/prs_prod/driver/agent.py", line 1, in main\n    call()\n'


def said(text: str) -> tuple[str | None, str, str | None]:
    """Type, message, frame."""
    failure = read_failure(text, re.compile("prs_prod"))
    return failure.exception_type, failure.message, failure.frame


FRAME = "/mnt/user/score.py:9 in run"


@pytest.mark.parametrize(
    ("text", "type_", "message", "frame"),
    [
        (TOP + USER + "ValueError: No", "ValueError", "No", FRAME),
        (TOP + USER + "ValueError", "ValueError", "", FRAME),
        (TOP + USER + "SystemExit: 42", "SystemExit", "42", FRAME),
        (
            TOP + USER + "azure.core.exceptions.HttpResponseError: (409) x",
            "azure.core.exceptions.HttpResponseError",
            "(409) x",
            FRAME,
        ),
        (TOP + USER + "my_code.TooBad: x", "my_code.TooBad", "x", FRAME),
        (TOP + USER + "KeyError: (138, 1)", "KeyError", "(138, 1)", FRAME),
        (TOP + DRIVER + USER + LIBRARY + "OSError: x", "OSError", "x", FRAME),
        (TOP + DRIVER + LIBRARY + "OSError: x", "OSError", "x", None),
        ("Failed to process {} with error No. Detail: " + TOP + USER + "ValueError: No\n", "ValueError", "No", FRAME),
        (
            "layout of logs.. Detail: " + TOP + USER + "ValueError: No\nPlease check logs.",
            "ValueError",
            "No\nPlease check logs.",
            FRAME,
        ),
    ],
)
def test_plain(text: str, type_: str, message: str, frame: str | None) -> None:
    """Type, message, and the innermost frame that is neither library nor driver."""
    assert said(text) == (type_, message, frame)


def test_message_of_several_lines() -> None:
    """The message goes on to the record's end, blank and indented lines in it too."""
    assert said(TOP + USER + "ValueError: one\n  two\n\nthree: 3\n")[:2] == ("ValueError", "one\n  two\n\nthree: 3")


def test_message_that_names_a_file() -> None:
    """`File "` in a message is no frame."""
    for message in (
        'File "/mnt/x.csv" cannot be opened',
        'x\nFile "/mnt/x.csv" cannot be opened',
        'in\n  File "a.csv", row 3',
    ):
        assert said(TOP + USER + f"OSError: {message}") == ("OSError", message, FRAME)


@pytest.mark.parametrize(
    "between",
    [
        "\nDuring handling of the above exception, another exception occurred:\n\n",
        "\nThe above exception was the direct cause of the following exception:\n\n",
    ],
)
def test_chained(between: str) -> None:
    """Of chained tracebacks the last one counts."""
    first = TOP + LIBRARY + "KeyError: 'a'\n"
    assert said(first + between + TOP + USER + "ValueError: two") == ("ValueError", "two", FRAME)


def test_chained_twice_without_frames_of_the_user_at_the_end() -> None:
    """The user's frame is looked for in all of the chain, the innermost first."""
    between = "\nDuring handling of the above exception, another exception occurred:\n\n"
    text = TOP + USER + "KeyError: 1\n" + between + TOP + LIBRARY + "RuntimeError: wrapped"
    assert said(text) == ("RuntimeError", "wrapped", FRAME)


def stripped(text: str) -> str:
    """As issue pages show it: without indentation."""
    return re.sub(r"(?m)^ +", "", text)


@pytest.mark.parametrize(
    "source", ["go(item)", "raise ValueError(x)", "value: int = load()", "x = y", "return a.b: c", "pass"]
)
def test_without_indentation(source: str) -> None:
    """With indentation stripped the line of source code is not taken for the exception."""
    text = stripped(TOP + USER.replace("go(item)", source) + "ValueError: No")
    assert said(text) == ("ValueError", "No", FRAME)


def test_frames_without_source() -> None:
    """Frames of code whose source is not at hand have no second line."""
    frame = '  File "/mnt/user/score.py", line 9, in run\n'
    for exception in ("ValueError: No", "StopIteration", "my_code.TooBad: No"):
        type_, _, message = exception.partition(": ")
        assert said(TOP + USER + frame + exception) == (type_, message, FRAME)


def test_markers_of_newer_pythons() -> None:
    """The `~~~^^^` lines of Python 3.11 are passed over, indented or not."""
    text = TOP + USER + "    ~~^^^^^^\n" + "ValueError: No"
    assert said(text) == ("ValueError", "No", FRAME)
    assert said(stripped(text)) == ("ValueError", "No", FRAME)


def test_syntax_error() -> None:
    """The frame of a syntax error has no function, and its source and mark stand between."""
    text = TOP + USER + '  File "/mnt/user/model.py", line 3\n    x = = 1\n        ^\nSyntaxError: invalid syntax'
    assert said(text) == ("SyntaxError", "invalid syntax", "/mnt/user/model.py:3 in ?")
    assert said(stripped(text)) == ("SyntaxError", "invalid syntax", "/mnt/user/model.py:3 in ?")


def test_line_breaks_of_windows() -> None:
    """CRLF and backslashes (trap 19) change neither type nor message nor the fingerprint."""
    text = TOP + USER + "ValueError: No"
    windows = text.replace("/mnt/user/score.py", "C:\\code\\score.py").replace("\n", "\r\n")
    assert said(windows) == ("ValueError", "No", "C:\\code\\score.py:9 in run")
    assert of(windows) == of(text)


def test_cut_at_every_byte() -> None:
    """A traceback cut anywhere is still one, and keeps the frames that are whole."""
    text = "x " + TOP + USER + LIBRARY + "ValueError: No such thing\nmore"
    for end in range(len(text) + 1):
        failure = read_failure(text[:end])
        if end >= len("x " + TOP + USER):
            assert failure.frame == FRAME
        if failure.exception_type is not None:
            assert "ValueError".startswith(failure.exception_type.partition(".")[0])
            assert "No such thing\nmore".startswith(failure.message)


def test_no_traceback() -> None:
    """An error without traceback has its first line as message, and no type."""
    failure = read_failure("stderr: terminate called\nmore")
    assert (failure.exception_type, failure.message, failure.frame, failure.traceback) == (
        None,
        "stderr: terminate called",
        None,
        None,
    )


def test_real_one(tmp_path: Path) -> None:
    """A traceback that this very Python writes, chained, from a file."""
    script = tmp_path / "score.py"
    script.write_text(
        textwrap.dedent(
            """
            def run():
                try:
                    {}["a"]
                except KeyError as error:
                    raise ValueError("two\\nlines") from error
            run()
            """
        )
    )
    done = subprocess.run([sys.executable, script], capture_output=True, text=True, timeout=30)
    failure = read_failure(f"stderr: {done.stderr}")
    assert (failure.exception_type, failure.message) == ("ValueError", "two\nlines")
    assert failure.frame == f"{script}:6 in run"
    assert failure.traceback == done.stderr.rstrip()


@given(st.text(alphabet=st.sampled_from(' \n\t.:\'"aA1/(File "x", line 1, in'), max_size=200))
def test_never_raises(text: str) -> None:
    """Whatever follows the word Traceback."""
    for one in (text, TOP + text, TOP + USER + text):
        assert isinstance(read_failure(one), Failure)


def of(text: str) -> str:
    """The fingerprint of a text."""
    return fingerprints([read_failure(text)])[0]


def fingerprint(message: str, frame: str = USER, type_: str = "ValueError") -> str:
    """Of a traceback."""
    return of(f"{TOP}{frame}{type_}: {message}")


@pytest.mark.parametrize(
    ("one", "other"),
    [
        ("row 17 of 20000 is 3.5", "row 9 of 1 is 0"),
        ("no column 'price'", "no column 'a b'"),
        ('no column "price"', 'no column "a b"'),
        ("cannot read /mnt/a/b/c.csv", "cannot read /data/x.csv"),
        ("cannot read C:\\data\\x.csv", "cannot read D:\\a\\b\\c.csv"),
        ("run 5131f894-0a2b-4c3d-8e9f-0123456789ab failed", "run ffffffff-aaaa-bbbb-cccc-dddddddddddd failed"),
        (
            "Error ''AutoML_5131f894-0a2b-4c3d-8e9f-0123456789ab''",
            "Error ''AutoML_ffffffff-aaaa-bbbb-cccc-dddddddddddd''",
        ),
        (f"node tvmps_{'92a6f440' * 8}_d is gone", f"node tvmps_{'aaaaaa1b' * 8}_d is gone"),
        ("object at 0x7f3a2b1c", "object at 0x7f00ffff"),
        ("same\nsecond line", "same\nanother second line"),
    ],
)
def test_same_fingerprint(one: str, other: str) -> None:
    """Errors that differ only in numbers, ids, paths or quoted values are the same."""
    assert fingerprint(one) == fingerprint(other)
    assert of(one) == of(other)  # errors without traceback too


def test_same_fingerprint_elsewhere_in_the_file() -> None:
    """The folder of the user's file and its line numbers change from run to run."""
    other = USER.replace("/mnt/user", "/mnt/azureml/cr/j/17/exe/wd").replace("line 9", "line 11")
    assert fingerprint("No") == fingerprint("No", other)


@pytest.mark.parametrize(
    ("message", "frame", "type_"),
    [
        ("not found", USER, "ValueError"),
        ("No", USER.replace("run", "init"), "ValueError"),
        ("No", USER.replace("score.py", "model.py"), "ValueError"),
        ("No", USER, "KeyError"),
        ("", USER, "ValueError"),
    ],
)
def test_other_fingerprint(message: str, frame: str, type_: str) -> None:
    """Another wording, type, function or file is another error."""
    assert fingerprint(message, frame, type_) != fingerprint("No")


def test_fingerprint_is_stable() -> None:
    """It is the same in every process and version, since people keep it in tickets."""
    assert fingerprint("No") == "b24ee48b28a8d495"


def test_an_exception_group() -> None:
    """Its margin is no part of types and messages; the last exception of the group that has a frame counts."""
    text = (
        "  + Exception Group Traceback (most recent call last):\n"
        '  |   File "a.py", line 3, in <module>\n'
        "  |     go()\n"
        "  | ExceptionGroup: several (2 sub-exceptions)\n"
        "  +-+---------------- 1 ----------------\n"
        "    | Traceback (most recent call last):\n"
        '    |   File "b.py", line 7, in one\n'
        '    |     raise ValueError("no")\n'
        "    | ValueError: no\n"
        "    +---------------- 2 ----------------\n"
        "    | TypeError: two\n"
        "    +------------------------------------\n"
    )
    failure = read_failure(text)
    assert (failure.exception_type, failure.message.partition("\n")[0]) == ("ValueError", "no")
    assert failure.frame == "b.py:7 in one"
    assert failure.traceback == text.rstrip().removeprefix("  + ")
