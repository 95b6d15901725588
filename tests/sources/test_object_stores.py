"""Jobs in object stores, on servers that speak as Azure's and Amazon's do. No test asks an address that is not loopback."""

from __future__ import annotations

import base64
import time
from datetime import timedelta
from pathlib import Path
from typing import TYPE_CHECKING, Any
from urllib.parse import quote

import pytest

from ingest.load.discover import discover
from ingest.sources.cloud.append import append_blob
from ingest.sources.cloud.places import place_of
from ingest.sources.kinds import Files
from ingest.sources.protocol import SourceOptions
from tests.sources.emulators import ACCOUNT, KEY, Fill, append_azurite, fill_azurite, signature, through
from tests.sources.test_archives import rows_of

pytest.importorskip("obstore", reason="the extra `cloud` is not installed")
pytestmark = pytest.mark.usefixtures("only_loopback")

if TYPE_CHECKING:
    from tests.conftest import Logs, Run, Start, StoreUnderTest, Tree
    from tests.sources.proxy import FaultyProxy


@pytest.mark.parametrize("kind", ["blobs", "bucket"])
def test_same_rows_as_from_a_folder(
    kind: str,
    request: pytest.FixtureRequest,
    tree: Tree,
    logs: Logs,
    store: StoreUnderTest,
    other_store: StoreUnderTest,
) -> None:
    """A job in an object store is the job that it is in a folder; a second load reads no blob, and show opens it again."""
    store.load(tree(logs.job(), "dcid.4f"))
    url = request.getfixturevalue(kind)({f"ExperimentRun/dcid.4f/{path}": text for path, text in logs.job().items()})
    report = other_store.load(f"{url}/ExperimentRun/")  # type: ignore[arg-type]
    assert not report.problems
    assert not report.failed_files
    assert rows_of(other_store) == rows_of(store)
    assert other_store.rows("SELECT job_id, run_id, source FROM jobs") == [("4f", "4f", f"{url}/ExperimentRun/dcid.4f")]
    assert other_store.one("SELECT count(*) FROM files WHERE etag IS NULL") == 0
    before = other_store.state()
    assert other_store.load(url).unchanged == len(logs.job())
    assert other_store.state() == before


def test_second_load_gets_nothing(blobs: Fill, proxy: FaultyProxy, logs: Logs, store: StoreUnderTest, run: Run) -> None:
    """What has not changed is only listed; a blob that was written again with the same size in the same second is read."""
    url = through(proxy, blobs({f"a/{path}": text for path, text in logs.job().items()}))
    assert run(url, "--store", store.path, "--no-verdict").returncode == 0
    assert proxy.gets("/a/logs") == len(logs.job()) - 1  # nobody reads the notes
    proxy.seen.clear()
    assert run(url, "--store", store.path, "--no-verdict").returncode == 0
    assert proxy.gets("/a/logs") == 0
    container = url.rpartition("/")[2]
    fill_azurite(
        f"http://{proxy._target[0]}:{proxy._target[1]}", {f"a/{logs.master}": logs.records(2, "tusk")}, container
    )
    assert run(url, "--store", store.path, "--no-verdict").returncode == 0
    assert proxy.gets("/a/logs") == 1
    assert store.one("SELECT count(*) FROM log_records WHERE message LIKE '%tusk%'") == 2
    done = run("show", f"a:{logs.master}:1", "--store", store.path, "-C", 0)
    assert "Got tusk 0." in done.stdout
    assert "changed" not in done.stderr


def test_match_lists_only_what_is_wanted(blobs: Fill, proxy: FaultyProxy, logs: Logs) -> None:
    """Of a prefix with many runs only those that match are listed."""
    files = {f"ExperimentRun/dcid.{run}/{logs.worker}": "x" for run in ("a1", "a2", "b1")}
    url = through(proxy, blobs({**files, "azureml/b1/big.bin": "x"}))
    found = discover([url], wanted=SourceOptions(match="ExperimentRun/dcid.b*"))
    assert [job.job_id for job in found.jobs] == ["b1"]
    assert not proxy.gets("dcid.a1")
    assert proxy.gets("restype=container") == 3  # the top, ExperimentRun, and the run
    assert [entry.path for entry in found.jobs[0].entries] == [logs.worker]
    found = discover([url], wanted=SourceOptions(match="ExperimentRun"))
    assert [job.job_id for job in found.jobs] == ["a1", "a2", "b1"]
    assert [job.job_id for job in discover([url]).jobs] == ["a1", "a2", "b1"]
    assert not discover([url], wanted=SourceOptions(since_ns=2**62)).jobs


