"""Rehearsals, for real: processes are started, killed and replaced, and the logs that they leave are loaded and asked."""

from __future__ import annotations

import json
import resource
import signal
import subprocess
import sys
import time
from collections.abc import Callable, Mapping
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

from tests.conftest import StoreUnderTest, environment
from tests.rehearse.conftest import SCRIPTS, ends, write_inputs

if TYPE_CHECKING:
    from tests.conftest import Run


class Rehearsal:
    """What a rehearsal printed as JSON, and the store that its logs were loaded into."""

    def __init__(self, output: Path, code: int, told: str) -> None:
        self.output, self.code = output, code
        self.told: dict[str, Any] = json.loads(told)
        self.store = StoreUnderTest(output / "store")

    @property
    def broken(self) -> set[str]:
        """Names of the checks of the contract that do not hold."""
        return {clause["name"] for clause in self.told["contract"] if clause["holds"] is False}

    def count(self, *columns: str) -> tuple[Any, ...]:
        """Of the job's summary."""
        return self.store.rows(f"SELECT {', '.join(columns)} FROM job_summary")[0]

    def findings(self) -> list[str]:
        """Ids in their order."""
        return [row["finding_id"] for row in self.told["diagnosis"]]

    def first_finding(self) -> str:
        """What the diagnosis says first, notes left out; empty if it has nothing to say."""
        weighty = (row["headline"] for row in self.told["diagnosis"] if row["severity"] != "note")
        return next(weighty, "")

    def results(self, name: str = "predictions.csv") -> list[str]:
        """The lines that were kept."""
        return (self.output / "named-outputs/score" / name).read_text().splitlines()

    def check_logs(self) -> None:
        """Every byte is understood, and no two files contradict each other."""
        assert (
            self.store.rows(
                "SELECT path, status, rejects FROM files WHERE status NOT IN ('parsed', 'ignored') OR rejects > 0"
            )
            == []
        )
        assert self.store.rows("SELECT kind FROM coverage WHERE bytes_understood_percent < 100") == []
        differ = (
            "SELECT scope, fact, node, process FROM reconciliation WHERE verdict = 'differ' AND explanation IS NULL"
        )
        assert self.store.rows(differ) == []


Play = Callable[..., Rehearsal]


@pytest.fixture
def play(tmp_path: Path, run: Run) -> Play:
    """Rehearses an example script, or a text, over 20 files in mini-batches of 5, and checks the logs."""

    def rehearse(script: str, *options: object, special: Mapping[int, str] | None = None, count: int = 20) -> Rehearsal:
        file = SCRIPTS / f"{script}.py"
        if "\n" in script:
            file = tmp_path / "score.py"
            file.write_text(script)
        inputs = write_inputs(tmp_path / "inputs", special or {}, count)
        output = tmp_path / f"rehearsal-{len(list(tmp_path.iterdir()))}"
        given = ["--input", inputs, "-o", output, "--mini-batch-size", 5, "--format", "json", *options]
        done = run("rehearse", file, *given)
        assert done.returncode in {0, 1}, done.stderr
        rehearsal = Rehearsal(output, done.returncode, done.stdout)
        rehearsal.check_logs()
        return rehearsal

    return rehearse


def test_a_good_script_has_every_result_once_and_exit_code_0(play: Play) -> None:
    """Its logs are those of a completed job of the current layout."""
    good = play("good")
    assert good.code == 0
    assert good.broken == set()
    assert good.first_finding() == ""
    assert good.count("state", "generation", "mini_batches", "items", "failed_items") == ("completed", "V4", 4, 20, 0)
    assert good.results() == [f"part-{n:03}.txt,{2 * len(str(n))}" for n in range(20)]


