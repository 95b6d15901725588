"""Any text whatever, given to every parser: nothing raises, and the account adds up: what is no record is a reject."""

from __future__ import annotations

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from ingest.parsing.decoding import as_utf8
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.damage import BAD_BYTES
from ingest.testing.reading import read

BOM = b"\xef\xbb\xbf"
PARSERS = load_registry(PluginOptions(installed=False)).parsers

WORDS = (
    *(
        "a",
        "b c",
        "0",
        "-1.5",
        "nan",
        "null",
        "true",
        "[",
        "]",
        "{",
        "}",
        '{"',
        '":',
        ":",
        ",",
        '"',
        "'",
        "\\",
        "|",
        "=",
        "#",
    ),
    *(
        "\n",
        "\n",
        "\n\n",
        "\r\n",
        "\t",
        " ",
        "é",
        "\u2028",
        "\ud7ff",
        "🎉",
        "2021-04-13 03:23:05,649",
        "2021-04-13T03:23:05Z",
    ),
    *(
        "INFO",
        "ERROR",
        "Traceback (most recent call last):\n",
        '  File "a.py", line 1, in f\n',
        "ValueError: no\n",
        "%",
        "()",
    ),
)


def texts(name: str) -> st.SearchStrategy[bytes]:
    """Words of no meaning, bad bytes, and lines of the parser's own samples, in any order."""
    own = [line for sample in PARSERS[name].samples for line in sample.text.encode().splitlines(keepends=True)]
    word = st.one_of(
        st.sampled_from([one.encode("utf-8", "surrogatepass") for one in WORDS]),
        st.sampled_from(BAD_BYTES),
        st.binary(max_size=6),
        st.sampled_from(own),
    )
    return st.lists(word, max_size=30).map(b"".join)


@pytest.mark.parametrize("name", PARSERS)
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_account(name: str, data: st.DataObject) -> None:
    """Rejects do not overlap and lie within the file, a text without a record is rejected, and twice the same is the same.

    A line that is nothing but spaces or a byte order mark, as where files were joined, is blank.
    """
    parser, content = PARSERS[name], data.draw(texts(name))
    whole, again = read(parser, content, content)
    assert whole == again
    end = 0
    for reject in sorted(whole.rejects, key=lambda one: one["byte_offset"]):
        assert reject["byte_offset"] >= end
        end = reject["byte_offset"] + reject["bytes"]
        assert reject["reason"]
    assert end <= len(content) * 3  # in other encodings a character may take more bytes than in UTF-8
    lines = {row["line_no"] for rows in whole.rows.values() for row in rows}
    assert len(lines) <= whole.records or not lines
    header, *others = as_utf8(content).replace(BOM, b"").strip(b"\r\n").splitlines() or [b""]
    headers = b"\n".join([header, *(sample.text.encode().splitlines()[0] for sample in parser.samples if sample.text)])
    if name == "azureml.snapshot":  # headings of `tasklist` are in any language, damaged ones in one more
        others = [line for line in others if b"  PID " not in line]
    words = [word for line in others for word in line.split() if word.strip(b"=")]  # `tasklist` underlines with =
    if not all(word in headers for word in words):
        assert whole.records + len(whole.rejects) > 0


def test_damaged_header_of_overrides() -> None:
    """A header with a byte too many, in the middle of `override_tasks.csv`, is no result and no header: it is rejected."""
    parser = PARSERS["azureml.override_tasks"]
    header = parser.samples[0].text.encode().splitlines(keepends=True)[0]
    content = header + b"a" + header
    (reject,) = read(parser, content)[0].rejects
    assert (reject["byte_offset"], reject["bytes"]) == (len(header), len(header) - 1)


def test_damaged_header_of_a_snapshot() -> None:
    """Headings with a byte too many, or run into the line below them, are no headings: they are rejected."""
    parser = PARSERS["azureml.snapshot"]
    heading, line = parser.samples[1].text.encode().splitlines(keepends=True)[:2]
    of_ps = parser.samples[0].text.encode().splitlines(keepends=True)[0]
    content = heading.replace(b"Usage", b"U\0sage") + line[:10] + heading[20:] + line + b"a" + of_ps
    rejects = read(parser, content)[0].rejects
    assert [reject["line_no"] for reject in rejects] == [1, 2, 4]


def test_unknown_columns_are_kept() -> None:
    """Of every table of ours: what stands in a column that nobody knows is in `extra`, also where columns become rows."""
    tables = [parser for parser in PARSERS.values() if parser.path.endswith(r"\.csv$")]
    assert len(tables) > 8
    for parser in tables:
        if parser.name == "azureml.override_tasks":  # it has no header of names, but a line of its own
            continue
        header, line = parser.samples[0].text.splitlines()[:2]
        (found,) = read(parser, f"{header},Colour of the node\n{line},blue\n")
        assert not found.rejects, parser.name
        rows = [row for rows in found.rows.values() for row in rows]
        assert any('"Colour of the node": "blue"' in row.get("extra", "") for row in rows), parser.name
