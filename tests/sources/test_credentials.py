"""Who asks: the order of identities, what they are called, and how a workspace is looked up. Nobody outside is asked."""

from __future__ import annotations

import json
import os
import stat
import subprocess
import sys
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, HTTPServer
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from ingest.errors import InputError
from ingest.sources.cloud import client
from ingest.sources.cloud.azureml import place_of_datastore, place_of_run, workspace_of
from ingest.sources.cloud.credentials import azure_credential
from ingest.sources.cloud.places import Bucket, place_of
from ingest.sources.signatures import keep_signature, without_signatures
from tests.conftest import environment

if TYPE_CHECKING:
    from tests.conftest import Run

BUCKET = Bucket("az", "mine", "https://mine.blob.core.windows.net", "logs")
KEY = {"AZURE_STORAGE_ACCOUNT_KEY": "a2V5"}


@pytest.fixture(autouse=True)
def nobody(monkeypatch: pytest.MonkeyPatch, tmp_path: Path) -> Path:
    """A PATH on which there is no program but those that a test puts there."""
    folder = tmp_path / "bin"
    folder.mkdir()
    monkeypatch.setenv("PATH", f"{folder}:/usr/bin:/bin")
    return folder


@pytest.mark.parametrize(
    ("environment", "words"),
    [
        (
            {"AZURE_STORAGE_CONNECTION_STRING": "AccountName=mine;AccountKey=a2V5", **KEY},
            "AZURE_STORAGE_CONNECTION_STRING",
        ),
        ({**KEY, "AZURE_STORAGE_SAS_TOKEN": "?sv=1&sig=x"}, "the account key in AZURE_STORAGE_ACCOUNT_KEY"),
        ({"AZURE_STORAGE_SAS_TOKEN": "?sv=1&sig=x"}, "the signature in AZURE_STORAGE_SAS_TOKEN"),
        ({**KEY, "AZURE_STORAGE_ACCOUNT": "other"}, "the managed identity of this machine"),
        (
            {
                "AZURE_CLIENT_ID": "a",
                "AZURE_TENANT_ID": "b",
                "AZURE_CLIENT_SECRET": "c",
                "IDENTITY_ENDPOINT": "http://x",
            },
            "the service principal in AZURE_CLIENT_ID",
        ),
        ({"AZURE_CLIENT_ID": "a", "AZURE_TENANT_ID": "b", "AZURE_FEDERATED_TOKEN_FILE": "/f"}, "the workload identity"),
        ({"IDENTITY_ENDPOINT": "http://127.0.0.1:1"}, "the managed identity of this machine (IDENTITY_ENDPOINT)"),
        ({}, "the managed identity of this machine"),
    ],
)
def test_order_of_identities(environment: dict[str, str], words: str) -> None:
    """The first that the environment offers is taken; keys of another account are not."""
    credential = azure_credential(BUCKET, environment)
    assert words in credential.words
    for secret in ("a2V5", "sig="):
        assert secret not in repr(credential)


def test_signed_in_with_az(nobody: Path) -> None:
    """With `az` on the PATH whoever is signed in there asks."""
    program(nobody / "az", "exit 1")
    assert azure_credential(BUCKET, {}).words == "whoever is signed in with `az login`"


def test_signature_of_an_url_weighs_most(monkeypatch: pytest.MonkeyPatch) -> None:
    """It is for its own container only, and is not handed to other programs."""
    with monkeypatch.context() as patch:
        patch.setattr(os, "environ", dict(os.environ))
        keep_signature(BUCKET.url, "sv=1&sig=x")
        assert azure_credential(BUCKET, {**os.environ, **KEY}).words == "the signature in the URL"
        assert (
            azure_credential(BUCKET._replace(name="other"), {**os.environ, **KEY}).words != "the signature in the URL"
        )
        assert "sig=x" not in str(without_signatures(os.environ))
    assert "sig=" not in repr(place_of("https://mine.blob.core.windows.net/logs/a?sv=1&sig=x"))


