"""Endpoints, deployments and outputs: the six problems of the first troubleshooting page. §13.

Most are refused by the service before a job starts, so no log records them.
"""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import PAGE

DEPLOYMENT = (
    KnownProblem(
        id="missing_code_or_env",
        pattern="",
        cause="A model that is not an MLflow model was deployed without a scoring script or an environment.",
        fix="Give the deployment a code configuration and an environment. Only MLflow models need none.",
        reference=PAGE,
    ),
    KnownProblem(
        id="immutable_endpoint",
        pattern="",
        cause="Model, code, environment and compute of an existing batch endpoint cannot be updated.",
        fix="Create an endpoint with a new name.",
        reference=PAGE,
    ),
    KnownProblem(
        id="resource_not_found",
        pattern="",
        cause="The command line looks for online endpoints by default, and finds none with that name.",
        fix="Add `--type batch` to the command.",
        reference=PAGE,
    ),
    KnownProblem(
        id="unsupported_input",
        pattern="",
        cause="The input is neither registered data, nor data in the cloud, nor local data.",
        fix="Give the input in one of the three forms: registered, cloud or local data.",
        reference=PAGE,
    ),
    KnownProblem(
        id="endpoint_name_taken",
        pattern="",
        cause="The name is in use, or was: deleting only marks an endpoint, and its name stays blocked in the region.",
        fix="Use a new name.",
        reference=PAGE,
    ),
    KnownProblem(
        id="output_exists",
        pattern=r"\boutput\b[^\n]{0,200}\balready exists",
        cause="The output location is not new: `predictions.csv` cannot be overwritten. Often no log reports it, and "
        "only the predictions are missing.",
        fix="Give each invocation a new or empty output folder.",
        reference=PAGE,
        confidence="medium",
    ),
)