def test_three_nodes_give_the_same_results_as_one_process(play: Play) -> None:
    """Whoever scored them."""
    one, three = play("good", "--processes", 1), play("good", "--nodes", 3, "--mini-batch-size", 1)
    assert three.results() == one.results()
    assert three.store.rows(
        "SELECT DISTINCT node FROM log_records WHERE source = 'manager' OR source = 'worker' ORDER BY 1"
    ) == [
        ("0",),
        ("1",),
        ("2",),
    ]


def test_init_that_outweighs_the_work_is_found(play: Play) -> None:
    """Its time is known for each process."""
    slow = play("slow_init", "--processes", 1)
    assert slow.told["init_s"][0] >= 1.5
    assert slow.count("state", "failed_items") == ("completed", 0)
    assert slow.told["advice"]["duration_s"][0] >= 1.5
    assert slow.first_finding() == ""


def test_a_leak_is_fitted(play: Play) -> None:
    """Two megabytes with each mini-batch, give or take; a script that keeps nothing has no growth that is certain."""
    leaking = play("leaking", "--processes", 1, "--mini-batch-size", 1, "--machine", "4x16")
    growth = leaking.told["advice"]["growth"]
    assert 1_500_000 < growth["per_mini_batch"] < 2_500_000
    assert growth["low"] > 1_000_000
    assert leaking.told["advice"]["processes_per_node"] >= 1
    assert leaking.count("state", "failed_items") == ("completed", 0)
    assert leaking.first_finding() == ""  # forty megabytes are little, as a job's go
    good = play("good", "--processes", 1, "--mini-batch-size", 1)
    assert good.told["advice"]["growth"]["low"] < 64 * 1024


def test_one_bad_file_fails_its_mini_batch_after_all_tries(play: Play) -> None:
    """The other mini-batches are not touched by it."""
    bad = play("bad_file", "--max-retries", 2, special={7: "seven"})
    assert bad.code == 1
    assert bad.count("mini_batches", "failed_items", "retries", "exceptions") == (4, 5, 2, 3)
    assert bad.told["verdict"]["first_errors"][0]["exception_type"] == "ValueError"
    assert len(bad.results()) == 15
    assert "ValueError" in bad.first_finding()


def test_a_process_that_hangs_is_killed_and_replaced(play: Play) -> None:
    """Numbers grow; the mini-batch is given up after its tries."""
    hanging = play("hanging", "--run-timeout", 1, "--max-retries", 1, special={3: "hang"})
    assert hanging.count("timeouts", "failed_items", "mini_batches") == (2, 5, 4)
    assert hanging.findings()[0] == "poisoned_mini_batches"
    assert hanging.store.one("SELECT count(DISTINCT process) FROM attempts WHERE outcome = 'timeout'") == 2
    assert "The process process002 started" in (hanging.output / "artifacts/logs/sys/node/0/_main.txt").read_text()


def test_a_dictionary_is_no_result(play: Play) -> None:
    """Told by name, and all items fail."""
    wrong = play("wrong_type", "--max-retries", 0)
    assert wrong.code == 1
    assert wrong.broken == {"return_type"}
    assert wrong.count("failed_items") == (20,)
    assert "run() returned dict" in wrong.first_finding()


def test_too_few_results_count_as_failed_items(play: Play) -> None:
    """One of each mini-batch."""
    few = play("too_few")
    assert few.code == 1
    assert few.broken == {"fewer_results", "unmapped"}
    assert few.count("failed_items") == (4,)
    assert few.findings()[0] == "fewer_results"


@pytest.mark.parametrize(("name", "code"), [("SIGSEGV", -11), ("SIGKILL", -9)])
def test_a_process_that_dies_is_replaced(play: Play, name: str, code: int) -> None:
    """By whichever signal; its exit code stands in the manager's log."""
    dying = play("dying", "--max-retries", 1, special={12: name})
    assert dying.code == 1
    assert dying.count("failed_items", "mini_batches") == (5, 4)
    assert dying.store.one("SELECT count(*) FROM worker_ends WHERE exit_code = " + str(code)) == 2
    assert dying.findings()[0] == "poisoned_mini_batches"


