"""A seeded generator of Azure ML batch-scoring job trees, in the formats of formats.md.

    from treegen import JobPlan, circumstances, faults, write_job

    plan = JobPlan(name="job-1", seed=7, faults=(faults.SlowNode(node=1), circumstances.Stalled()))
    truth = write_job(root, plan)

One simulation decides which process of which node takes which mini-batch when and how it ends; all
files are written from it, so facts told twice agree, and :class:`Truth` says what was planted.
"""

from treegen.files.tree import job_folder
from treegen.model import circumstances, errors, faults
from treegen.model.history import History, Outcome, State
from treegen.model.plan import Generation, JobPlan, Layout
from treegen.model.simulation import simulate
from treegen.model.truth import NodeCounts, Truth
from treegen.samples import SAMPLES, write_samples
from treegen.scale.writing import ScaleRequest, write_scale
from treegen.writing import write_job

__all__ = [
    "SAMPLES",
    "Generation",
    "History",
    "JobPlan",
    "Layout",
    "NodeCounts",
    "Outcome",
    "ScaleRequest",
    "State",
    "Truth",
    "circumstances",
    "errors",
    "faults",
    "job_folder",
    "simulate",
    "write_job",
    "write_samples",
    "write_scale",
]