def test_odd_names(blobs: Fill, logs: Logs) -> None:
    """Keys with blanks, percent signs, question marks and letters of all kinds are listed and opened as they are."""
    files = {f"jöb 1%20/logs/{name}": name for name in ("c d+ü%.txt", "q?x=1&sig=no.txt", "#h.txt")}
    url = blobs({**files, f"jöb 1%20/{logs.worker}": "x"})
    (job,) = discover([f"{url}/{quote('jöb 1%20')}"]).jobs
    assert job.job_id == "jöb 1%20"
    opened = Files()
    for entry in job.entries:
        if entry.path != logs.worker:
            assert opened.open(entry.location).read().decode() == entry.path.removeprefix("logs/")
    assert [one.source for one in discover([job.source]).jobs] == [job.source]


@pytest.mark.parametrize("fault", ["503", "slow", "cut", "reset"])
def test_requests_that_fail_are_repeated(
    fault: str,
    blobs: Fill,
    proxy: FaultyProxy,
    logs: Logs,
    store: StoreUnderTest,
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """Busy stores, answers that are slow or break off, and connections that are reset cost time, not data."""
    from ingest.sources.cloud import client

    monkeypatch.setattr(client, "_READ_TIMEOUT", "1s")
    url = through(proxy, blobs({f"a/{path}": text for path, text in logs.job().items()}))
    proxy.only = "/logs"
    proxy.faults.extend([fault] * 3)
    report = store.load(url)  # type: ignore[arg-type]
    assert not report.failed_files
    assert not proxy.faults
    assert store.one("SELECT count(*) FROM log_records") == 11


def test_what_stays_unreadable_is_listed(
    blobs: Fill, proxy: FaultyProxy, logs: Logs, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A blob that cannot be had fails alone, and is read by the next load; one that vanished is named."""
    from ingest.sources.cloud import client

    monkeypatch.setattr(client, "_TRIES", 2)
    monkeypatch.setitem(client._RETRIES, "max_retries", 0)
    url = through(proxy, blobs({f"a/{path}": text for path, text in logs.job().items()}))
    proxy.only = logs.master
    proxy.faults.extend(["503"] * 2)
    report = store.load(url)  # type: ignore[arg-type]
    (failed,) = report.failed_files
    assert "the store answered 503, 2 times" in failed
    assert store.rows("SELECT path FROM files WHERE status = 'failed'") == [(logs.master,)]
    proxy.faults.clear()
    report = store.load(url)  # type: ignore[arg-type]
    assert (report.unchanged, report.failed_files) == (len(logs.job()) - 1, [])


def test_blob_that_vanishes(blobs: Fill, azurite: str, logs: Logs) -> None:
    """Between listing and reading a blob may be deleted: it is named, the others are read."""
    import obstore
    from obstore.store import AzureStore

    url = blobs({f"a/{logs.worker}": "x", f"a/{logs.master}": "y"})
    (job,) = discover([url]).jobs
    store = AzureStore(
        url.rpartition("/")[2], account_name=ACCOUNT, account_key=KEY, endpoint=f"{azurite}/{ACCOUNT}",
        client_options={"allow_http": True},
    )  # fmt: skip
    obstore.delete(store, f"a/{logs.worker}")
    opened = Files()
    opened.ahead([(entry.location, entry.size) for entry in job.entries])
    told: dict[str, bytes | str | None] = {}
    for entry in job.entries:
        try:
            told[entry.path] = opened.open(entry.location).read()
        except OSError as error:
            told[entry.path] = error.strerror
    opened.close()
    assert told == {logs.worker: "the blob: it is not there", logs.master: b"y"}


def test_blob_that_changes_while_it_is_read(blobs: Fill, azurite: str, proxy: FaultyProxy, logs: Logs) -> None:
    """A large blob is read in ranges; if it changes meanwhile all of it is read again: never a bit of each."""
    old, new = b"a" * (20 << 20), b"b" * (17 << 20)
    url = blobs({f"a/{logs.worker}": old})
    container = url.rpartition("/")[2]
    (job,) = discover([through(proxy, url)]).jobs
    seen = []

    def change() -> None:
        seen.append(len(proxy.seen))
        fill_azurite(azurite, {f"a/{logs.worker}": new}, container)

    def change_second() -> None:
        proxy.before["process000"] = change

    proxy.before["process000"] = change_second
    content = Files().open(job.entries[0].location)
    assert seen
    assert content.read() == new
    assert content.size == len(new)


def test_killed_in_the_middle(
    blobs: Fill, proxy: FaultyProxy, logs: Logs, start: Start, store: StoreUnderTest, run: Run
) -> None:
    """After `kill -9` while blobs are read the store is whole, and the next load reads what is missing."""
    url = through(proxy, blobs({f"a/{path}": text for path, text in logs.job().items()}))
    process = start("-m", "ingest", url, "--store", store.path)
    proxy.before["master_role"] = process.kill
    process.communicate(timeout=60)
    assert process.returncode == -9
    assert run(url, "--store", store.path, "--no-verdict").returncode == 0
    assert store.one("SELECT count(*) FROM log_records") == 11


def test_large_blobs(blobs: Fill, tree: Tree, logs: Logs, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """A blob larger than a window gives the rows that the file gives, in worker processes too."""
    files = {f"logs/sys/node/{i}/process000.txt": logs.records(90_000) for i in range(3)}
    files[logs.master] = logs.records(180_000)
    report = store.load(f"{blobs({f'a/{path}': text for path, text in files.items()})}/a", workers=2)  # type: ignore[arg-type]
    assert not report.failed_files
    other_store.load(tree(files, "a"))
    hashes = "SELECT path, content_hash, records FROM files ORDER BY path"
    assert store.rows(hashes) == other_store.rows(hashes)


def secrets_in(folder: Path, secret: str) -> list[Path]:
    """The files in which a text stands."""
    return [path for path in folder.rglob("*") if path.is_file() and secret.encode() in path.read_bytes()]


def test_signature_leaves_no_trace(
    azurite: str, logs: Logs, run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A signature in the URL works, and stands in no output, store, report or location."""
    files = {f"logs/sys/node/{i}/process000.txt": logs.records(40_000) for i in range(4)}
    url = fill_azurite(azurite, {f"a/{path}": text for path, text in files.items()})
    signed = signature(url)
    secret = dict(part.split("=", 1) for part in signed.split("&"))["sig"]
    done = run(f"{url}/a?{signed}", "--store", tmp_path / "s", "--jobs", 2, "-v")
    assert done.returncode == 0, done.stderr
    assert secret not in done.stdout + done.stderr
    assert not secrets_in(tmp_path / "s", secret)
    assert not secrets_in(tmp_path / "s", secret[:20])
    for entry in discover([f"{url}/a?{signed}"]).jobs[0].entries:
        assert secret not in repr(entry)
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", signed)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", ACCOUNT)
    monkeypatch.setenv("AZURE_STORAGE_ENDPOINT", f"{azurite}/{ACCOUNT}")
    done = run(f"az://{url.rpartition('/')[2]}/a", "--store", tmp_path / "s")
    assert done.returncode == 0, done.stderr
    assert "4 unchanged" in done.stdout
    assert secret not in done.stdout + done.stderr


def test_nightly_leaves_no_trace_of_a_signature(azurite: str, logs: Logs, run: Run, tmp_path: Path) -> None:
    """Neither its summary, report, log nor the command that it notifies gets the signature of a root."""
    url = fill_azurite(azurite, {f"a/{path}": text for path, text in logs.job().items()})
    signed = signature(url)
    secret = dict(part.split("=", 1) for part in signed.split("&"))["sig"]
    told = tmp_path / "told"
    done = run(
        "nightly", f"{url}/a?{signed}", "--store", tmp_path / "s", "--summary", tmp_path / "summary.json",
        "--log-file", tmp_path / "log.json", "--notify-shell", "--notify-command", f"/usr/bin/env > {told}",
    )  # fmt: skip
    assert done.returncode == 0, done.stderr + done.stdout
    assert (tmp_path / "summary.json").exists()
    assert told.exists()
    assert secret not in done.stdout + done.stderr
    assert not secrets_in(tmp_path, secret)


@pytest.mark.parametrize(
    ("change", "words"),
    [
        ({"ends": timedelta(hours=-1)}, "the signature of the URL ended at"),
        ({"rights": "r"}, "lacks the right to list"),
    ],
)
def test_signatures_that_cannot_do(change: dict[str, Any], words: str, azurite: str, run: Run, tmp_path: Path) -> None:
    """What a signature itself says is told without asking anybody."""
    signed = signature(f"{azurite}/{ACCOUNT}/c", **change)
    done = run(f"{azurite}/{ACCOUNT}/c/a?{signed}", "--store", tmp_path / "s")
    assert done.returncode == 3
    assert words in done.stderr
    assert "sig=" not in done.stderr


def test_signature_that_is_refused(azurite: str, logs: Logs, run: Run, tmp_path: Path) -> None:
    """A signature that the store refuses is told without it; one that ends soon is told at the start."""
    url = fill_azurite(azurite, {f"a/{logs.worker}": logs.records(1)})
    signed = signature(url)
    wrong = f"{signed.partition('sig=')[0]}sig={quote(base64.b64encode(bytes(32)).decode())}"
    done = run(f"{url}/a?{wrong}", "--store", tmp_path / "s")
    assert done.returncode == 3
    assert "access is denied" in done.stderr
    assert "AAAAAAAAA" not in done.stderr
    done = run(f"{url}/a?{wrong}%Z", "--store", tmp_path / "s")
    assert done.returncode == 3
    assert "AAAAAAAAA" not in done.stderr
    assert "sig=" not in done.stderr
    done = run(f"{url}/a?{signature(url, ends=timedelta(minutes=20))}", "--store", tmp_path / "s")
    assert done.returncode == 0, done.stderr
    assert "the signature ends soon" in done.stderr


def test_connection_string(azurite: str, logs: Logs, run: Run, tmp_path: Path) -> None:
    """A connection string names account, key and endpoint; what is not there is told."""
    url = fill_azurite(azurite, {f"a/{logs.worker}": logs.records(1)})
    string = f"AccountName={ACCOUNT};AccountKey={KEY};BlobEndpoint={azurite}/{ACCOUNT};"
    container = url.rpartition("/")[2]
    given = {"AZURE_STORAGE_CONNECTION_STRING": string}
    done = run(f"az://{container}/a", "--store", tmp_path / "s", **given)
    assert done.returncode == 0, done.stderr
    assert not secrets_in(tmp_path / "s", KEY)
    done = run("az://nothere/a", "--store", tmp_path / "s", **given)
    assert done.returncode == 3
    assert "not there" in done.stderr
    done = run(f"az://{container}/nothing", "--store", tmp_path / "s", **given)
    assert done.returncode == 3
    assert "no job found" in done.stderr


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("az://container/x", "the storage account is not known"),
        ("https://example.org/x.zip?sig=abc", "https://example.org/x.zip: not the address of a blob container"),
        ("http://store.blob.core.windows.net/c/x", "not the address of a blob container"),
        ("ftp://x/y", "ftp://: no source of this kind is known"),
        ("azureml://datastores/workspaceartifactstore/paths/x", "of which workspace?"),
        ("abfss://nothing/x", "not abfss://"),
    ],
)
def test_addresses_that_are_none(url: str, words: str) -> None:
    """What is no address of an object store is told, without what may be secret in it."""
    (problem,) = discover([url]).problems
    assert words in problem.wrong
    assert "sig=" not in problem.wrong


