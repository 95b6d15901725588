"""Who asks an object store: the identity that the platform's own tools would take, in their order.

Nothing here is stored. A signature that came with an URL goes to the worker processes in the environment that they
inherit, never in what is sent to them.
"""

from __future__ import annotations

import os
import shutil
from collections.abc import Mapping
from dataclasses import dataclass, field
from datetime import UTC, datetime
from typing import Any
from urllib.parse import parse_qs

from ingest.errors import InputError
from ingest.sources.cloud.places import Bucket, connection_string, environment_account
from ingest.sources.signatures import kept_signature, without_signatures


@dataclass(frozen=True, slots=True)
class Credential:
    """What is used, in words, and how the client library is told."""

    words: str
    settings: Mapping[str, Any] = field(default_factory=dict, repr=False)


def azure_credential(bucket: Bucket, environment: Mapping[str, str] = os.environ) -> Credential:
    """The identity for an account: a signature, a key, a service principal, workload or managed identity, `az login`."""
    if signature := kept_signature(bucket.url, environment):
        return Credential("the signature in the URL", {"credential_type": "sas_token", "sas_key": signature})
    if environment_account(environment) in (None, bucket.account):  # keys of another account are of no use
        string = connection_string(environment)
        key = string.get("AccountKey") or _first(environment, "ACCOUNT_KEY", "ACCESS_KEY", "KEY")
        signature = string.get("SharedAccessSignature") or _first(environment, "SAS_TOKEN", "SAS_KEY")
        if key:
            where = "AZURE_STORAGE_CONNECTION_STRING" if string.get("AccountKey") else "AZURE_STORAGE_ACCOUNT_KEY"
            return Credential(f"the account key in {where}", {"credential_type": "access_key", "account_key": key})
        if signature:
            where = "CONNECTION_STRING" if string.get("SharedAccessSignature") else "SAS_TOKEN"
            settings = {"credential_type": "sas_token", "sas_key": signature.lstrip("?")}
            return Credential(f"the signature in AZURE_STORAGE_{where}", settings)
    return Credential(*_identity(environment))


def _identity(environment: Mapping[str, str]) -> tuple[str, Mapping[str, Any]]:
    """Who is signed in, for any account."""
    if environment.get("AZURE_STORAGE_TOKEN"):
        return "the token in AZURE_STORAGE_TOKEN", {"credential_type": "bearer_token"}
    if all(environment.get(name) for name in ("AZURE_CLIENT_ID", "AZURE_TENANT_ID", "AZURE_CLIENT_SECRET")):
        return "the service principal in AZURE_CLIENT_ID", {"credential_type": "client_secret"}
    if environment.get("AZURE_FEDERATED_TOKEN_FILE"):
        return "the workload identity in AZURE_FEDERATED_TOKEN_FILE", {"credential_type": "workload_identity"}
    if environment.get("AZURE_SKIP_SIGNATURE"):
        return "nobody: the container must be public (AZURE_SKIP_SIGNATURE)", {"skip_signature": True}
    for name in ("IDENTITY_ENDPOINT", "AZURE_MSI_ENDPOINT", "AZURE_IDENTITY_ENDPOINT", "MSI_ENDPOINT"):
        if endpoint := environment.get(name):
            settings = {"credential_type": "managed_identity", "msi_endpoint": endpoint}
            return f"the managed identity of this machine ({name})", settings
    if shutil.which("az"):
        return "whoever is signed in with `az login`", {"credential_type": "azure_cli"}
    return "the managed identity of this machine", {"credential_type": "managed_identity"}


def _first(environment: Mapping[str, str], *names: str) -> str | None:
    return next((value for name in names if (value := environment.get(f"AZURE_STORAGE_{name}"))), None)


def aws_credential(environment: Mapping[str, str] = os.environ) -> Credential:
    """Of S3: the environment, a web identity, the container's or machine's role; profiles through the `aws` program."""
    if environment.get("AWS_ACCESS_KEY_ID"):
        return Credential("the key in AWS_ACCESS_KEY_ID")
    if environment.get("AWS_WEB_IDENTITY_TOKEN_FILE"):
        return Credential("the web identity in AWS_WEB_IDENTITY_TOKEN_FILE")
    if environment.get("AWS_SKIP_SIGNATURE"):
        return Credential("nobody: the bucket must be public (AWS_SKIP_SIGNATURE)")
    if any(name.startswith("AWS_CONTAINER_CREDENTIALS_") for name in environment):
        return Credential("the role of this container")
    if shutil.which("aws"):
        return Credential("whoever `aws configure export-credentials` names", {"credential_provider": _from_aws})
    return Credential("the role of this machine")


def google_credential(environment: Mapping[str, str] = os.environ) -> Credential:
    """Of Google: a file of credentials, else those of `gcloud auth application-default login`, else the machine's."""
    for name in ("GOOGLE_SERVICE_ACCOUNT", "GOOGLE_SERVICE_ACCOUNT_KEY", "GOOGLE_APPLICATION_CREDENTIALS"):
        if environment.get(name):
            return Credential(f"the account in {name}")
    if environment.get("GOOGLE_SKIP_SIGNATURE"):
        return Credential("nobody: the bucket must be public (GOOGLE_SKIP_SIGNATURE)")
    return Credential("the application default credentials")


def _from_aws() -> dict[str, Any]:
    """The keys of the profile that holds, as the `aws` program gives them out."""
    import json
    import subprocess

    command = ["aws", "configure", "export-credentials", "--format", "process"]
    done = subprocess.run(command, capture_output=True, check=True, timeout=60, env=without_signatures(os.environ))
    given = json.loads(done.stdout)
    ends = given.get("Expiration")
    return {
        "access_key_id": given["AccessKeyId"],
        "secret_access_key": given["SecretAccessKey"],
        "token": given.get("SessionToken"),
        "expires_at": datetime.fromisoformat(ends) if ends else None,
    }


def signature_end(signature: str) -> datetime | None:
    """When a signature ends, UTC; None if it does not say. Raises `InputError` if it cannot be one for reading."""
    fields = {name: values[0] for name, values in parse_qs(signature).items()}
    if "sig" not in fields:
        raise InputError(
            "what follows the ? of the URL is no signature", "Copy all of it, in quotes: the shell cuts it at &."
        )
    rights = fields.get("sp", "rl")
    missing = [word for letter, word in (("r", "read"), ("l", "list")) if letter not in rights]
    if missing:
        raise InputError(
            f"the signature lacks the right to {' and '.join(missing)}",
            "Make one for the container, with Read and List.",
        )
    try:
        moment = datetime.fromisoformat(fields["se"])
    except (KeyError, ValueError):
        return None
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