def test_children_are_counted_and_do_not_outlive_their_worker(play: Play) -> None:
    """Where psutil is there to count them."""
    pytest.importorskip("psutil")
    children = play("children", "--processes", 1, "--sample-interval", 0.2)
    told = (children.output / "artifacts/logs/user/stdout/0/process000.stdout.txt").read_text()
    pid = int(told.split()[1])
    assert ends(pid)
    assert children.first_finding() == ""
    assert children.count("mini_batches", "failed_items") == (4, 0)
    assert children.told["advice"]["process_bytes"] > 60_000_000


def test_a_secret_is_masked_in_what_is_shown(play: Play) -> None:
    """The logs hold it, as those of the platform would."""
    secret = play("secret", "--max-retries", 0)
    assert "QQQQ" not in json.dumps(secret.told)
    assert "cannot reach storage" in secret.first_finding()
    assert secret.count("failed_items") == (5,)
    assert "QQQQ" in (secret.output / "artifacts/logs/job_error.txt").read_text()


def test_breaches_that_are_not_severe_are_named_and_end_with_0(play: Play) -> None:
    """Ragged rows, rows without names, a global that changes, files beside the inputs."""
    careless = play("careless", "--output-action", "summary_only")
    names = {"ragged", "unmapped", "globals"}
    assert names <= careless.broken  # temporary folders may be written to, and this test's inputs lie in one
    assert careless.code == 0


def test_ten_thousand_small_files(play: Play) -> None:
    """In a hundred mini-batches."""
    many = play("good", "--mini-batch-size", 100, count=10_000)
    assert many.count("mini_batches", "items", "failed_items") == (100, 10_000, 0)
    assert len(many.results()) == 10_000


def test_a_script_without_run_is_not_started_for_ever(play: Play) -> None:
    """A node stops after three failures of each process; the job fails."""
    missing = play("def init():\n    pass\n", "--processes", 1)
    assert missing.broken == {"functions"}
    assert missing.told["ended"] == "init"
    assert missing.count("state") == ("failed",)


def test_an_arity_that_cannot_be_called(play: Play) -> None:
    """run() needs one argument."""
    wrong = play("def init():\n    pass\n\n\ndef run(one, two):\n    return []\n", "--max-retries", 0)
    assert "arity" in wrong.broken


def test_the_error_threshold_ends_a_job(play: Play) -> None:
    """As soon as more items failed."""
    over = play("bad_file", "--error-threshold", 3, "--max-retries", 0, "--processes", 1, special={0: "zero"})
    assert over.told["ended"] == "threshold"
    assert over.count("state") == ("failed",)


def test_the_script_sees_the_platform(play: Play, tmp_path: Path) -> None:
    """Model folder, output folder, arguments, the logger of the entry script."""
    script = (
        "import argparse, os\nfrom pathlib import Path\nfrom azureml_user.parallel_run import EntryScript\n\n\n"
        "def init():\n    EntryScript().logger.info('ready')\n\n\n"
        "def run(mini_batch):\n    parser = argparse.ArgumentParser()\n    parser.add_argument('--mine')\n"
        "    mine = parser.parse_known_args()[0].mine\n"
        "    facts = (Path(os.environ['AZUREML_MODEL_DIR']).name, Path(os.environ['AZUREML_BI_OUTPUT_PATH']).name, mine,"
        " os.environ['COLOUR'])\n    return [f'{Path(f).name} {facts}' for f in mini_batch]\n"
    )
    (tmp_path / "churn").mkdir()
    seen = play(script, "--model", tmp_path / "churn", "--env", "COLOUR=red", "--processes", 1, "--", "--mine", "7")
    assert seen.results()[0] == "part-000.txt ('churn', 'score', '7', 'red')"
    assert "INFO" in (seen.output / "artifacts/logs/user/entry_script_log/0/process000.log.txt").read_text()


