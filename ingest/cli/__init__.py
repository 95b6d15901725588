"""The command line. Each command is a small module; this one puts them together and turns errors into exit codes."""

from __future__ import annotations

import io
import os
import sys
from typing import Any

import click
from click_default_group import DefaultGroup

from ingest.cli.check import check
from ingest.cli.compact import compact
from ingest.cli.config import config
from ingest.cli.connect import connect
from ingest.cli.diagnose import diagnose
from ingest.cli.diff import diff
from ingest.cli.doctor import doctor
from ingest.cli.explain import explain
from ingest.cli.forget import forget
from ingest.cli.jobs import jobs
from ingest.cli.load import load
from ingest.cli.nightly import nightly
from ingest.cli.nodes import nodes
from ingest.cli.options import with_config
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
from ingest.errors import ExitCode, IngestError
from ingest.version import __version__


class _Commands(DefaultGroup):  # type: ignore[misc]  # the library has no types
    """The commands; `ingest JOB_DIRS...` is the main job."""

    def invoke(self, ctx: click.Context) -> Any:
        """Ends quietly when the reader of our output has seen enough, as in `ingest ... | head`."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except BrokenPipeError:
            os.dup2(os.open(os.devnull, os.O_WRONLY), sys.stdout.fileno())
            raise click.exceptions.Exit(ExitCode.OK) from None
        return result


@click.group(
    cls=_Commands,
    default="load",
    default_if_no_args=False,
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
    epilog="Exit codes: 0 good, 1 more rejected than allowed, 2 wrong usage, 3 input not found or no job in it, "
    "4 store locked or damaged, 70 a bug of ours.",
)
@click.version_option(__version__, "-V", "--version", prog_name="ingest")
def cli() -> None:
    """Understand batch-scoring jobs from their logs.

    \b
      ingest JOB_DIRS...            read job folders into a store and show a verdict
      ingest sql "SELECT ..."       ask the store

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
    doctor,
    config,
    nightly,
):
    cli.add_command(with_config(command))


def main() -> None:
    """Runs the command line. What a user can mend is told in two lines; a traceback is a bug."""
    for stream in (sys.stdout, sys.stderr):  # what an encoding cannot show is escaped: a terminal need not be UTF-8
        if isinstance(stream, io.TextIOWrapper):
            stream.reconfigure(errors="backslashreplace")
    try:
        code = cli.main(prog_name="ingest", standalone_mode=False)
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
    except Exception:
        import traceback

        traceback.print_exc()
        click.echo("This is a bug in ingest. Please report it with the lines above.", err=True)
        code = ExitCode.BUG
    sys.exit(int(code or 0))


def _interrupted(stop: BaseException) -> ExitCode:
    """Says what is left behind: what the one who was interrupted says, if he wrote."""
    said = stop if isinstance(stop, KeyboardInterrupt) else stop.__context__  # click makes an Abort of it
    left = str(said or "") or "the store holds the last whole commit, the same command goes on from there"
    click.echo(f"interrupted; {left}", err=True)
    return ExitCode.INTERRUPTED


def _tell(wrong: IngestError) -> None:
    """One line that says what is wrong, one that says what to do."""
    from ingest.errors import QueryError
    from ingest.output import visible_lines
    from ingest.output.shown import shown_lines

    shown = visible_lines if isinstance(wrong, QueryError) else shown_lines  # a query says itself what is masked
    click.echo(f"ingest: {shown(wrong.wrong)}", err=True)
    if wrong.remedy:
        click.echo(f"  → {shown(wrong.remedy)}", err=True)
