"""`ingest rehearse`: run a scoring script here, as a batch endpoint would, before it costs a cluster."""

from __future__ import annotations

import json
import os
import re
import sys
from collections.abc import Mapping
from dataclasses import asdict
from datetime import datetime
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from ingest import rehearse as rehearse_folder
from ingest.cli.options import configure_log, open_configured, tell
from ingest.errors import ExitCode, IngestError, InputError
from ingest.quoting import is_one_of

if TYPE_CHECKING:
    from ingest.rehearse.advice import Advice
    from ingest.rehearse.driver import Outcome
    from ingest.rehearse.plan import Settings


def _read_deployment(context: click.Context, _option: click.Parameter, file: str | None) -> dict[str, Any]:
    """Makes what the file says the defaults of the other options, and keeps it."""
    if not file or context.resilient_parsing:
        return {}
    from ingest.rehearse.deployment import read_deployment

    told = read_deployment(Path(file))
    context.default_map = {
        **(context.default_map or {}),
        **{name: value for name, value in told.items() if name != "script"},
    }
    return told


@click.command(short_help="Run a scoring script here, as a batch endpoint would.")
@click.argument("words", nargs=-1, type=click.UNPROCESSED, metavar="[SCRIPT.py] [-- ARGUMENT...]")
@click.option(
    "--deployment",
    type=click.Path(dir_okay=False),
    is_eager=True,
    callback=_read_deployment,
    metavar="FILE.yml",
    help="The YAML of a batch deployment: its script and settings, unless an option says otherwise.",
)
@click.option(
    "--input",
    "inputs",
    multiple=True,
    required=True,
    type=click.Path(),
    help="Files to score, a folder of them, or a table: an MLTable; CSV, TSV, JSON lines or Parquet.",
)
@click.option(
    "--mini-batch-size",
    metavar="SIZE",
    help="Files per mini-batch; of a table, bytes (100KB) or rows (500rows), which run() gets as a DataFrame."
    "  [default: 10; of an MLTable 1MB]",
)
@click.option(
    "--processes", type=click.IntRange(1, 256), default=2, show_default=True, help="Worker processes per node."
)
@click.option(
    "--nodes",
    type=click.IntRange(1, 64),
    default=1,
    show_default=True,
    help="Groups of processes, each with logs of its own.",
)
@click.option(
    "--run-timeout",
    type=click.FloatRange(0, min_open=True),
    default=30,
    show_default=True,
    help="Seconds for one run().",
)
@click.option(
    "--max-retries", type=click.IntRange(0), default=3, show_default=True, help="Retries of a mini-batch that failed."
)
@click.option(
    "--error-threshold",
    type=click.IntRange(-1),
    default=-1,
    show_default=True,
    help="Failed items allowed; more end the job. -1: any number.",
)
@click.option(
    "--mini-batch-error-threshold",
    type=click.IntRange(-1),
    default=-1,
    show_default=True,
    help="Failed mini-batches allowed. -1: any number.",
)
@click.option(
    "--output-action",
    type=click.Choice(["append_row", "summary_only"], case_sensitive=False),
    default="append_row",
    show_default=True,
)
@click.option("--output-file-name", default="predictions.csv", show_default=True, help="Of append_row.")
@click.option(
    "--logging-level",
    type=click.Choice(["DEBUG", "INFO", "WARNING", "ERROR"], case_sensitive=False),
    default="INFO",
    show_default=True,
)
@click.option(
    "--sample", type=click.IntRange(1), help="Score only this many files, or mini-batches of a table, chosen at random."
)
@click.option(
    "--env",
    "environment",
    multiple=True,
    metavar="KEY=VALUE",
    help="An environment variable for the script; may be repeated.",
)
@click.option(
    "--model",
    type=click.Path(exists=True),
    help="The model: AZUREML_MODEL_DIR is its path. The folder of an MLflow model needs no script.",
)
@click.option(
    "--code",
    type=click.Path(exists=True, file_okay=False),
    help="The working directory.  [default: the script's folder]",
)
@click.option(
    "--python",
    type=click.Path(exists=True, dir_okay=False),
    help="Python interpreter of the workers, 3.8 or later; it does not need ingest.",
)
@click.option("--memory-limit", metavar="SIZE", help="Limit of the address space of each process, such as 2GB.")
@click.option(
    "--sample-interval",
    type=click.FloatRange(0),
    default=2,
    show_default=True,
    help="Seconds between samples of memory and CPU; 0: none.",
)
@click.option(
    "-o",
    "--output",
    type=click.Path(file_okay=False),
    help="New folder for logs and results.  [default: rehearsal-TIME]",
)
@click.option(
    "--store", type=click.Path(file_okay=False), help="The store to load into.  [default: store/ in the output]"
)
@click.option("--sku", metavar="NAME", help="VM size of the cluster to give advice for, such as Standard_DS3_v2.")
@click.option("--machine", metavar="CORESxGIB", help="The same by cores and memory, such as 4x16.")
@click.option(
    "--plan-nodes",
    type=click.IntRange(1),
    default=1,
    show_default=True,
    help="Nodes of the cluster to give advice for.",
)
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", show_default=True)
def rehearse(
    words: tuple[str, ...],
    deployment: Mapping[str, Any],
    inputs: tuple[str, ...],
    output: str | None,
    store: str | None,
    format_: str,
    **given: Any,
) -> None:
    """Run a scoring script here, as a batch endpoint would, and report what it would run into.

    \b
      ingest rehearse score.py --input images/
      ingest rehearse score.py --input images/ --sample 200 --model model/ -- --threshold 0.5
      ingest rehearse --deployment deployment.yml --input images/
      ingest rehearse score.py --input table/MLTable --mini-batch-size 500rows
      ingest rehearse --model mlflow-model/ --input data/

    init() is called once in each process, run() for each mini-batch, with a list of file paths or a DataFrame.
    Mini-batches that fail are retried, processes that hang are killed and replaced. The logs are those of a job; they
    are loaded, and the summary and the diagnosis follow.

    This is not a security boundary: the script, and the code in a model, run with your rights.
    """
    from ingest.rehearse.advice import advise
    from ingest.rehearse.driver import Driver
    from ingest.rehearse.plan import mini_batches
    from ingest.rehearse.sampling import can_sample

    if not hasattr(os, "killpg"):
        raise IngestError("rehearsals need process groups, which this system lacks", "On Windows: run it in WSL")
    machine = _machine(given["sku"], given["machine"])
    if given["sample_interval"] and not can_sample():
        tell("psutil is not installed, so nothing is sampled: pip install 'ingest-batch-logs[rehearse]'")
    configure_log(True, False, None)
    model = _mlflow_model(given["model"])
    script, words = _script(deployment.get("script"), words, model)
    given |= {"arguments": words, "model": model or given["model"], "is_mlflow": script == _MLFLOW_SCRIPT}
    settings = _settings(script, tuple(map(Path, inputs)), _folder(output), given)
    batches, whole = mini_batches(settings)
    try:
        settings.output.mkdir(parents=True)
    except FileExistsError:
        raise IngestError(f"{settings.output}: exists already", "Name a folder that does not exist: --output") from None
    items = sum(batch.items for batch in batches)
    tell(
        f"{len(batches)} mini-batches with {items} {'rows' if settings.tables else 'files'}; logs in {settings.output}"
    )
    outcome = Driver(settings, batches, tell).run()
    if outcome.reason == "stopped":
        done = len({one.id for one in outcome.tries if one.status == "RUN_DONE"})
        tell(
            f"interrupted: {done} of {len(batches)} mini-batches were scored; all processes have ended, the logs are whole"
        )
    advice = advise(settings, outcome, whole, machine, given["plan_nodes"])
    sys.exit(_tell_outcome(settings, outcome, advice, str(store or settings.output / "store"), format_))


