"""Keys and tokens spread over lines: in one text, over rows, in every format, with prefixes and colours."""

from __future__ import annotations

import io
import json
import random
import string
from typing import TYPE_CHECKING

import pyarrow.parquet as pq
import pytest

from ingest.output import Format, Redactor, redact_text, rows_result, write_result
from ingest.output.key_lines import KeyLines, LineMasker

if TYPE_CHECKING:
    from collections.abc import Callable
    from pathlib import Path

    from tests.conftest import Run, StoreUnderTest, Tree

R = random.Random(3)


def base64(count: int) -> str:
    """Random characters as keys have them."""
    return "".join(R.choice(string.ascii_letters + string.digits + "+/") for _ in range(count))


BODY = [*(base64(64) for _ in range(4)), "0" + base64(20) + "=="]
LABELS = ["RSA PRIVATE KEY", "PRIVATE KEY", "ENCRYPTED PRIVATE KEY", "DSA PRIVATE KEY", "EC PRIVATE KEY",
          "OPENSSH PRIVATE KEY", "PGP PRIVATE KEY BLOCK"]  # fmt: skip


def block(label: str, prefix: str = "") -> list[str]:
    """A key as it is printed."""
    return [prefix + line for line in (f"-----BEGIN {label}-----", *BODY, f"-----END {label}-----")]


@pytest.mark.parametrize("label", LABELS)
@pytest.mark.parametrize("prefix", ["", "2021-04-13 03:23:05,649 INFO ", "[stdout] ", "  | "])
def test_keys_in_a_text_and_over_rows(label: str, prefix: str) -> None:
    """No line of a key is left, whole, cut off, escaped, or each line in a row of its own."""
    lines = block(label, prefix)
    for text in ("\n".join(lines), "\n".join(lines[:-1]), "\\n".join(lines), json.dumps("\n".join(lines))):
        masked = redact_text(text)
        assert not [line for line in BODY if line in masked]
        assert redact_text(masked) == masked
    rows = KeyLines().masked(["before", *lines, "after", None, ""], Redactor())
    assert not [line for line in BODY if any(row and line in row for row in rows)]
    assert (rows[0], rows[1], rows[-4], rows[-3:]) == ("before", lines[0], lines[-1], ["after", None, ""])


AROUND: dict[str, Callable[[str], str]] = {
    "a field of JSON": lambda line: json.dumps({"level": "info", "message": line}),
    "JSON within JSON": lambda line: json.dumps({"message": json.dumps({"message": line})}),
    "a cell of a table": lambda line: f"│ {line} │ x │",
    "a cell of CSV": lambda line: f'2,"{line}",x',
    "colours": lambda line: f"\x1b[32m{line}\x1b[0m",
    "a command": lambda line: f'echo "{line}" >> id_rsa',
    "another script": lambda line: f"узел·ノード»{line}",
    "two words": lambda line: line if line.startswith("-") else f"{line[:32]} {line[32:]}",
    "cut off": lambda line: line if line.startswith("-") else line[:40] + "...",
}


@pytest.mark.parametrize("around", AROUND)
def test_lines_of_keys_in_other_lines(around: str) -> None:
    """A key's line is found wherever it stands in a line; paths and ids between its lines stay."""
    others = [
        "/mnt/azureml/cr/j/0a1b2c3d4e5f60718293a4b5c6d7e8f9/wd/inputs",
        "job 0b2e4f1c-001e-0012-3456-789abcdef000",
        "x=1=2",
    ]
    lines = [AROUND[around](line) for line in block("RSA PRIVATE KEY")]
    rows = KeyLines().masked([text for line in lines for text in (line, *others)], Redactor())
    assert [row for row in rows if row in others] == others * len(lines)
    pieces = [line[at : at + 16] for line in BODY for at in range(0, len(line) - 16, 8)]
    assert not [row for row in rows if any(piece in (row or "") for piece in pieces)]


def test_rows_of_others_between() -> None:
    """Records of other processes between the lines stay, and so does what comes after."""
    lines = block("RSA PRIVATE KEY")
    mixed = [text for line in lines for text in (line, "Got task 7 from queue ConfigurationManager")]
    rows = KeyLines().masked(mixed, Redactor())
    assert rows[1::2] == mixed[1::2]
    assert not [line for line in BODY if line in rows]


def test_lines_without_the_begin() -> None:
    """A line of a key by itself is masked; a certificate, a hash and a word are not."""
    assert KeyLines().masked([BODY[0]], Redactor()) == ["***"]
    public = ["-----BEGIN CERTIFICATE-----", *BODY, "-----END CERTIFICATE-----"]
    assert KeyLines().masked(public, Redactor()) == public
    innocent = ["0123456789abcdef" * 4, "A" * 64, "word" * 16]
    assert KeyLines().masked(innocent, Redactor()) == innocent