def test_a_memory_limit_is_felt(play: Play) -> None:
    """What does not fit raises MemoryError."""
    script = (
        "def init():\n    pass\n\n\ndef run(mini_batch):\n    kept = bytearray(900_000_000)\n    return mini_batch\n"
    )
    small = play(script, "--memory-limit", "500MB", "--max-retries", 0)
    assert small.told["verdict"]["first_errors"][0]["exception_type"] == "MemoryError"


WAITING = "import time\n\n\ndef init():\n    pass\n\n\ndef run(mini_batch):\n    time.sleep(600)\n"


@pytest.mark.parametrize("stop", [signal.SIGINT, signal.SIGKILL])
def test_whoever_ends_the_driver_ends_its_workers(tmp_path: Path, stop: signal.Signals, store: StoreUnderTest) -> None:
    """Ctrl-C and kill -9 leave no process, and logs that tell of a job that did not finish."""
    script, output = tmp_path / "score.py", tmp_path / "rehearsal"
    script.write_text(WAITING)
    inputs = write_inputs(tmp_path / "inputs", {})
    command: list[str | Path] = [sys.executable, "-m", "ingest", "rehearse", script, "--input", inputs, "-o", output]
    driver = subprocess.Popen(command, env=environment(), stdout=subprocess.DEVNULL, stderr=subprocess.DEVNULL)
    logs = output / "artifacts/logs/sys/node/0"
    until = time.monotonic() + 60
    while time.monotonic() < until and not list(logs.glob("process*.txt")):
        time.sleep(0.05)
    pids = [int(line.split()[-1][:-1]) for line in (logs / "_main.txt").read_text().splitlines() if "with pid" in line]
    driver.send_signal(stop)
    assert driver.wait(60) == (130 if stop == signal.SIGINT else -9)
    assert len(pids) == 2
    assert all(ends(pid) for pid in pids)
    lifecycler = output / "artifacts/system_logs/lifecycler/lifecycler.log"
    while time.monotonic() < until and "job_status" not in lifecycler.read_text():
        time.sleep(0.05)
    store.load(output / "artifacts")
    reason = "platform: job Canceled" if stop == signal.SIGINT else "platform: job Failed"
    assert store.rows("SELECT state, state_reason FROM job_summary") == [("failed", reason)]


def test_a_full_disk_ends_a_rehearsal(tmp_path: Path) -> None:
    """Said in two lines, with no process left; a limit of file sizes stands for the disk."""
    script = tmp_path / "score.py"
    script.write_text("def init():\n    pass\n\n\ndef run(files):\n    raise ValueError('x' * 3000)\n")
    inputs = write_inputs(tmp_path / "inputs", {})
    command: list[str | Path] = [
        sys.executable,
        "-m",
        "ingest",
        "rehearse",
        script,
        "--input",
        inputs,
        "-o",
        tmp_path / "out",
    ]

    def limit() -> None:
        resource.setrlimit(resource.RLIMIT_FSIZE, (20_000, 20_000))

    options = ["--mini-batch-size", "1"]
    done = subprocess.run([*command, *options], env=environment(), capture_output=True, text=True, preexec_fn=limit)
    assert done.returncode == 4, done.stderr
    assert "the disk is full: the logs of the rehearsal cannot be written" in done.stderr
    assert "Traceback" not in done.stderr
    manager = (tmp_path / "out/artifacts/logs/sys/node/0/_main.txt").read_text()
    assert all(
        ends(int(line.split()[-1][:-1])) for line in manager.splitlines() if line.endswith(".") and "with pid" in line
    )


DEPLOYMENT = """
code_configuration: {code: src, scoring_script: score.py}
environment_variables: {COLOUR: green}
settings:
  mini_batch_size: 4
  max_concurrency_per_instance: 1
  output_action: append_row
  output_file_name: churn.csv
  logging_level: info
  retry_settings: {max_retries: 1, timeout: 20}
model: azureml:churn@latest
"""


