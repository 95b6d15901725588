"""Every rule of the contract, and scripts that do what none should: for real, by the driver."""

from __future__ import annotations

import subprocess
import sys
import venv
from pathlib import Path

import pytest

from ingest.errors import InputError
from ingest.rehearse.contract import contract, is_kept
from ingest.rehearse.plan import Settings, mini_batches
from tests.rehearse.conftest import Drive, ends

pytestmark = pytest.mark.slow


def script(run: str = "return mini_batch", init: str = "pass", top: str = "") -> str:
    """A scoring script with these statements."""
    return f"import os, sys, time\n{top}\n\n\ndef init():\n    {init}\n\n\ndef run(mini_batch):\n    {run}\n"


@pytest.mark.parametrize(
    ("text", "broken", "example"),
    [
        ("def run(mini_batch):\n    return []\n", {"functions"}, "no function init()"),
        ("def init():\n    pass\n", {"functions"}, "no function run()"),
        ("def init(:\n    pass\n", {"loads"}, "SyntaxError"),
        ("x = '\xe9'\n" + script(), {"loads"}, "can't decode byte 0xe9"),
        ("from . import other\n" + script(), {"loads"}, "no known parent package"),
        (script(top="sys.exit(4)"), {"loads"}, "SystemExit: 4"),
        (script(top="os._exit(4)"), {"loads"}, "ended while the script was imported, with exit code 4"),
        (script(init="raise ValueError('no model')"), {"init_raises"}, "ValueError: no model"),
        (script(init="os._exit(5)"), {"init_raises"}, "ended in init(), with exit code 5"),
        (script("return None"), {"return_type"}, "run() returned NoneType"),
        (script("return 'ok'"), {"return_type"}, "run() returned str"),
        (script("return (file for file in mini_batch)"), {"return_type"}, "run() returned generator"),
        (script("return mini_batch * 2"), {"more_results"}, "10 results for 5 items"),
        (script("return mini_batch[1:]"), {"fewer_results", "unmapped"}, "4 results for 5 items"),
        (script("return [lambda: file for file in mini_batch]"), {"unpicklable", "unmapped"}, "pickle"),
        (
            script("return [[file] * (1 + (file > mini_batch[0])) for file in mini_batch]"),
            {"ragged"},
            "different numbers",
        ),
        (script("return [1 for _ in mini_batch]"), {"unmapped"}, None),
        (script("seen.append(1); return mini_batch", top="seen = []"), {"globals"}, "seen"),
        (script(top="time.sleep(1.2)"), {"import_work"}, "1.2 s when it was imported"),
    ],
)
def test_each_rule_is_named(drive: Drive, text: str, broken: set[str], example: str | None) -> None:
    """With what was seen."""
    driven = drive(text, processes=1)
    assert driven.broken == broken
    examples = [one for name in broken for one in driven.clauses[name].examples]
    assert example is None or any(example in one for one in examples), examples
    severe = {"functions", "loads", "init_raises", "return_type", "fewer_results"}
    assert is_kept(contract(driven.outcome)) == (not broken & severe)


def test_files_written_beside_the_inputs_are_named(drive: Drive, tmp_path: Path) -> None:
    """Those in the output folder and in the temporary folder are not."""
    (tmp_path / "temporary").mkdir()
    run = (
        "import tempfile; from pathlib import Path; Path(mini_batch[0] + '.done').write_text('');"
        " (Path(os.environ['AZUREML_BI_OUTPUT_PATH']) / 'more.txt').write_text('');"
        " tempfile.TemporaryFile().close(); return mini_batch"
    )
    driven = drive(script(run), environment={"TMPDIR": str(tmp_path / "temporary")}, processes=1)
    assert driven.broken == {"writes_outside"}
    (first, *_) = driven.clauses["writes_outside"].examples
    assert first == str(tmp_path / "inputs" / "part-000.txt.done")
    assert driven.clauses["writes_outside"].times == 4


