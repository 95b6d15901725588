"""Calls of an endpoint, and limits: reported by the service, seldom by a log. §13."""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.references import PAGE, USERS

INVOCATION = (
    KnownProblem(
        id="audience",
        pattern=r"\baudiences? (?:in JWT |or service )?(?:is|are)? ?not allowed|\bservice not allowed",
        cause="The token for the call was issued for another resource.",
        fix="Request the token with `resource=https://ml.azure.com`. The management API needs another token.",
        reference=PAGE,
        confidence="medium",
    ),
    KnownProblem(
        id="no_deployment",
        pattern=r"No valid deployments to route to",
        cause="The endpoint has no default deployment.",
        fix="Set `defaults.deployment_name`, or name a deployment in the call's header.",
        reference=PAGE,
    ),
    KnownProblem(
        id="limits",
        pattern="",
        cause="Batch endpoints do not support workspaces with customer-managed keys, registries with quarantine, "
        "Azure Arc Kubernetes or granular resource requests, nor V1 datasets and MLTable as inputs.",
        fix="Compare workspace, compute and input with the limits on the referenced page.",
        reference=PAGE,
    ),
    KnownProblem(
        id="http_429",
        pattern="",
        cause="Studio shows 429 or TooManyRequests for a log file: its own requests are throttled.",
        fix="Wait, or download the logs. The job is not affected.",
        reference=USERS,
    ),
)
