"""The independent simulator keeps its word: same seed, same files; what it plants happens; causes by name are all there."""

from __future__ import annotations

from pathlib import Path

import pytest

from simulator import Strength, jobs, one_job, write_job
from simulator.causes import CAUSES


def _files(root: Path) -> dict[str, bytes]:
    return {str(path.relative_to(root)): path.read_bytes() for path in sorted(root.rglob("*")) if path.is_file()}


def test_same_seed_same_bytes(tmp_path: Path) -> None:
    """Two runs with one seed write the same trees; another seed does not."""
    for name, seed in (("a", 5), ("b", 5), ("c", 6)):
        for job in jobs(4, seed):
            write_job(tmp_path / name, job)
    assert _files(tmp_path / "a") == _files(tmp_path / "b")
    assert _files(tmp_path / "a") != _files(tmp_path / "c")


def test_a_job_is_not_written_twice(tmp_path: Path) -> None:
    """A tree that is there is not mixed with another one."""
    job = one_job(None, Strength.CLEAR, 1)
    write_job(tmp_path, job)
    with pytest.raises(FileExistsError):
        write_job(tmp_path, job)


@pytest.mark.parametrize("cause", [cause.name for cause in CAUSES])
def test_every_cause_leaves_a_job_that_ends(cause: str) -> None:
    """At each strength the job comes to an end, and is as good or as bad as its reason says."""
    for strength in Strength:
        job = one_job(cause, strength, 3)
        history = job.history
        assert 0 < history.ended < 40_000
        assert history.completed == (history.reason == "all")
        if history.reason == "all":
            assert len(history.resolved) == len(job.world.mini_batches)


def test_each_attempt_has_one_worker_at_a_time() -> None:
    """A worker never has two mini-batches in work, and none before it is ready."""
    for job in jobs(12, 8):
        for process in job.history.processes:
            edge = process.init_ended or 0.0
            for attempt in process.attempts:
                assert attempt.started >= edge
                edge = attempt.ended or job.history.ended


def test_a_pre_empted_node_falls_silent() -> None:
    """Its attempts are lost, others take them up, and the job is completed."""
    job = one_job("node pre-empted", Strength.CLEAR, 2)
    (gone,) = [node for node in job.world.nodes if node.leaves_s is not None]
    assert gone.leaves_s is not None
    lost = [attempt for attempt in job.history.attempts if attempt.lost]
    assert lost
    assert {attempt.process.node.index for attempt in lost} == {gone.index}
    assert all(sample.time < gone.leaves_s for sample in job.history.samples if sample.node is gone)
    assert job.history.completed


def test_memory_kills_the_largest() -> None:
    """A leak ends processes by signal 9, each when its node was full."""
    job = one_job("memory leak until killed", Strength.CLEAR, 4)
    killed = [process for process in job.history.processes if process.exit_code == -9]
    assert len(killed) >= job.world.workers
    assert {process.replaces.exit_code for process in job.history.processes if process.replaces} == {-9}
