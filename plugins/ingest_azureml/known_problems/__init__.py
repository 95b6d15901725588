"""Problems that people meet with batch endpoints and parallel jobs, and what to do about them. §13.

They are asked in this order, specific before general. Wordings of 2022 and of 2024 are both matched.
"""

from __future__ import annotations

from ingest import KnownProblem
from ingest_azureml.known_problems.cluster import CLUSTER
from ingest_azureml.known_problems.deployment import DEPLOYMENT
from ingest_azureml.known_problems.environment import ENVIRONMENT
from ingest_azureml.known_problems.generic import GENERIC
from ingest_azureml.known_problems.images import IMAGES
from ingest_azureml.known_problems.invocation import INVOCATION
from ingest_azureml.known_problems.launch import LAUNCH
from ingest_azureml.known_problems.processes import PROCESSES
from ingest_azureml.known_problems.script import SCRIPT
from ingest_azureml.known_problems.service import SERVICE
from ingest_azureml.known_problems.storage import STORAGE
from ingest_azureml.known_problems.streams import STREAMS

KNOWN_PROBLEMS: tuple[KnownProblem, ...] = (
    *DEPLOYMENT,
    *ENVIRONMENT,
    *LAUNCH,
    *IMAGES,
    *STREAMS,
    *STORAGE,
    *SCRIPT,
    *CLUSTER,
    *PROCESSES,
    *SERVICE,
    *INVOCATION,
    *GENERIC,
)
