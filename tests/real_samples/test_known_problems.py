"""Real logs show the known problems that their threads came to, and no other."""

from __future__ import annotations

from pathlib import Path
from typing import TYPE_CHECKING

import pytest

from tests.real_samples.places import SAMPLES, lay_out

if TYPE_CHECKING:
    from tests.conftest import Begin, StoreUnderTest

pytestmark = pytest.mark.skipif(
    not SAMPLES.is_dir(), reason="no folder ../shared/real-samples beside the repository (or INGEST_REAL_SAMPLES)"
)

SHOWN = {
    "access_error_2022-12_azuredocs102446": {"table_queue_auth"},
    "dataset_mount_error_azuredocs58012": {"dataset_mount"},
    "mlflow_batch_stdout_docs": {"file_type_unsupported"},
    "parallel_task_exception_2023-04_examples2221": {"no_key_no_passthrough"},
    "run_error_message_2023-02_azuredocs105903": {"exit_42"},
    "std_log_0_2024-01_issue31839": {"exit_42"},
    "sys_error_main_headless_2021-04_issue1429": {"task_visible_noise"},
    "sys_error_process_2021-04_issue1429": {"progress_timeout"},
}
"""Known problems by sample; those that are not here show none."""


@pytest.fixture(scope="module")
def store(begin: Begin, tmp_path_factory: pytest.TempPathFactory) -> StoreUnderTest:
    """The samples, each a job of its own."""
    top: Path = tmp_path_factory.mktemp("real")
    loaded = begin(top / "store")
    loaded.load(*lay_out(top / "jobs").values())
    return loaded


def test_problems_of_each_sample(store: StoreUnderTest) -> None:
    """Of all samples that are there, exactly those show a known problem in which the eye sees one."""
    seen: dict[str, set[str]] = {}
    for job, problem in store.rows("SELECT job_id, problem FROM known_problems_seen"):
        seen.setdefault(job, set()).add(problem)
    there = {job for (job,) in store.rows("SELECT job_id FROM jobs")}
    assert seen == {job: problems for job, problems in SHOWN.items() if job in there}


@pytest.mark.parametrize("sample", SHOWN)
def test_the_first_error_names_it(store: StoreUnderTest, sample: str) -> None:
    """`first_error` has the problem, with a remedy."""
    found = store.rows(f"SELECT problem, fix IS NOT NULL FROM first_error WHERE job_id = '{sample}'")
    if not store.rows(f"SELECT job_id FROM jobs WHERE job_id = '{sample}'"):
        pytest.skip("this sample is not in the folder")
    ((problem, has_remedy),) = found
    assert {problem} == SHOWN[sample]
    assert has_remedy