def test_tokens_go_to_known_hosts_only() -> None:
    """Another host that looks like Azure's gets nothing, unless the environment itself names it."""
    with pytest.raises(InputError, match="not the address of a blob container"):
        place_of("https://mine.blob.core.windows.net.evil.example/logs/a", {})
    own = {"AZURE_STORAGE_ACCOUNT": "mine", "AZURE_STORAGE_ENDPOINT": "https://blobs.example.org/"}
    place = place_of("az://logs/a", own)
    assert place.text() == "https://blobs.example.org/logs/a"
    assert place_of(place.text(), own) == place
    assert place.bucket.account == "mine"


@pytest.mark.parametrize(
    ("url", "text"),
    [
        ("https://mine.blob.core.windows.net/logs/a/b/", "https://mine.blob.core.windows.net/logs/a/b"),
        ("https://mine.blob.core.windows.net/logs?sv=1&sig=x", "https://mine.blob.core.windows.net/logs"),
        ("https://mine.dfs.core.windows.net/logs/a%20b", "https://mine.blob.core.windows.net/logs/a%20b"),
        ("abfss://logs@mine.dfs.core.windows.net/a", "https://mine.blob.core.windows.net/logs/a"),
        ("https://mine.blob.core.chinacloudapi.cn/logs/a", "https://mine.blob.core.chinacloudapi.cn/logs/a"),
        ("az://logs/a", "https://env.blob.core.windows.net/logs/a"),
        ("http://127.0.0.1:10000/devstoreaccount1/logs/a", "http://127.0.0.1:10000/devstoreaccount1/logs/a"),
        ("s3://logs/a/b", "s3://logs/a/b"),
        ("gs://logs", "gs://logs"),
    ],
)
def test_addresses(url: str, text: str) -> None:
    """Each form of an address names an account, a container and a prefix; its text can be given again."""
    place = place_of(url, {"AZURE_STORAGE_ACCOUNT": "env"})
    assert place.text() == text
    assert place_of(text, {}) == place_of(text, {})
    assert place_of(text, {}).bucket == place.bucket == Bucket.of(place.bucket.url)


def program(path: Path, script: str) -> None:
    """Makes a program of a shell script."""
    path.write_text(f"#!/bin/sh\n{script}\n")
    path.chmod(path.stat().st_mode | stat.S_IXUSR)


@pytest.fixture
def management(monkeypatch: pytest.MonkeyPatch, nobody: Path) -> Iterator[list[tuple[str, str]]]:
    """What the management of Azure is asked, with a fake `az` that gives a token."""
    asked: list[tuple[str, str]] = []

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            asked.append((self.path, self.headers["Authorization"]))
            known = "/datastores/workspaceartifactstore?" in self.path
            told: dict[str, Any] = {
                "properties": {"datastoreType": "AzureBlob", "accountName": "wsacct", "containerName": "azureml"}
            }
            body = json.dumps(told if known else {"error": {"code": "NotFound"}}).encode()
            self.send_response(200 if known else 404)
            self.send_header("Content-Length", str(len(body)))
            self.end_headers()
            self.wfile.write(body)

        def log_message(self, *_: object) -> None:
            """Says nothing."""

    server = HTTPServer(("127.0.0.1", 0), Handler)
    threading.Thread(target=server.serve_forever, daemon=True).start()
    monkeypatch.setattr("ingest.sources.cloud.azureml._MANAGEMENT", f"http://127.0.0.1:{server.server_port}")
    for name in ("http_proxy", "HTTP_PROXY", "ALL_PROXY"):
        monkeypatch.delenv(name, raising=False)
    program(nobody / "az", """echo '{"accessToken": "tokentokentoken"}'; echo "$@" > "$(dirname "$0")/arguments" """)
    yield asked
    server.shutdown()
    server.server_close()


