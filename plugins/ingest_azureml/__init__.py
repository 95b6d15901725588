"""The logs of Azure Machine Learning batch endpoints, ParallelRunStep and parallel jobs, 2020 to now.

One small module per log family. Everything here uses only what a stranger's plugin can use: `from ingest import ...`.
"§" means a section of the format notes in `docs/reference/formats.md`.
"""

from __future__ import annotations

from collections.abc import Iterable

from ingest import IgnoredFiles, KnownProblem, hookimpl
from ingest_azureml.known_problems import KNOWN_PROBLEMS
from ingest_azureml.mini_batches import MINI_BATCH_PARSERS
from ingest_azureml.not_logs import NOT_LOGS
from ingest_azureml.overview import OVERVIEW
from ingest_azureml.platform import PLATFORM_PARSERS
from ingest_azureml.resources import RESOURCE_PARSERS
from ingest_azureml.results import JOB_ERROR, JOB_RESULT
from ingest_azureml.snapshots import SNAPSHOT_PARSERS
from ingest_azureml.summaries import SUMMARY_PARSERS
from ingest_azureml.system import SYSTEM_PARSERS
from ingest_azureml.user_errors import USER_ERROR
from ingest_azureml.user_output import USER_OUTPUT_PARSERS
from ingest_azureml.v0_tables import V0_TABLE_PARSERS


@hookimpl
def ingest_parsers() -> Iterable[object]:
    """All parsers, and the files that hold no log."""
    ignored: tuple[IgnoredFiles, ...] = NOT_LOGS
    return [
        *MINI_BATCH_PARSERS,
        *V0_TABLE_PARSERS,
        OVERVIEW,
        JOB_RESULT,
        JOB_ERROR,
        *SYSTEM_PARSERS,
        USER_ERROR,
        *USER_OUTPUT_PARSERS,
        *SUMMARY_PARSERS,
        *RESOURCE_PARSERS,
        *SNAPSHOT_PARSERS,
        *PLATFORM_PARSERS,
        *ignored,
    ]


@hookimpl
def ingest_known_problems() -> Iterable[KnownProblem]:
    """The problems of the troubleshooting pages and of users' threads."""
    return KNOWN_PROBLEMS