def test_what_the_script_raises_is_placed_in_the_script(drive: Drive) -> None:
    """No line of the worker's own is in a traceback, whether the script raised, or the driver about what it returned."""
    driven = drive(script("return None"), processes=1)
    assert 'score.py", line 9, in run' in driven.log("logs/job_error.txt")
    assert "worker.py" not in driven.log("logs/job_error.txt")
    missing = drive("import no_such_library\n" + script(), processes=1)
    assert 'score.py", line 1, in <module>' in missing.log("logs/job_error.txt")
    assert "worker.py" not in missing.log("logs/job_error.txt")


def test_a_process_may_leave_in_any_way(drive: Drive) -> None:
    """`sys.exit` is an error of the script, `os._exit` the end of a process; the other mini-batches are scored."""
    kinds = {2: "exit", 7: "_exit", 12: "abort"}
    run = (
        "kinds = {'exit': lambda: sys.exit('no more'), '_exit': lambda: os._exit(3), 'abort': os.abort};"
        " [kinds.get(open(f).read(), str)() for f in mini_batch]; return mini_batch"
    )
    driven = drive(script(run), special=kinds)
    outcomes = {one.id: one.status for one in driven.outcome.tries}
    assert outcomes == {0: "RUN_EXCEPTION", 1: "RUN_EXCEPTION", 2: "RUN_EXCEPTION", 3: "RUN_DONE"}
    assert "SystemExit: no more" in driven.log("logs/job_error.txt")
    manager = driven.log("logs/sys/node/0/_main.txt")
    assert "exited with code 3." in manager
    assert "exited with code -6." in manager


def test_a_script_that_forks_is_one_worker_still(drive: Drive) -> None:
    """The child that comes back from run() takes no mini-batch and writes no result."""
    driven = drive(script("os.fork(); return mini_batch"), mini_batch_size=1)
    assert sorted(one.id for one in driven.outcome.tries) == list(range(20))
    assert len(driven.results) == 20


def test_a_script_that_writes_into_every_file_is_borne(drive: Drive) -> None:
    """What comes through the pipe and is no event is left out."""
    run = (
        "import contextlib\n    for number in range(3, 20):\n        with contextlib.suppress(OSError):\n"
        '            os.write(number, b\'garbage\\n{"event": "run_done"}\\n[1]\\n\')\n    return mini_batch'
    )
    driven = drive(script(run))
    assert {one.status for one in driven.outcome.tries} == {"RUN_DONE"}


def test_a_script_that_closes_the_pipe_is_ended(drive: Drive) -> None:
    """Even if it goes on for ever: it could not be heard."""
    driven = drive(script("os.closerange(3, 50); time.sleep(600)"), mini_batch_size=20)
    assert [one.status for one in driven.outcome.tries] == ["RUN_EXCEPTION"]


def test_output_is_kept_byte_by_byte(drive: Drive) -> None:
    """Whatever is printed: no text, no line end, a line that looks like another's."""
    run = r"sys.stdout.buffer.write(b'\xff\x00\r\n'); print('\ud800'); os.write(2, b'\x80'); return mini_batch"
    driven = drive(script(run), processes=1, mini_batch_size=20)
    user = driven.settings.output / "artifacts/logs/user"
    assert (user / "stdout/0/process000.stdout.txt").read_bytes() == b"\xff\x00\r\n\\ud800\n"
    assert (user / "stderr/0/process000.stderr.txt").read_bytes() == b"\x80"


def test_large_results_are_kept_whole(drive: Drive) -> None:
    """A megabyte for each file."""
    driven = drive(script("return [f + ' ' + 'x' * 1_000_000 for f in mini_batch]"))
    assert [len(line) > 1_000_000 for line in driven.results] == [True] * 20