def test_run_of_a_workspace(management: list[tuple[str, str]], nobody: Path, tmp_path: Path) -> None:
    """A run id is found in the workspace's artifact store with one call; its token stands on no command line."""
    place = place_of_run("brave_pen_4", "sub/group/ws")
    assert place.text() == "https://wsacct.blob.core.windows.net/azureml/ExperimentRun/dcid.brave_pen_4"
    ((path, authorization),) = management
    assert path.startswith(
        "/subscriptions/sub/resourceGroups/group/providers/Microsoft.MachineLearningServices/workspaces/ws/datastores/"
    )
    assert authorization == "Bearer tokentokentoken"
    assert "tokentoken" not in (nobody / "arguments").read_text()
    config = tmp_path / "config.json"
    config.write_text('{"subscription_id": "sub", "resource_group": "group", "workspace_name": "ws"}')
    assert place_of_run("brave_pen_4", str(config)) == place


@pytest.mark.usefixtures("management")
def test_addresses_of_datastores() -> None:
    """Both forms of `azureml://`; a datastore that is not there is named."""
    long = (
        "azureml://subscriptions/sub/resourcegroups/group/workspaces/ws/datastores/workspaceartifactstore/paths/a%20b/"
    )
    assert place_of_datastore(long, None).text() == "https://wsacct.blob.core.windows.net/azureml/a%20b"
    short = "azureml://datastores/workspaceartifactstore/paths/a/b"
    assert place_of_datastore(short, "sub/group/ws").text() == "https://wsacct.blob.core.windows.net/azureml/a/b"
    with pytest.raises(InputError, match="datastore other of workspace ws: Azure answered 404"):
        place_of_datastore("azureml://datastores/other/paths/a", "sub/group/ws")


def test_az_that_gives_no_token(management: list[tuple[str, str]], nobody: Path) -> None:
    """If nobody is signed in, or `az` is not there, that is told."""
    program(nobody / "az", "echo 'Please run az login' >&2; exit 1")
    with pytest.raises(InputError, match="`az` gave no token"):
        place_of_run("a", "s/g/w")
    (nobody / "az").unlink()
    with pytest.raises(InputError, match="which is not there"):
        place_of_run("a", "s/g/w")
    assert not management


@pytest.mark.parametrize("text", ["ws", "a/b", "a/b/c/d", "a/../c d/x"])
def test_workspaces_that_are_none(text: str) -> None:
    """What names no workspace is refused before anybody is asked."""
    with pytest.raises(InputError, match="--workspace"):
        workspace_of(text)


def test_doctor_says_who_asks(run: Run, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    """`ingest doctor --source` names account and identity, and what is wrong, without any secret."""
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT", "devstoreaccount1")
    monkeypatch.setenv("AZURE_STORAGE_ACCOUNT_KEY", "a2V5c2VjcmV0")
    monkeypatch.setattr("ingest.sources.cloud.client._TRIES", 1)
    monkeypatch.setitem(client._RETRIES, "max_retries", 0)
    done = run("doctor", "--source", "http://127.0.0.1:9/devstoreaccount1/logs/a")
    assert done.returncode == 1
    assert "asked for by the account key in AZURE_STORAGE_ACCOUNT_KEY" in " ".join(done.stdout.split())
    assert "problem  source" in done.stdout
    assert "a2V5c2VjcmV0" not in done.stdout + done.stderr
    (tmp_path / "folder" / "logs").mkdir(parents=True)
    done = run("doctor", "--source", tmp_path / "folder")
    assert done.returncode == 0
    assert "1 folder and 0 files" in " ".join(done.stdout.split())
    assert "a path is empty" in run("doctor", "--source", "").stdout


def test_nothing_is_imported_without_need(tmp_path: Path) -> None:
    """A folder costs neither the library for object stores nor those for archives."""
    code = """
import sys
from ingest.cli import main
import ingest.load.pipeline, ingest.load.worker, ingest.load.discover
ingest.load.discover.discover([sys.argv[1]])
heavy = {"obstore", "tarfile", "gzip", "ingest.sources.cloud", "ingest.sources.archive.zip_index", "urllib.request"}
print(sorted(heavy & set(sys.modules)))
"""
    (tmp_path / "a" / "logs").mkdir(parents=True)
    done = subprocess.run(
        [sys.executable, "-c", code, str(tmp_path)], capture_output=True, text=True, env=environment()
    )
    assert done.stdout == "[]\n", done.stderr
