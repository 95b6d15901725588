"""Signatures that came with URLs: kept in the environment, which worker processes inherit, and nowhere else."""

from __future__ import annotations

import hashlib
import os
from collections.abc import Mapping

_VARIABLE = "_INGEST_SIGNATURE_"


def keep_signature(bucket_url: str, signature: str) -> None:
    """Remembers the signature for a container, for this process and those that it starts."""
    os.environ[_variable(bucket_url)] = signature


def kept_signature(bucket_url: str, environment: Mapping[str, str]) -> str | None:
    """The signature for a container."""
    return environment.get(_variable(bucket_url))


def without_signatures(environment: Mapping[str, str]) -> dict[str, str]:
    """An environment for other programs."""
    return {name: value for name, value in environment.items() if not name.startswith(_VARIABLE)}


def _variable(bucket_url: str) -> str:
    return _VARIABLE + hashlib.sha256(bucket_url.encode()).hexdigest()[:16]