def test_watching_a_job_in_an_object_store(
    blobs: Fill, azurite: str, logs: Logs, store: StoreUnderTest, monkeypatch: pytest.MonkeyPatch
) -> None:
    """A running job's blobs are listed every 30 seconds, and those that grew are read."""
    monkeypatch.setattr("ingest.watch.loop._REST", 0.0)
    from ingest.watch.loop import WatchOptions, watch
    from tests.watch.test_watch import overview

    url = blobs({f"dcid.a/{logs.overview}": overview(2, 4)})
    pauses = []

    def sleep(seconds: float) -> None:
        pauses.append(seconds)
        fill_azurite(azurite, {f"dcid.a/{logs.overview}": overview(4, 4)}, url.rpartition("/")[2])

    looks = list(watch(WatchOptions([url], str(store.path)), sleep))
    assert [look.jobs[0].state for look in looks] == ["running", "completed", "completed"]
    assert pauses == [30, 30]


def test_children_in_the_same_container(blobs: Fill, logs: Logs, store: StoreUnderTest, run: Run) -> None:
    """The children of a run are beside it, under their own prefix."""
    parent = "[2023-09-05 06:00:01Z] Submitting 1 runs, first five are: 0a0b0c0d:child-1\n"
    url = blobs(
        {
            "ExperimentRun/dcid.top/logs/azureml/executionlogs.txt": parent,
            f"ExperimentRun/dcid.child-1/{logs.worker}": logs.records(2),
        }
    )
    done = run(f"{url}/ExperimentRun/dcid.top", "--store", store.path, "--with-children")
    assert done.returncode == 0, done.stderr
    assert sorted(store.rows("SELECT job_id FROM jobs")) == [("child-1",), ("top",)]
    assert "whose logs" not in done.stderr