_MLFLOW_SCRIPT = Path(rehearse_folder.__file__).with_name("mlflow_script.py")


def _folder(output: str | None) -> Path:
    """Where to write: as named, or a new folder with the time in its name."""
    if output:
        return Path(output).absolute()
    folder = Path(f"rehearsal-{datetime.now():%Y%m%d-%H%M%S}").absolute()
    return folder if not folder.exists() else folder.with_name(f"{folder.name}-{os.getpid()}")


def _mlflow_model(path: str | None) -> str | None:
    """The folder of an MLflow model: it, or the only folder in it, holds a file MLmodel. None if it is no such model."""
    if not path:
        return None
    folders = [Path(path), *(one for one in sorted(Path(path).glob("*")) if one.is_dir())]
    found = [str(folder) for folder in folders if (folder / "MLmodel").is_file()]
    return found[0] if len(found) == 1 else None


def _script(named: str | None, words: tuple[str, ...], model: str | None) -> tuple[Path, tuple[str, ...]]:
    """The script and its arguments: the first word is a script if no other is known, or if it looks like one."""
    if words and (words[0].endswith(".py") or not (named or model)):
        return Path(words[0]), words[1:]
    if named:
        return Path(named), words
    if model:
        return _MLFLOW_SCRIPT, words
    raise IngestError("no scoring script", "Name it, or a deployment that does: --deployment FILE.yml")


def _settings(script: Path, inputs: tuple[Path, ...], folder: Path, given: Mapping[str, Any]) -> Settings:
    from ingest.rehearse.plan import Settings

    if not script.is_file():
        raise InputError(f"{script}: not found", "The scoring script is the first argument")
    default = Path.cwd() if given["is_mlflow"] else script.parent
    code = Path(given["code"]) if given["code"] else default
    size, unit = _size(given["mini_batch_size"], inputs)
    return Settings(
        script=script.absolute(),
        code=code.absolute(),
        inputs=inputs,
        output=folder,
        mini_batch_size=size,
        unit=unit,
        is_mlflow=given["is_mlflow"],
        processes=given["processes"],
        nodes=given["nodes"],
        run_timeout_s=given["run_timeout"],
        max_retries=given["max_retries"],
        error_threshold=given["error_threshold"],
        mini_batch_error_threshold=given["mini_batch_error_threshold"],
        output_file_name=_file_name(given["output_file_name"]),
        append_row=given["output_action"].lower() == "append_row",
        logging_level=given["logging_level"].upper(),
        sample=given["sample"],
        environment=dict(_pair(one) for one in given["environment"]),
        model=Path(given["model"]) if given["model"] else None,
        arguments=given["arguments"],
        python=given["python"] or sys.executable,
        memory_limit=_bytes(given["memory_limit"]) if given["memory_limit"] else None,
        sample_interval_s=given["sample_interval"],
    )


