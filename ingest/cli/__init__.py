"""The command line. Each command is a small module; this one puts them together and turns errors into exit codes."""

from __future__ import annotations

import io
import sys

import click

from ingest.cli.check import check
from ingest.cli.compact import compact
from ingest.cli.completion import completion
from ingest.cli.config import config
from ingest.cli.connect import connect
from ingest.cli.copy import copy
from ingest.cli.diagnose import diagnose
from ingest.cli.diff import diff
from ingest.cli.doctor import doctor
from ingest.cli.exit_codes import with_exit_codes
from ingest.cli.explain import explain
from ingest.cli.export import export
from ingest.cli.forget import forget
from ingest.cli.groups import Commands
from ingest.cli.jobs import jobs
from ingest.cli.load import load
from ingest.cli.nightly import nightly
from ingest.cli.nodes import nodes
from ingest.cli.options import with_config
from ingest.cli.paging import with_pager
from ingest.cli.plugins import plugins
from ingest.cli.problems import problems
from ingest.cli.rebuild import rebuild
from ingest.cli.rehearse import rehearse
from ingest.cli.report import report
from ingest.cli.show import show
from ingest.cli.sql import sql
from ingest.cli.story import story
from ingest.cli.timeline import timeline
from ingest.cli.views import views
from ingest.cli.watch import watch
from ingest.errors import ExitCode, IngestError, is_interrupt
from ingest.output.terminal import colour_choice
from ingest.store.interrupts import ctrl_c_ends_queries
from ingest.version import __version__


@click.group(
    cls=Commands,
    default="load",
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 good, 1 more rejected than allowed or a check failed, 2 wrong usage, 3 input not found or no job in "
    "it, 4 store locked, damaged or not there, or disk full, 5 nightly run partly failed, 6 nightly run failed, 7 cluster not "
    "usable or lost, 70 a bug in ingest, 130 interrupted.",
)
@click.version_option(__version__, "-V", "--version", prog_name="ingest")
def cli() -> None:
    """Understand batch-scoring jobs from their logs.

    \b
      ingest JOB_DIRS...            load jobs into a store and show a summary
      ingest diagnose               what is wrong with them, and how to fix it
      ingest sql "SELECT ..."       query the store

    JOB_DIRS are folders of downloaded logs of Azure ML batch endpoints, ParallelRunStep or parallel jobs: a job's own
    folder (it holds logs/, azureml-logs/, user_logs/ or system_logs/), a download (artifacts/), a prefix of copied
    blobs, a folder of any of these; or a zip or tar file, or the URL of an object store, with any of these in it. Files
    that did not change are not read again. All options of the main job: ingest load -h.
    """


for command in (
    load,
    watch,
    diagnose,
    diff,
    check,
    sql,
    connect,
    export,
    views,
    problems,
    plugins,
    jobs,
    nodes,
    timeline,
    story,
    explain,
    show,
    report,
    rehearse,
    rebuild,
    forget,
    compact,
    copy,
    doctor,
    config,
    nightly,
    completion,
):
    cli.add_command(with_exit_codes(with_config(command)))
for command in (diagnose, diff, jobs, nodes, story, timeline, sql, views, problems, plugins, explain):
    with_pager(command)


def main() -> None:
    """Runs the command line. What a user can fix is said in two lines; a traceback is a bug."""
    for stream in (sys.stdout, sys.stderr):  # what an encoding cannot show is escaped: a terminal need not be UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        with ctrl_c_ends_queries():
            code = cli.main(prog_name="ingest", standalone_mode=False, color=colour_choice())
    except click.exceptions.Exit as stop:
        code = stop.exit_code
    except (click.Abort, KeyboardInterrupt) as stop:
        code = _interrupted(stop)
    except click.ClickException as wrong:
        wrong.show()
        code = ExitCode.USAGE
    except IngestError as wrong:
        _tell(wrong)
        code = wrong.exit_code
    except Exception as error:
        code = _interrupted(KeyboardInterrupt()) if is_interrupt(error) else _bug()
    sys.exit(int(code or 0))


def _interrupted(stop: BaseException) -> ExitCode:
    """Says what is left behind: what the one who was interrupted says, if he wrote."""
    said = stop if isinstance(stop, KeyboardInterrupt) else stop.__context__  # click makes an Abort of it
    left = str(said or "") or "the store holds the last whole commit, the same command goes on from there"
    click.echo(f"interrupted; {left}", err=True)
    return ExitCode.INTERRUPTED


def _bug() -> ExitCode:
    import traceback

    traceback.print_exc()
    click.echo("This is a bug in ingest. Please report it, with the lines above.", err=True)
    return ExitCode.BUG


def _tell(wrong: IngestError) -> None:
    """One line that says what is wrong, one that says what to do."""
    from ingest.errors import QueryError
    from ingest.output import visible_lines
    from ingest.output.shown import shown_lines

    shown = visible_lines if isinstance(wrong, QueryError) else shown_lines  # a query says itself what is masked
    click.echo(f"ingest: {shown(wrong.wrong)}", err=True)
    if wrong.remedy:
        click.echo(f"  → {shown(wrong.remedy)}", err=True)
