"""Problems that people meet with batch endpoints and parallel jobs, and what to do about them. §13.

They are asked in this order, specific before general. Wordings of 2022 and of 2024 are both matched.
"""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.cluster import CLUSTER
from ingest_azureml.known_problems.deployment import DEPLOYMENT
from ingest_azureml.known_problems.environment import ENVIRONMENT
from ingest_azureml.known_problems.generic import GENERIC
from ingest_azureml.known_problems.invocation import INVOCATION
from ingest_azureml.known_problems.script import SCRIPT
from ingest_azureml.known_problems.storage import STORAGE

KNOWN_PROBLEMS: tuple[KnownProblem, ...] = (
    *DEPLOYMENT,
    *ENVIRONMENT,
    *STORAGE,
    *SCRIPT,
    *CLUSTER,
    *INVOCATION,
    *GENERIC,
)