def _file_name(name: str) -> str:
    """A name without a folder: results go below the output, whatever a deployment says."""
    if Path(name).name != name:
        raise IngestError(f"--output-file-name {name}: not the name of a file", "Example: predictions.csv")
    return name


def _machine(sku: str | None, machine: str | None) -> tuple[int, float] | None:
    """Cores and GiB of a machine."""
    from ingest.rehearse.machines import SIZES

    if machine:
        match = re.fullmatch(r"(\d+)x(\d+(?:\.\d+)?)", machine)
        if not match or not int(match[1]) or not float(match[2]):
            raise IngestError(f"--machine {machine}: not CORESxGB", "Example: --machine 4x16")
        return int(match[1]), float(match[2])
    if sku and sku.lower() not in (known := {name.lower(): size for name, size in SIZES.items()}):
        raise IngestError(f"--sku {sku}: not known", "Give its cores and memory: --machine 4x16")
    return known[sku.lower()] if sku else None


def _pair(text: str) -> tuple[str, str]:
    key, sign, value = text.partition("=")
    if not sign or not key:
        raise IngestError(f"--env {text}: not KEY=VALUE", "Example: --env OMP_NUM_THREADS=1")
    return key, value


def _size(text: object, inputs: tuple[Path, ...]) -> tuple[int, str]:
    """Size of mini-batches and its unit: files, rows or bytes. A bare number is bytes of an MLTable, files of all else."""
    from ingest.rehearse.tables import is_mltable

    tables = any(is_mltable(path) for path in inputs)
    if text is None:
        return (1 << 20, "bytes") if tables else (10, "files")
    match = re.fullmatch(r"(?i)(\d+)\s*(rows?|[KMG]?i?B)?", str(text).strip())
    if not match or not int(match[1]):
        raise IngestError(f"--mini-batch-size {text}: not a size", "Examples: 10 (files), 100KB, 500rows")
    if not match[2]:
        return int(match[1]), "bytes" if tables else "files"
    if match[2].lower().startswith("row"):
        return int(match[1]), "rows"
    return _bytes(f"{match[1]}{match[2]}", "--mini-batch-size"), "bytes"


def _bytes(text: str, option: str = "--memory-limit") -> int:
    match = re.fullmatch(r"(?i)(\d+(?:\.\d+)?)\s*([KMG]?)i?B?", text.strip())
    if not match or not (size := int(float(match[1]) * 1024 ** " KMG".index(match[2].upper() or " "))):
        raise IngestError(f"{option} {text}: not a size", "Example: 2GB")
    return size


def _tell_outcome(settings: Settings, outcome: Outcome, advice: Advice, store: str, format_: str) -> ExitCode:
    """Loads the logs, writes what they and the rehearsal tell, and gives the exit code."""
    from ingest.cards.diagnosis import print_diagnosis
    from ingest.cards.rehearsal import print_rehearsal
    from ingest.cards.verdict import print_card, verdict
    from ingest.load.pipeline import ingest_jobs
    from ingest.output import redact_text
    from ingest.rehearse.contract import contract, is_kept

    name = settings.output.name
    report = ingest_jobs([str(settings.output / "artifacts")], store, workers=1, job_ids={"": name})
    clauses = contract(outcome)
    with open_configured(store) as opened:
        card = verdict(opened, report)
        query = f"SELECT * FROM diagnosis WHERE {is_one_of('job_id', report.job_ids)} ORDER BY rank"
        findings = opened.rows(query)
        if format_ == "json":
            told = {
                "output": str(settings.output),
                "ended": outcome.reason,
                "contract": [asdict(clause) for clause in clauses],
                "load_s": outcome.load_s,
                "init_s": outcome.init_s,
                "advice": asdict(advice),
                "verdict": card,
                "diagnosis": findings,
            }
            click.echo(redact_text(json.dumps(told, indent=2, default=str, ensure_ascii=False)))
        else:
            print_card(card, sys.stdout, as_json=False, store=store)
            click.echo()
            print_rehearsal(outcome, clauses, advice, settings, sys.stdout)
            click.echo()
            print_diagnosis(opened, list(report.job_ids), findings, sys.stdout, notes=False)
    if outcome.reason == "stopped":
        return ExitCode.INTERRUPTED
    severe = any(row["severity"] == "severe" for row in findings)
    return ExitCode.OK if is_kept(clauses) and not severe and outcome.reason == "all" else ExitCode.FAILED_CHECK
