"""`ingest show` and `ingest explain`: from a row back to its line, and from a file to who reads it."""

from __future__ import annotations

import json
import os
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from pathlib import Path

    from tests.conftest import Logs, Run, StoreUnderTest, Tree, Write


def test_show(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A record's line in its file, by file id or by job and path, with the lines around it; data on stdout."""
    store.load(tree({f"artifacts/{logs.worker}": logs.records(20)}, "a"))
    file_id = store.one("SELECT file_id FROM files")
    for reference in (f"{file_id}:7", f"a:{logs.worker}:7"):
        done = run("show", reference, "--store", store.path, "-C", 1)
        assert done.returncode == 0, done.stderr
        lines = done.stdout.splitlines()
        assert [line.split()[:2] if line.startswith(">") else line.split()[0] for line in lines] == [
            "6",
            [">", "7"],
            "8",
        ]
        assert "Got task 6." in lines[1]


def test_show_what_is_not_there(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A reference to nothing, and a file that is gone, are told: exit code 3."""
    folder = tree({logs.worker: logs.records(2)}, "a")
    store.load(folder)
    (folder / logs.worker).unlink()
    for reference in ("12:1", f"a:{logs.worker}:1", "99999999999999999999999:1"):
        done = run("show", reference, "--store", store.path)
        assert (done.returncode, done.stdout) == (3, ""), done.stderr
        assert "Traceback" not in done.stderr


def test_show_marks_the_whole_record(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A record of several lines is marked to its end; what the store says of the line is told on stderr."""
    store.load(tree({logs.worker: logs.records(2) + logs.error() + logs.records(1)}, "a"))
    done = run("show", f"a:{logs.worker}:3", "--store", store.path, "-C", 1)
    assert [line.split()[:2] for line in done.stdout.splitlines() if line.startswith(">")] == [
        [">", str(number)] for number in (3, 4, 5, 6)
    ]
    assert done.stderr.splitlines() == [
        f"a: {logs.worker} (worker, read by azureml.worker v{store.one('SELECT parser_version FROM files')})",
        "line 3 is a record of errors, log_records",
    ]
    done = run("show", f"a:{logs.worker}:5", "--store", store.path, "-C", 1)
    assert "no record starts at line 5; the one above starts at line 3" in done.stderr
    assert [line.split()[0] for line in done.stdout.splitlines()] == ["4", ">", "6"]


def test_show_a_reject(tree: Tree, run: Run, store: StoreUnderTest) -> None:
    """A reject is shown with the reason."""
    csv = "Utc Time,Cpu Percent\n2022-11-03T09:15:04,1\n2022-11-03T09:16:04,2,3\n2022-11-03T09:17:04,4\n"
    store.load(tree({"logs/sys/perf/0/node_resource_usage.csv": csv}, "a"))
    file_id, line, reason = store.rows("SELECT file_id, line_no, reason FROM rejects")[0]
    done = run("show", f"{file_id}:{line}", "--store", store.path)
    assert f"line 3 is a reject: {reason}" in done.stderr
    assert ">       3  2022-11-03T09:16:04,2,3\n" in done.stdout


def test_show_counts_lines_as_a_load_does(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """UTF-16 and a byte order mark are no part of the text; a lone CR breaks no line; names may hold colons."""
    text = logs.records(2) + "a\rb\r\n" + logs.records(2)
    folder = tree({logs.worker: text.encode("utf-16"), "logs/sys/node/1/p.txt": text.encode("utf-8-sig")}, "a:b")
    store.load(folder)
    for path in (logs.worker, "logs/sys/node/1/p.txt"):
        done = run("show", f"a:b:{path}:2", "--store", store.path, "-C", 9)
        lines = done.stdout.splitlines()
        assert [line[:9].split()[-1] for line in lines] == ["1", "2", "3", "4", "5"], done.stderr
        assert [line[0] for line in lines] == [" ", ">", ">", " ", " "]
        assert lines[2][11:] == r"a\x0db"
        assert lines[0][11:].startswith("2021-04-13")


def test_show_hostile_bytes(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """Binary data and terminal escapes are shown as what they are, secrets masked unless asked for, long lines cut."""
    record = "2021-04-13 03:00:00,649|INFO|334|"
    lines = [
        record.encode() + b"\x1b]0;title\x07 \xff\xfe\0",
        record.encode() + b"GET https://a.blob.core.windows.net/c?sv=2021&sig=AbCdEf123456%3D&se=2022",
        record.encode() + b"x" * 5_000_000,
    ]
    store.load(tree({logs.worker: b"\n".join(lines)}, "a"))
    reference = f"a:{logs.worker}:2"
    done = run("show", reference, "--store", store.path)
    first, second, third = done.stdout.splitlines()
    assert "\x1b" not in done.stdout
    assert r"\x1b]0;title\x07 ��\x00" in first
    assert second.endswith("sv=2021&sig=***&se=2022")
    assert third.endswith(f" … {5_000_000 + len(record) - 2_000} more bytes")
    assert "sig=AbCdEf123456%3D" in run("show", reference, "--store", store.path, "--show-secrets").stdout


def test_show_a_file_that_changed(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """If the file is another one by now that is told; if it has no such line any more, or never had one: exit code 3."""
    folder = tree({logs.worker: logs.records(9)}, "a")
    store.load(folder)
    done = run("show", f"a:{logs.worker}:10", "--store", store.path, "-C", 0)
    assert (done.returncode, done.stdout) == (3, "")
    assert "the file ends before this line" in done.stderr
    assert "Its last record starts at line 9." in done.stderr
    (folder / logs.worker).write_text(logs.records(3, "other"))
    done = run("show", f"a:{logs.worker}:2", "--store", store.path)
    assert done.returncode == 0
    assert "the file has changed since it was read" in done.stderr
    done = run("show", f"a:{logs.worker}:8", "--store", store.path)
    assert (done.returncode, "Load the job again." in done.stderr) == (3, True)


def test_show_after_the_job_was_moved(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """The remedy that is told for a moved job works, and reads nothing again."""
    folder = tree({logs.worker: logs.records(3)}, "a")
    store.load(folder)
    moved = folder.rename(folder.with_name("b"))
    done = run("show", f"a:{logs.worker}:1", "--store", store.path)
    assert done.returncode == 3
    assert "ingest FOLDER --job-id 'a'" in done.stderr
    assert run(moved, "--job-id", "a", "--store", store.path, "--no-verdict").returncode == 0
    assert "Got task 0." in run("show", f"a:{logs.worker}:1", "--store", store.path).stdout
    assert store.one("SELECT count(*) FROM loads WHERE files_unchanged = 1") == 1


def test_show_follows_no_link(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """A file that became a symbolic link is not looked through."""
    folder = tree({logs.worker: logs.records(3), "logs/other.txt": "secret\n"}, "a")
    store.load(folder)
    (folder / logs.worker).unlink()
    (folder / logs.worker).symlink_to(folder / "logs/other.txt")
    done = run("show", f"a:{logs.worker}:1", "--store", store.path)
    assert (done.returncode, done.stdout) == (3, "")


def test_show_wrong_references(tree: Tree, logs: Logs, run: Run, store: StoreUnderTest) -> None:
    """What is no reference is told as such: exit code 2."""
    store.load(tree({logs.worker: logs.records(2)}, "a"))
    for reference in ("", "12", "12:", ":1", "12:0", "12:x", "12:²", f"12:{'9' * 99}", "a:b:-1"):
        done = run("show", "--store", store.path, "--", reference)
        assert (done.returncode, done.stdout) == (2, ""), reference
        assert "not FILE_ID:LINE or JOB:PATH:LINE" in done.stderr


def test_explain(tree: Tree, logs: Logs, run: Run) -> None:
    """Who reads a file and why, what it gives, and what could not be read; nothing is stored."""
    folder = tree({logs.worker: logs.records(3).encode() + b"a\0b\n", logs.unknown: "x"}, "a")
    done = run("explain", folder / logs.worker, "--format", "json")
    assert done.returncode == 0, done.stderr
    (told,) = json.loads(done.stdout)
    assert (told["parser"], told["records"], told["rejects"]) == ("azureml.worker", 3, 1)
    assert (told["plugin"], told["kind"], told["groups"]) == (
        "ingest_azureml",
        "worker",
        {"node": "0", "process": "process000"},
    )
    assert told["first_rows"]["log_records"]["message"] == "Got task 0."
    assert [(one["line_no"], one["reason"]) for one in told["misfits"]] == [(4, "binary data")]
    text = run("explain", folder / logs.worker).stdout
    assert f"because its path matches {told['pattern']}, specificity {told['specificity']}" in " ".join(text.split())
    assert "gives     3 records, 1 rejects; rows: 3 in log_records" in text
    assert r"line 4: binary data: a\x00b" in text
    missing = run("explain", folder / "nowhere.txt")
    assert (missing.returncode, missing.stdout) == (3, "")
    assert list(folder.parent.iterdir()) == [folder]


def test_explain_a_file_that_nobody_knows(tree: Tree, logs: Logs, run: Run) -> None:
    """It says so, and which known path is like it."""
    folder = tree({logs.worker: "x", "logs/sys/node/0/proces000.log": "x"}, "a")
    text = run("explain", folder / "logs/sys/node/0/proces000.log").stdout
    assert "unclaimed no parser knows a file at this path" in text
    assert "closest   logs/sys/node/0/process000.txt, which azureml.worker reads" in text


def test_explain_says_what_others_said(tree: Tree, run: Run, plugin: Write) -> None:
    """Everyone whose pattern matches is told, with how specific it is."""
    folder = tree({"logs/sys/node/0/process000.txt": "x"}, "a")
    source = """
from ingest import IgnoredFiles, LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

@hookimpl
def ingest_parsers():
    return [IgnoredFiles("anything", r"^logs/", "because"), LineParser(
        name="mine.any", kind="any", path=r"^logs/.*\\.txt$", head="^(?P<message>.+)$", table=LOG_RECORDS,
        samples=[Sample("logs/a.txt", "b\\n", 1)])]
"""
    path = plugin("any", source)
    done = run("explain", folder / "logs/sys/node/0/process000.txt", "--plugin", path)
    assert "read by   azureml.worker v" in done.stdout
    assert "  also      mine.any: ^logs/.*\\.txt$, specificity 9, less specific\n" in done.stdout
    assert "  also      known and not read: ^logs/, specificity 5, less specific\n" in done.stdout
    (told,) = json.loads(
        run("explain", folder / "logs/sys/node/0/process000.txt", "--plugin", path, "--format", "json").stdout
    )
    assert [(one["parser"], one["specificity"]) for one in told["others"]] == [("mine.any", 9), (None, 5)]


def test_explain_a_tree(tree: Tree, logs: Logs, run: Run) -> None:
    """A line per kind, then what nobody knows, what cannot be read and what was rejected, as references for `show`."""
    csv = "Utc Time,Cpu Percent\n2022-11-03T09:15:04,1,2\n"
    good = tree({**logs.job(), "logs/sys/perf/0/node_resource_usage.csv": csv}, "good")
    other = tree({logs.worker: logs.records(1)}, "other")
    (other / "logs" / "link.txt").symlink_to(good / logs.worker)
    (good.parent / "stray.txt").write_text("x")
    lines = run("explain", good.parent).stdout.splitlines()
    assert [line.split() for line in lines if line.startswith("worker ")] == [
        ["worker", "3", "files", "10", "records", "0", "rejects", "azureml.worker"]
    ]
    assert f"good:{logs.unknown}: unclaimed" in lines
    assert "other:logs/link.txt: symbolic link, not followed" in lines
    assert f"{good.parent}/stray.txt: lies outside any job" in lines
    assert "good:logs/sys/perf/0/node_resource_usage.csv:2: 3 cells, expected 2: 2022-11-03T09:15:04,1,2" in lines
    told = json.loads(run("explain", good.parent, "--format", "json").stdout)
    assert {one["job"] for one in told} == {"good", "other", None}


def test_explain_a_folder_within_a_job(tree: Tree, logs: Logs, run: Run) -> None:
    """Any folder of a job may be asked for; paths are those below the artifact root, beside it too."""
    files = {f"artifacts/{path}": text for path, text in logs.job().items()} | {"more/notes.txt": "x"}
    folder = tree(files, "a")
    for part, count in (("artifacts/logs", 5), ("artifacts/logs/sys/node", 2), ("more", 1)):
        told = json.loads(run("explain", folder / part, "--format", "json").stdout)
        assert len(told) == count
        assert {one["path"].partition("/")[0] for one in told} == ({".."} if part == "more" else {"logs"})
    told = json.loads(run("explain", folder, "--format", "json").stdout)
    assert len(told) == 6


def test_explain_what_is_no_file_to_read(tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """A link is not followed, a pipe not waited for, a missing place is asked for; each is told in a line."""
    folder = tree({logs.worker: "x", "logs/sys/node/0/real.txt": "x"}, "a")
    (folder / "logs/sys/node/0/link.txt").symlink_to(folder / logs.worker)
    os.mkfifo(folder / "logs/sys/node/0/pipe.txt")
    for name, reason in (("link", "symbolic link, not followed"), ("pipe", "not a regular file")):
        done = run("explain", folder / f"logs/sys/node/0/{name}.txt")
        assert done.returncode == 3
        assert f"problem   cannot be read: {reason}" in done.stdout
    lonely = tmp_path / "lonely.txt"
    lonely.write_text(logs.records(2))
    done = run("explain", lonely)
    assert (done.returncode, done.stdout) == (3, "")
    assert "--as logs/lonely.txt" in done.stderr
    assert "gives     2 records" in run("explain", lonely, "--as", logs.worker).stdout
    assert run("explain", folder, "--as", logs.worker).returncode == 3


def test_explain_hostile_bytes(tree: Tree, logs: Logs, run: Run) -> None:
    """Secrets are masked, also where a value is cut, and escapes shown, in text and JSON."""
    message = "\x1b[31m" + "y" * 30 + " https://a.blob.core.windows.net/c?sv=2021&sig=AbCdEf123456%3D&se=2022"
    folder = tree({logs.worker: f"2021-04-13 03:00:00,649|INFO|334|{message}\n\0{message}\n"}, "a")
    for options in ((), ("--format", "json")):
        done = run("explain", folder / logs.worker, *options)
        assert done.returncode == 0
        assert "\x1b" not in done.stdout
        assert "AbCd" not in done.stdout
    shown = run("explain", folder / logs.worker).stdout
    assert r"message = \x1b[31myyy" in " ".join(shown.split())


def test_explain_a_parser_that_raises(tree: Tree, run: Run, plugin: Write) -> None:
    """A stranger's parser that breaks on a file is told with what it raised; the rest of the tree is explained."""
    source = """
from ingest import LineParser, Sample, hookimpl
from ingest.model import LOG_RECORDS

class Broken(LineParser):
    def parse(self, batch):
        raise ZeroDivisionError("by nothing")

@hookimpl
def ingest_parsers():
    return [Broken(name="mine.broken", kind="broken", path=r"^logs/mine/", head="^(?P<message>.+)$", table=LOG_RECORDS,
                   samples=[Sample("logs/mine/a.txt", "b\\n", 1)])]
"""
    path = plugin("broken", source)
    folder = tree({"logs/mine/a.txt": "x\n", "logs/mine/b.txt": "x\n"}, "a")
    done = run("explain", folder / "logs/mine/a.txt", "--plugin", path)
    assert done.returncode == 3
    assert "problem   the parser raised ZeroDivisionError('by nothing')" in done.stdout
    done = run("explain", folder, "--plugin", path)
    assert done.returncode == 0
    assert "a:logs/mine/b.txt: the parser raised ZeroDivisionError('by nothing')" in done.stdout


def test_explain_follows_no_link_on_the_way(tree: Tree, logs: Logs, run: Run, tmp_path: Path) -> None:
    """As a load: of a file that became a link, or whose folder did, only that is said; links above what is given are fine."""
    folder = tree({logs.worker: logs.records(1), logs.master: logs.records(2)}, "a")
    (tmp_path / "secret").write_text(logs.records(7))
    (folder / logs.worker).unlink()
    (folder / logs.worker).symlink_to(tmp_path / "secret")
    done = run("explain", folder / logs.worker)
    assert (done.returncode, "symbolic link, not followed" in done.stdout) == (3, True)
    (tmp_path / "way").symlink_to(folder)
    assert "2 records, 0 rejects" in run("explain", tmp_path / "way" / logs.master).stdout
    assert "2 records" in run("explain", tmp_path / "way").stdout
    (folder / logs.unknown).parent.mkdir()
    os.mkfifo(folder / logs.master.replace("2021041303", "2021041304"))
    pipe = run("explain", folder / logs.master.replace("2021041303", "2021041304"))
    assert (pipe.returncode, "not a regular file" in pipe.stdout) == (3, True)
