"""From a run id or an `azureml://` address to account, container and prefix: one call, with a token of `az`.

Not run against Azure where this was built: what is asked and what is answered follow the reference of the service.
"""

from __future__ import annotations

import json
import os
import re
import shutil
import subprocess
import urllib.error
import urllib.request
from pathlib import Path
from typing import Any
from urllib.parse import quote, unquote

from ingest.errors import InputError
from ingest.sources.cloud.places import Bucket, Place
from ingest.sources.signatures import without_signatures

RUNS = "workspaceartifactstore"
"""The datastore in which Azure ML keeps what runs leave (formats.md §2)."""

_MANAGEMENT = "https://management.azure.com"
_VERSION = "2024-04-01"
_LONG = re.compile(
    r"^azureml://subscriptions/(?P<subscription>[^/]+)/resource[gG]roups/(?P<group>[^/]+)"
    r"(?:/providers/[^/]+)?/workspaces/(?P<workspace>[^/]+)/datastores/(?P<store>[^/]+)/paths/(?P<path>.*)$"
)
_SHORT = re.compile(r"^azureml://datastores/(?P<store>[^/]+)/paths/(?P<path>.*)$")

Workspace = tuple[str, str, str]
"""Subscription, resource group, name."""


def place_of_datastore(url: str, workspace: str | None) -> Place:
    """What an `azureml://` address names. Raises `InputError`."""
    if found := _LONG.match(url):
        where: Workspace = (found["subscription"], found["group"], found["workspace"])
    elif found := _SHORT.match(url):
        if workspace is None:
            raise InputError(
                f"{url}: of which workspace?", "Say it: --workspace SUBSCRIPTION/GROUP/NAME, or its config.json."
            )
        where = workspace_of(workspace)
    else:
        raise InputError(
            f"{url}: not azureml://datastores/NAME/paths/PATH",
            "The long form is azureml://subscriptions/S/resourcegroups/G/workspaces/W/datastores/NAME/paths/PATH.",
        )
    return Place(_bucket(where, found["store"]), unquote(found["path"]).strip("/"))


def place_of_run(run_id: str, workspace: str) -> Place:
    """Where the logs of a run are. Raises `InputError`."""
    return Place(_bucket(workspace_of(workspace), RUNS), f"ExperimentRun/dcid.{run_id}")


def workspace_of(text: str) -> Workspace:
    """`SUBSCRIPTION/GROUP/NAME`, the workspace's long id, or a `config.json` of it. Raises `InputError`."""
    if text.endswith(".json") or Path(text).is_file():
        try:
            given = json.loads(Path(text).read_text(encoding="utf-8"))
            return (given["subscription_id"], given["resource_group"], given["workspace_name"])
        except (OSError, ValueError, KeyError, TypeError) as error:
            wrong = f"--workspace {text}: not the config.json of a workspace"
            raise InputError(wrong, "Download it from the studio.") from error
    parts = text.strip("/").split("/")
    if len(parts) == 8 and parts[0].lower() == "subscriptions":
        parts = [parts[1], parts[3], parts[7]]
    if len(parts) != 3 or not all(re.fullmatch(r"[\w.()-]+", part) for part in parts):
        raise InputError(f"--workspace {text}: not SUBSCRIPTION/GROUP/NAME", "Or give the path of its config.json.")
    return (parts[0], parts[1], parts[2])


def _bucket(workspace: Workspace, store: str) -> Bucket:
    subscription, group, name = (quote(part, safe="()") for part in workspace)
    path = (
        f"/subscriptions/{subscription}/resourceGroups/{group}/providers/Microsoft.MachineLearningServices"
        f"/workspaces/{name}/datastores/{quote(store, safe='')}?api-version={_VERSION}"
    )
    told = _answer(path, f"datastore {store} of workspace {workspace[2]}").get("properties", {})
    account, container = told.get("accountName"), told.get("containerName") or told.get("filesystem")
    if not account or not container:
        kind = told.get("datastoreType", "unknown")
        raise InputError(
            f"datastore {store}: is of the kind {kind}, which is no blob container", "Give the blobs' own URL."
        )
    endpoint = f"{told.get('protocol') or 'https'}://{account}.blob.{told.get('endpoint') or 'core.windows.net'}"
    return Bucket("az", account, endpoint, container)


def _answer(path: str, what: str) -> dict[str, Any]:
    request = urllib.request.Request(f"{_MANAGEMENT}{path}", headers={"Authorization": f"Bearer {_token()}"})
    try:
        with urllib.request.build_opener().open(request, timeout=60) as answer:
            told: dict[str, Any] = json.load(answer)
            return told
    except urllib.error.HTTPError as error:
        remedy = (
            "Check the names; your account needs the role Reader on the workspace."
            if error.code < 500
            else "Try again."
        )
        raise InputError(f"{what}: Azure answered {error.code}", remedy) from None
    except (OSError, ValueError) as error:
        raise InputError(f"{what}: Azure cannot be asked: {type(error).__name__}", "Check the network.") from None


def _token() -> str:
    """A token for the management of Azure, as `az` gives it out."""
    program = shutil.which("az")
    if program is None:
        raise InputError(
            "a workspace is looked up with `az`, which is not there", "Install it, or give the blobs' own URL."
        )
    command = [program, "account", "get-access-token", "--resource", f"{_MANAGEMENT}/", "--output", "json"]
    try:
        done = subprocess.run(command, capture_output=True, timeout=120, check=True, env=without_signatures(os.environ))
        return str(json.loads(done.stdout)["accessToken"])
    except (subprocess.SubprocessError, OSError, ValueError, KeyError):
        raise InputError("`az` gave no token", "Sign in with: az login") from None