def test_nothing_leaves_this_machine(monkeypatch: pytest.MonkeyPatch) -> None:
    """In these tests the way out is a proxy that is not there: an account of the real Azure is not reached."""
    from ingest.sources.cloud import client

    monkeypatch.setattr(client, "_TRIES", 1)
    monkeypatch.setitem(client._RETRIES, "max_retries", 0)
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", KEY)
    (problem,) = discover(["https://mine.blob.core.windows.net/logs/a"]).problems
    assert "the connection failed" in problem.wrong
    assert client.client_of.cache_info().currsize == 1


def test_profile_of_aws(bucket: Fill, logs: Logs, monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> None:
    """Without keys in the environment the `aws` program is asked for those of its profile."""
    url = bucket({f"a/{logs.worker}": "x"})
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.delenv(name)
    program = tmp_path / "bin" / "aws"
    program.parent.mkdir()
    program.write_text(
        "#!/bin/sh\n"
        f'echo "$@" > {tmp_path}/asked\n'
        """echo '{"Version": 1, "AccessKeyId": "test", "SecretAccessKey": "test", "SessionToken": null}'\n"""
    )
    program.chmod(0o755)
    monkeypatch.setenv("PATH", str(program.parent))
    (job,) = discover([url]).jobs
    assert job.job_id == "a"
    assert Files().open(job.entries[0].location).read() == b"x"
    assert (tmp_path / "asked").read_text() == "configure export-credentials --format process\n"


def test_doctor_lists_the_top_alone(blobs: Fill, proxy: FaultyProxy, logs: Logs, run: Run) -> None:
    """Looking whether a container can be read does not list all of it, and reads one blob."""
    url = through(proxy, blobs({f"ExperimentRun/dcid.{run_id}/{logs.worker}": "x" for run_id in "ab"}))
    done = run("doctor", "--source", url)
    assert done.returncode == 0, done.stdout
    said = " ".join(done.stdout.split())
    assert "1 folder and 0 files" in said
    assert f"tried with ExperimentRun/dcid.a/{logs.worker}" in said
    assert (proxy.gets("process000"), proxy.gets("dcid.b")) == (1, 0)


def test_since_opens_nothing_old(blobs: Fill, proxy: FaultyProxy, logs: Logs, store: StoreUnderTest) -> None:
    """Jobs in which nothing is new enough are listed and left out: no blob of them is opened, no row of the store is theirs."""
    url = through(proxy, blobs({f"dcid.{name}/{path}": text for name in "ab" for path, text in logs.job().items()}))
    tomorrow = time.time_ns() + 86_400_000_000_000
    report = store.load(url, sources=SourceOptions(since_ns=tomorrow))  # type: ignore[arg-type]
    assert ([problem.wrong.partition(": ")[2] for problem in report.problems], proxy.gets("/logs")) == (
        ["no job found that `--match` and `--since` let through, 2 were left out"],
        0,
    )
    assert store.load(url, sources=SourceOptions(since_ns=0)).jobs == 2  # type: ignore[arg-type]
    assert proxy.gets("/logs") > 0


def test_large_blob_that_grew(blobs: Fill, azurite: str, store: StoreUnderTest, other_store: StoreUnderTest) -> None:
    """A blob of 18 MB that grew is parsed from its last whole window on; the tables are those of reading it at once."""
    text = "".join(f"2021-04-13 03:23:05,649|INFO|{i}|{'x' * 1_000}\n" for i in range(18_000))
    path = "dcid.a/logs/sys/node/0/process000.txt"
    url = blobs({path: text})
    store.load(url)  # type: ignore[arg-type]
    fill_azurite(azurite, {path: text + "2021-04-13 03:23:05,649|INFO|1|more\n"}, url.rpartition("/")[2])
    report = store.load(url)  # type: ignore[arg-type]
    assert (report.read_on, report.rows < 9_000) == (1, True)
    other_store.load(url)  # type: ignore[arg-type]
    assert store.digest() == other_store.digest()


def test_append_blob_that_grew(
    blobs: Fill, azurite: str, proxy: FaultyProxy, store: StoreUnderTest, other_store: StoreUnderTest
) -> None:
    """Its front is not fetched again, and the tables are those of reading it at once; another blob of its name is read anew."""
    lines = [f"2021-04-13 03:23:05,649|INFO|{i}|{'x' * 1_000}\n".encode() for i in range(18_000)]
    path = "dcid.a/logs/sys/node/0/process000.txt"
    url = through(proxy, blobs({}))
    container = url.rpartition("/")[2]
    append_azurite(azurite, container, path, b"".join(lines), new=True)
    store.load(url)  # type: ignore[arg-type]

    append_azurite(azurite, container, path, lines[0] * 2, new=False)
    proxy.sent = 0
    report = store.load(url)  # type: ignore[arg-type]
    assert (report.read_on, proxy.sent < 11_000_000) == (1, True)
    other_store.load(url)  # type: ignore[arg-type]
    assert store.digest() == other_store.digest()

    lines[0] = lines[0].replace(b"INFO|0|x", b"INFO|0|y")  # the rest of the front is as it was
    append_azurite(azurite, container, path, b"".join([*lines, *lines[:4]]), new=True)
    report = store.load(url)  # type: ignore[arg-type]
    assert (report.read_on, report.failed_files) == (0, [])
    assert store.one("SELECT count(*) FROM log_records WHERE message LIKE 'y%'") == 2


def test_which_blobs_only_grow(blobs: Fill, azurite: str, bucket: Fill, monkeypatch: pytest.MonkeyPatch) -> None:
    """The store says it to a key and to a signature; of other blobs and stores, and to nobody, it is not known."""
    url = blobs({"replaced whole": "x"})
    append_azurite(azurite, url.rpartition("/")[2], "dir/it%20grows+.txt", b"hello", new=True)
    place = place_of(url)
    known = append_blob(place.bucket, "dir/it grows+.txt")
    assert known is not None
    assert known.size == 5
    assert append_blob(place.bucket, "replaced whole") is None
    assert append_blob(place.bucket, "not there") is None
    assert append_blob(place_of(bucket({"a": "x"})).bucket, "a") is None
    monkeypatch.delenv("AZURE_STORAGE_ACCOUNT_KEY")
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", signature(url))
    assert append_blob(place.bucket, "dir/it grows+.txt") == known
    monkeypatch.setenv("AZURE_STORAGE_SAS_TOKEN", signature(url, ends=timedelta(hours=-1)))
    assert append_blob(place.bucket, "dir/it grows+.txt") is None
