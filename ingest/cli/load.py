"""`ingest JOB_DIRS...`: the main job."""

from __future__ import annotations

import sys
from collections.abc import Callable, Sequence
from functools import partial
from typing import TYPE_CHECKING

import click

from ingest.cli.completion import complete_path
from ingest.cli.options import (
    SettingOption,
    cluster_option,
    configure_log,
    lock_option,
    log_options,
    open_configured,
    plugin_choice,
    plugin_options,
    settings,
    store_option,
    store_thresholds,
    tell_plugin_problems,
)
from ingest.cli.source_options import source_options, wanted
from ingest.errors import ExitCode, IngestError
from ingest.output.shown import shown
from ingest.output.wording import and_more

if TYPE_CHECKING:
    from ingest.load.children import MissingChild
    from ingest.load.pipeline import LoadReport

_CHILDREN_TOLD = 5


@click.command(short_help="Load jobs into a store and show a summary (the default command).")
@click.argument("job_dirs", shell_complete=complete_path, nargs=-1, required=True, metavar="JOB_DIRS...")
@store_option
@click.option(
    "-j",
    "--jobs",
    "workers",
    cls=SettingOption,
    setting="load.jobs",
    type=click.IntRange(1),
    help="Worker processes.  [default: one per processor]",
)
@cluster_option
@click.option(
    "--job-id",
    "job_ids",
    multiple=True,
    metavar="[FOLDER=]NAME",
    help="The id of a job, instead of its folder's name: NAME for a single job, FOLDER=NAME for one of several.",
)
@click.option(
    "--label",
    "labels",
    multiple=True,
    metavar="KEY=VALUE",
    help="A label for these jobs, to group them by; may be given several times. KEY= removes a label.",
)
@click.option("--reparse", is_flag=True, help="Read all files again, unchanged ones and forgotten jobs too.")
@click.option(
    "--max-rejects",
    cls=SettingOption,
    setting="load.max_rejects",
    metavar="N|N%",
    help="Exit with 1 if more records than this were rejected, as a count or as a share; good rows are stored.",
)
@source_options
@lock_option
@click.option("--format", "format_", type=click.Choice(["text", "json"]), default="text", help="Format of the summary.")
@click.option(
    "--with-children",
    is_flag=True,
    help="Also read the child runs of these jobs if they are in the same folder or container.",
)
@click.option("--no-verdict", is_flag=True, help="Load only; show no summary.")
@plugin_options
@log_options
def load(
    job_dirs: Sequence[str],
    store: str,
    workers: int | None,
    cluster: str | None,
    job_ids: Sequence[str],
    labels: Sequence[str],
    reparse: bool,
    max_rejects: str | None,
    since: str | None,
    match: str | None,
    workspace: str | None,
    lock_timeout: float,
    format_: str,
    with_children: bool,
    no_verdict: bool,
    plugin_files: tuple[str, ...],
    no_plugins: bool,
    quiet: bool,
    verbose: bool,
    log_format: str | None,
) -> None:
    """Load jobs into a store and show a summary.

    JOB_DIRS are folders, archives (zip, tar, tar.gz, tar.zst) or URLs of object stores; jobs in them are found at any depth.
    Only files that are new or changed are read; a changed file replaces its rows. Safe to interrupt and to run again.
    """
    from ingest.load.pipeline import ingest_jobs
    from ingest.load.progress import load_progress

    configure_log(quiet, verbose, log_format)
    limit = _limit(max_rejects)
    names = _names(job_ids)
    with load_progress(show=not quiet) as progress:
        reads = partial(
            ingest_jobs,
            store=store,
            strict=False,
            workers=workers,
            labels={**settings().load.labels, **_labels(labels)},
            thresholds=store_thresholds(),
            reparse=reparse,
            plugins=plugin_choice(plugin_files, no_plugins),
            lock_timeout_s=lock_timeout,
            progress=progress,
            sources=wanted(since, match, workspace),
            cluster=cluster,
        )
        report = reads(job_dirs, job_ids=names)
        children = _children(report, store, reads) if with_children and report.job_ids else []
    _tell_problems(report)
    if report.job_ids and not no_verdict:
        from ingest.cards.verdict import print_card, verdict
        from ingest.load.children import missing_children

        report.jobs, report.job_ids = report.jobs + len(children), [*report.job_ids, *children]
        with open_configured(store) as opened:
            print_card(verdict(opened, report), sys.stdout, as_json=format_ == "json", store=store)
            _tell_missing(missing_children(opened, report.job_ids))
    sys.exit(_exit_code(report, limit))