def test_a_deployment_names_script_and_settings(tmp_path: Path, run: Run) -> None:
    """What an option says weighs more; the first word is an argument if it is no script."""
    pytest.importorskip("yaml")
    (tmp_path / "src").mkdir()
    (tmp_path / "src/score.py").write_text(
        "import os, sys\n\n\ndef init():\n    pass\n\n\ndef run(files):\n"
        "    return [f'{f} {sys.argv[1]} {os.environ[\"COLOUR\"]} {len(files)}' for f in files]\n"
    )
    (tmp_path / "deployment.yml").write_text(DEPLOYMENT)
    inputs, output = write_inputs(tmp_path / "inputs", {}), tmp_path / "rehearsal"
    given = ["--deployment", tmp_path / "deployment.yml", "--input", inputs, "-o", output, "--format", "json"]
    done = run("rehearse", *given, "--mini-batch-size", 10, "--", "mine")
    assert done.returncode == 0, done.stderr
    rehearsal = Rehearsal(output, 0, done.stdout)
    assert rehearsal.results("churn.csv")[0].endswith("part-000.txt mine green 10")
    assert rehearsal.count("mini_batches", "processes") == (2, 1)


def test_a_deployment_writes_below_the_output_only(tmp_path: Path, run: Run) -> None:
    """A name with a folder is refused before anything is started."""
    pytest.importorskip("yaml")
    (tmp_path / "deployment.yml").write_text(DEPLOYMENT.replace("churn.csv", "../../churn.csv"))
    (tmp_path / "src").mkdir()
    (tmp_path / "src/score.py").write_text("")
    done = run("rehearse", "--deployment", tmp_path / "deployment.yml", "--input", tmp_path)
    assert (done.returncode, "not the name of a file" in done.stderr) == (2, True)


@pytest.mark.parametrize("text", ["- a\n- b\n", "a: [", "!!python/object/apply:os.system ['true']"])
def test_what_is_no_deployment_is_refused(tmp_path: Path, run: Run, text: str) -> None:
    """In two lines; nothing in it is run."""
    pytest.importorskip("yaml")
    (tmp_path / "deployment.yml").write_text(text)
    done = run("rehearse", "--deployment", tmp_path / "deployment.yml", "--input", tmp_path)
    assert (done.returncode, "deployment.yml: not" in done.stderr) == (3, True)


def test_advice_is_for_a_named_size(play: Play, run: Run, tmp_path: Path) -> None:
    """Its cores and memory are known, whatever the case of its name; a size that is not is an error that says what to do."""
    good = play("good", "--sku", "standard_ds3_V2", "--plan-nodes", 3, "--processes", 1)
    advice = good.told["advice"]
    assert (advice["machine"], advice["nodes"], advice["processes_per_node"]) == ([4, 14.0], 3, 4)
    assert advice["mini_batch_size"][0] <= 20
    low, middle, high = advice["duration_s"]
    assert low <= middle <= high
    done = run("rehearse", SCRIPTS / "good.py", "--input", tmp_path, "--sku", "Standard_X1")
    assert (done.returncode, "--machine 4x16" in done.stderr) == (2, True)


def test_the_text_says_the_same(tmp_path: Path, run: Run) -> None:
    """What is violated, with secrets masked, and what is advised."""
    script = tmp_path / "score.py"
    script.write_text(
        "def init():\n    raise ValueError('AccountKey=' + 'Q' * 86 + '==')\n\n\ndef run(files):\n    return files\n"
    )
    inputs = write_inputs(tmp_path / "inputs", {})
    done = run("rehearse", script, "--input", inputs, "-o", tmp_path / "out", "--processes", 1)
    assert done.returncode == 1
    assert "init_raises, violated 3 times: init() returns" in done.stdout
    assert "QQQQ" not in done.stdout + done.stderr
