"""Inputs and outputs that the stream library or the host cannot reach. §18.5."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import DRIVER

_STREAMS = f"{DRIVER} §18.5"

STREAMS = (
    KnownProblem(
        id="stream_not_found",
        pattern=r"StreamAccess\.NotFound|StreamError\(NotFound\)|requested stream was not found|caused by NotFoundException"
        r"|ContainerNotFound|BlobNotFound|The (?:specified )?container (?:'[^'\n]*' )?does not exist",
        cause="The input's path, container or blob does not exist.",
        fix="Check the path and the datastore of the input. Check that the step that should write it has written it.",
        reference=_STREAMS,
    ),
    KnownProblem(
        id="storage_throttled",
        pattern=r"StreamAccess\.Throttling|StreamError\(Throttled|\bserver ?busy\b|Too many requests to the storage"
        r"|over the account limit",
        cause="The storage account throttles the requests of the job.",
        fix="Read with fewer nodes or processes at a time, or use a premium storage account.",
        reference=_STREAMS,
    ),
    KnownProblem(
        id="stream_unsupported",
        pattern=r"StreamAccess\.Validation|Provided input is not supported",
        cause="The source of the input cannot be mounted or streamed.",
        fix="Copy the data to a datastore, or download it in the script.",
        reference=_STREAMS,
    ),
    KnownProblem(
        id="storage_account_disabled",
        pattern=r"account is disabled|AccountIsDisabled",
        cause="The storage account is disabled.",
        fix="Enable the storage account, or use a datastore of another account.",
        reference=_STREAMS,
    ),
    KnownProblem(
        id="write_denied",
        pattern=r"ScriptExecution\.WriteStreams\.Authentication|AuthorizationPermissionMismatch",
        cause="The identity of the cluster may read the storage but not write to it.",
        fix="Give the compute's managed identity Storage Blob Data Contributor. The Reader role is not enough to write.",
        reference=_STREAMS,
        confidence="medium",
    ),
    KnownProblem(
        id="blobfuse",
        pattern=r"\bblobfuse2? (?:due|failed|exited)|to start blobfuse|Failed to mount container",
        cause="The node could not mount the container of a datastore.",
        fix="Check the key or identity of the datastore. Check that the compute's network reaches the storage account.",
        reference=_STREAMS,
    ),
)