def _children(report: LoadReport, store: str, load: Callable[[Sequence[str]], LoadReport]) -> list[str]:
    """Reads the children that lie beside their parents. Returns their ids."""
    from ingest.load.children import missing_children, read_children

    def find(job_ids: Sequence[str]) -> list[MissingChild]:
        with open_configured(store) as opened:
            return missing_children(opened, job_ids)

    def load_more(folders: Sequence[str]) -> LoadReport:
        more = load(folders)
        for name in ("files", "unchanged", "rows", "records", "rejects", "bytes", "seconds", "failed_files"):
            setattr(report, name, getattr(report, name) + getattr(more, name))
        return more

    return read_children(find, load_more, report.job_ids)


def _tell_missing(missing: Sequence[MissingChild]) -> None:
    """Which children's logs are not here, and how they are had."""
    for child in missing[:_CHILDREN_TOLD]:
        click.echo(
            f"ingest: {shown(child.job_id)} started {child.run_id}, whose logs are not here: {child.prefix}", err=True
        )
        click.echo(f"  → {child.command}", err=True)
    if len(missing) > _CHILDREN_TOLD:
        more = f"{and_more(len(missing) - _CHILDREN_TOLD)}: SELECT * FROM job_children WHERE logs_of IS NULL"
        click.echo(f"ingest: {more}", err=True)


def _names(job_ids: Sequence[str]) -> dict[str, str]:
    """`FOLDER=NAME` as folder → name; a bare `NAME` has the key `""`."""
    names: dict[str, str] = {}
    for given in job_ids:
        folder, _, name = given.rpartition("=")
        if not name or folder in names:
            raise IngestError(f"--job-id {given}: not FOLDER=NAME or NAME", "Example: --job-id jobs/a=monday")
        names[folder] = name
    return names


def _labels(given: Sequence[str]) -> dict[str, str]:
    """`KEY=VALUE` as key → value."""
    from ingest.config.kinds import check_label

    labels: dict[str, str] = {}
    for one in given:
        key, sign, value = one.partition("=")
        try:
            check_label(key, value)
        except ValueError as error:
            raise IngestError(f"--label {one}: {error}", "Example: --label team=risk") from None
        if not sign:
            raise IngestError(f"--label {one}: not KEY=VALUE", "Example: --label team=risk")
        labels[key] = value
    return labels


def _limit(text: str | None) -> tuple[float, bool] | None:
    """The limit on rejects, and whether it is a share."""
    if text is None:
        return None
    try:
        share = text.endswith("%")
        return (float(text.rstrip("%")) / (100 if share else 1), share)
    except ValueError:
        raise IngestError(
            f"--max-rejects {text}: not a number", "Examples: --max-rejects 100, --max-rejects 1%"
        ) from None


def _tell_problems(report: LoadReport) -> None:
    """What could not be read, on stderr."""
    tell_plugin_problems(report.plugin_problems)
    if report.forgotten:
        some = "1 job was" if len(report.forgotten) == 1 else f"{len(report.forgotten)} jobs were"
        click.echo(f"ingest: {some} forgotten for good and not read again; --reparse reads all", err=True)
    for problem in report.problems:
        click.echo(f"ingest: {shown(problem.wrong)}", err=True)
        click.echo(f"  → {shown(problem.remedy)}", err=True)


def _exit_code(report: LoadReport, limit: tuple[float, bool] | None) -> ExitCode:
    """Input that could not be read weighs more than rejects above the limit."""
    if report.problems or report.failed_files:
        return ExitCode.INPUT
    if limit is not None:
        amount, is_share = limit
        seen = report.records + report.rejects
        rejected = report.rejects / seen if is_share and seen else report.rejects
        if rejected > amount:
            click.echo(f"ingest: {report.rejects} of {seen} records rejected, more than --max-rejects allows", err=True)
            return ExitCode.FAILED_CHECK
    return ExitCode.OK
