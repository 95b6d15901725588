"""Who says so: the pages and threads that more than one known problem refers to."""

from __future__ import annotations

PAGE = "https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-batch-endpoints"
"""The troubleshooting page: its state of 2021 has the first six problems, those of 2022 and 2024 most others."""

PARALLEL_JOBS = "https://learn.microsoft.com/azure/machine-learning/how-to-use-parallel-job-in-pipeline"
DEBUGGING = "https://learn.microsoft.com/azure/machine-learning/how-to-debug-parallel-run-step"
MLFLOW = "https://learn.microsoft.com/azure/machine-learning/how-to-mlflow-batch"

USERS = "reported by users of ParallelRunStep"
"""For a problem whose thread is not known any more."""

DRIVER = "what the parallel driver writes: docs/reference/formats.md"
"""For a problem that no page describes; a section follows."""


def notebooks(number: int) -> str:
    """A thread of the repository where most users of ParallelRunStep asked."""
    return f"https://github.com/Azure/MachineLearningNotebooks/issues/{number}"
