"""Names and numbers that a job, its nodes and its workers carry: stable, and obviously made up."""

from __future__ import annotations

from hashlib import blake2b
from random import Random

from treegen.model.plan import JobPlan, Layout

SUBSCRIPTION = "00000000-aaaa-bbbb-cccc-000000000000"
RESOURCE_GROUP = "example-group"
WORKSPACE = "example-workspace"
CLUSTER = "cpu-cluster"
FAKE_SAS = "sv=2021-08-06&sr=c&sp=rl&sig=FAKE%2FNOT%2BA%2FREAL%2FSIGNATURE%2F0000000000000%3D"
"""A SAS query as logs show it. It opens nothing; it is here so that masking can be tested."""


def seeded(plan: JobPlan, label: str) -> Random:
    """An independent random stream per use, so that one writer never disturbs another."""
    return Random(f"{plan.seed}/{plan.name}/{label}")


def lot(plan: JobPlan, label: str, number: int) -> float:
    """A fixed number in [0, 1) for a label and an id."""
    text = f"{plan.seed}/{plan.name}/{label}/{number}"
    return int.from_bytes(blake2b(text.encode(), digest_size=6).digest()) / 2**48


def node_name(plan: JobPlan, index: int) -> str:
    """IPv4 up to V2, a small integer later (formats.md §1)."""
    return node_ip(index) if plan.generation.names_nodes_by_ip else str(index)


def node_ip(index: int) -> str:
    """Addresses of a cluster's subnet: Azure keeps the first four."""
    return f"10.0.{(index + 4) // 250}.{(index + 4) % 250}"


def batch_name(plan: JobPlan, index: int) -> str:
    """The platform's name of a node, ``tvmps_<64 hex>_d`` (formats.md §2.2)."""
    return f"tvmps_{seeded(plan, f'vm {index}').getrandbits(256):064x}_d"


def worker_name(plan: JobPlan, number: int) -> str:
    """``Process-N`` from 1 in V0, ``processNNN`` from 000 later (formats.md §1)."""
    return f"Process-{number + 1}" if plan.generation.number == 0 else f"process{number:03d}"


def guid(plan: JobPlan, label: str) -> str:
    """A UUID-shaped id."""
    digits = f"{seeded(plan, label).getrandbits(128):032x}"
    return "-".join((digits[:8], digits[8:12], digits[12:16], digits[16:20], digits[20:]))


def run_id(plan: JobPlan) -> str:
    """The run id that logs mention: the folder's name where it is one."""
    return plan.name if plan.layout is Layout.BLOB else guid(plan, "run")


def parent_run_id(plan: JobPlan) -> str:
    """The run of the endpoint or pipeline that started this one."""
    return guid(plan, "parent")


def work_dir(plan: JobPlan) -> str:
    """Working directory on the node, as tracebacks show it (real samples of both eras)."""
    if plan.generation.number <= 2:
        return f"/mnt/batch/tasks/shared/LS_root/jobs/{WORKSPACE}/azureml/{run_id(plan)}/wd"
    return f"/mnt/azureml/cr/j/{seeded(plan, 'cr').getrandbits(128):032x}/exe/wd"


def data_dir(plan: JobPlan) -> str:
    """Folder of the input files as the driver sees it."""
    return f"{work_dir(plan).removesuffix('/exe/wd').removesuffix('/wd')}/mounts/daily_input"


def input_file(plan: JobPlan, mini_batch_id: int, item: int) -> str:
    """Name of one input item; equal over jobs with equal prefixes."""
    return f"{plan.input_prefix}{mini_batch_id * plan.items + item:05d}.csv"
