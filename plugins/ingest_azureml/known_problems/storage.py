"""Data that cannot be reached or mounted. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import PAGE

_READER = "Give the managed identity of the compute Storage Blob Data Reader."

STORAGE = (
    KnownProblem(
        id="stream_auth",
        pattern=r"ScriptExecutionException was caused by StreamAccessException[\s\S]*?caused by Auth"
        r"|ScriptExecution\.StreamAccess\.Authentication|403: AuthenticationFailed",
        cause="The identity of the cluster may not read the storage that holds the data.",
        fix=f"{_READER} Only an owner of the storage account can do this.",
        reference=PAGE,
    ),
    KnownProblem(
        id="dataset_mount",
        pattern=r"Dataset initialization failed[\s\S]*?(?:cannot|can.t) mount|DatasetMountValidationException",
        cause="The cluster cannot mount the input: its identity may not read the storage, or the path has no data.",
        fix=f"{_READER} If it has that role, check that the path exists and has data.",
        reference=PAGE,
    ),
    KnownProblem(
        id="dataset_param",
        pattern=r"references parameter .?dataset_param.?,? which doesn.t have a specified value",
        cause="The kind of data asset is not supported as an input of batch endpoints.",
        fix="Use an input of a supported kind, such as a folder or a file asset.",
        reference=PAGE,
    ),
    KnownProblem(
        id="table_queue_auth",
        pattern=r"""Failed to create (?:table|queue) [^\n]*authorization failure|\bAccessError\(['"]Failed to create""",
        cause="The job needs the table and the queue service of the storage account. Its identity may not use them, or they "
        "have no private endpoint in a private network.",
        fix="Give it Storage Table and Queue Data Contributor. In a private network add private endpoints for `table` "
        "and `queue`.",
        reference="https://github.com/MicrosoftDocs/azure-docs/issues/102446",
    ),
    KnownProblem(
        id="no_key_no_passthrough",
        pattern=r"Cannot find account key or SAS token in the specified datastore|Unsupported datastore authentication"
        r"|NoAuthenticationInformation",
        cause="The storage account does not allow keys, but the driver needs one: the datastore has no credentials.",
        fix="Use a datastore with credentials. For the system datastores, use identity-based authentication.",
        reference="https://github.com/Azure/azureml-examples/issues/2221",
    ),
)