def test_token_wrapped_over_rows_and_lines() -> None:
    """The rest of a token in the next row or line is masked, the next words are not."""
    token = "eyJhbGciOiJSUzI1NiIsInR5cCI6IkpXVCJ9." + "aB3dE5fG7h" * 6
    rest = "iJ8kL0mN2o" * 6
    rows = KeyLines().masked([f"token: {token}", rest, "done with it"], Redactor())
    assert rows == ["token: ***", "***", "done with it"]
    for text in (f"token: {token}\n{rest}\ndone", f"token: {token}\r\n    {rest}\ndone", f"{token}\\n{rest} done"):
        masked = redact_text(text)
        assert "aB3dE" not in masked
        assert "kL0mN" not in masked
        assert masked.endswith("done")
    assert redact_text("key ghp_" + "a1B2" * 9 + "\nGot task 7") == "key ghp_***\nGot task 7"


@pytest.mark.parametrize(
    "hidden", ["\x1b[31m", "\x1b[0;1m", "\u200b", "\x00", "\\u001b[0m", "\\x1b[1m", "\x1b]0;t\x07"]
)
def test_colours_within_a_secret(hidden: str) -> None:
    """Colours and invisible characters within a secret, or within its name, hide nothing from the mask."""
    assert redact_text(f"x?sv=1&sig=aB3dE5{hidden}fG7hI9%3D&se=1") == "x?sv=1&sig=***&se=1"
    assert "hunter2" not in redact_text(f"pass{hidden}word=hunter2")
    assert redact_text(f"{hidden}a plain text{hidden}") == f"{hidden}a plain text{hidden}"


@pytest.mark.parametrize("format_", [one for one in Format if one is not Format.PARQUET])
def test_every_text_format(format_: Format) -> None:
    """Rows of a key are masked in each format, and the state lasts from one batch to the next."""
    lines = ["x"] * 998 + block("RSA PRIVATE KEY") + ["y"]
    out = io.StringIO()
    write_result(rows_result(["line"], [(line,) for line in lines]), format_, out, redact=True, width=200, limit=2000)
    assert not [line for line in BODY if line in out.getvalue()]
    assert "BEGIN RSA" in out.getvalue() or format_ is Format.TABLE


def test_parquet(tmp_path: Path) -> None:
    """The same in Parquet."""
    result = rows_result(["line"], [(line,) for line in block("RSA PRIVATE KEY")])
    write_result(result, Format.PARQUET, tmp_path / "x.parquet", redact=True)
    written = pq.read_table(tmp_path / "x.parquet").column("line").to_pylist()
    assert written == ["-----BEGIN RSA PRIVATE KEY-----", *["***"] * 5, "-----END RSA PRIVATE KEY-----"]


@pytest.mark.parametrize("text", ["PRIVATE KEY is missing", "no Private-Lines here", "-----END PRIVATE KEY-----"])
def test_words_of_a_key_without_its_begin(text: str) -> None:
    """A message about keys is no key: it is shown as it is, whole and in a column."""
    assert redact_text(text) == text
    assert KeyLines().masked([text], Redactor()) == [text]


def test_lines_of_a_file() -> None:
    """A masker of lines remembers, as that of rows does."""
    masker = LineMasker()
    assert [masker.masked(line) for line in block("PRIVATE KEY")][1:-1] == ["***"] * 5


def test_show_of_a_line_within_a_key(tree: Tree, run: Run, store: StoreUnderTest) -> None:
    """`ingest show` masks a key's line though the line that began it is not shown."""
    text = "\n".join(block("RSA PRIVATE KEY", "10.0.0.4: ")) + "\n"
    folder = tree({"logs/user/stdout/0/process000.stdout.txt": text}, "a")
    store.load(folder)
    done = run("show", "a:logs/user/stdout/0/process000.stdout.txt:5", "-C", "1", "--store", store.path)
    assert done.returncode == 0, done.stderr
    assert not [line for line in BODY if line in done.stdout]
    asked = run("sql", "SELECT * FROM output_lines", "--store", store.path, "--format", "csv")
    assert not [line for line in BODY if line in asked.stdout], asked.stderr


def test_names_are_masked(tree: Tree, run: Run, store: StoreUnderTest, tmp_path: Path) -> None:
    """Names of jobs, nodes and files may hold secrets too: nothing that is shown of them is left."""
    secret = "ghp_" + "a1B2" * 9
    folder = tree(
        {f"logs/sys/node/{secret}/process000.txt": "2021-04-13 03:23:05,649|INFO|334|Got task 7.\n"}, f"job-{secret}"
    )
    store.load(folder)
    job = f"job-{secret}"
    store.load(tree({"logs/sys/node/0/process000.txt": "2021-04-13 03:23:05,649|INFO|334|Got task 7.\n"}, "other"))
    page = tmp_path / "report.html"
    for command in (["diagnose"], ["jobs"], ["nodes", "*", "--format", "table"], ["timeline", job],
                    ["story", job, "7", "--format", "text"],
                    ["check", job], ["show", f"{job}:logs/sys/node/{secret}/process000.txt:1"], ["doctor"],
                    ["diff", job, job], ["report", "-o", page], ["forget", job, "--dry-run"],
                    ["explain", str(folder)]):  # fmt: skip
        done = run(*command, "--store", store.path) if command[0] != "explain" else run(*command)
        assert secret not in done.stdout + done.stderr, command
        assert done.returncode in (0, 1), (command, done.stderr)
    assert secret not in page.read_text(encoding="utf-8")