def test_windows_line_ends_and_threads_do_no_harm(drive: Drive) -> None:
    """A thread that goes on does not keep a worker from ending."""
    text = script(init="import threading; threading.Thread(target=time.sleep, args=(600,)).start()")
    driven = drive(text.replace("\n", "\r\n"), processes=1)
    assert driven.broken == set()
    assert ends(int(driven.log("logs/sys/node/0/_main.txt").split("with pid ")[1].split(".")[0]))


def test_no_process_is_left_in_a_session_of_its_own(drive: Drive) -> None:
    """A process that a script puts into another session is known by its environment."""
    if sys.platform != "linux":
        pytest.skip("needs /proc")
    init = "import subprocess; print('pid', subprocess.Popen(['sleep', '600'], start_new_session=True).pid)"
    driven = drive(script(init=init), processes=1)
    assert ends(int(driven.log("logs/user/stdout/0/process000.stdout.txt").split()[1]))


def test_the_threshold_of_mini_batches_ends_a_job(drive: Drive) -> None:
    """As soon as more of them failed."""
    driven = drive("bad_file", special={0: "zero", 6: "six"}, mini_batch_error_threshold=1, processes=1)
    assert driven.outcome.reason == "threshold"
    assert [one.id for one in driven.outcome.tries] == [0, 1]
    assert "failed mini batches is 2, which exceeds mini batch error threshold 1." in driven.log("logs/job_result.txt")
    borne = drive("bad_file", special={0: "zero", 6: "six"}, mini_batch_error_threshold=2, processes=1)
    assert borne.outcome.reason == "all"


def test_a_sample_is_a_random_part_of_the_files(drive: Drive) -> None:
    """The same one each time; advice knows how many there are."""
    driven = drive(script(), sample=6)
    assert len(driven.results) == 6
    assert driven.results == sorted(driven.results)
    assert len(drive(script(), sample=100).results) == 20
    assert mini_batches(driven.settings)[1] == 20


def test_another_python_needs_no_ingest(drive: Drive, tmp_path: Path) -> None:
    """It runs the worker, a file of its own."""
    venv.create(tmp_path / "other", with_pip=False)
    python = tmp_path / "other" / "bin" / "python"
    bare = subprocess.run([python, "-c", "import ingest"], cwd=tmp_path, capture_output=True, env={})
    assert bare.returncode == 1
    run = "return [f'{os.path.basename(f)} {sys.prefix}' for f in mini_batch]"
    driven = drive(script(run), python=str(python))
    assert driven.results[0] == f"part-000.txt {tmp_path / 'other'}"


def test_what_is_no_python_is_told(drive: Drive, tmp_path: Path) -> None:
    """A file that cannot be run is wrong usage; a program that says nothing ends each worker."""
    (tmp_path / "text").write_text("")
    with pytest.raises(InputError, match="cannot be run"):
        drive(script(), python=str(tmp_path / "text"))
    driven = drive(script(), python="/bin/true")
    assert driven.outcome.reason == "init"
    assert driven.broken == {"loads"}


def test_a_time_limit_that_is_met_late_is_one_outcome(drive: Drive) -> None:
    """A mini-batch that ends as its process is killed is not counted twice."""
    driven = drive(script("time.sleep(0.5); return mini_batch"), run_timeout_s=0.5, mini_batch_size=1, processes=4)
    assert sorted(one.id for one in driven.outcome.tries) == list(range(20))
    assert {one.status for one in driven.outcome.tries} <= {"RUN_DONE", "RUN_TIMEOUT"}
    assert driven.broken == set()


def test_inputs_that_are_not_there_are_told(tmp_path: Path) -> None:
    """Before anything is started."""
    settings = Settings(tmp_path / "score.py", tmp_path, (tmp_path / "none",), tmp_path / "output")
    with pytest.raises(InputError, match="not found"):
        mini_batches(settings)
    (tmp_path / "empty").mkdir()
    empty = Settings(tmp_path / "score.py", tmp_path, (tmp_path / "empty",), tmp_path / "output")
    with pytest.raises(InputError, match="no file to score"):
        mini_batches(empty)
