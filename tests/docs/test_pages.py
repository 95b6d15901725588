"""The pages hang together: links lead somewhere, everything public is documented, commands in the text exist."""

from __future__ import annotations

import re
import shlex
import subprocess
import sys
from collections.abc import Iterator
from functools import cache
from pathlib import Path

import click
import pytest

from ingest.cli import cli
from ingest.hookspecs import Ignored, Parser
from ingest.model import CATALOG_TABLES
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.views.files import list_views

REPOSITORY = Path(__file__).resolve().parents[2]
REFERENCE = REPOSITORY / "docs" / "reference"
TABLES = load_registry(PluginOptions(installed=False)).tables
PAGES = sorted([*REPOSITORY.glob("*.md"), *(REPOSITORY / "docs").rglob("*.md"), REPOSITORY / "data" / "README.md"])

_FENCE = re.compile(r"^```(?P<language>\w*)\n(?P<body>.*?)^```$", re.MULTILINE | re.DOTALL)
_LINK = re.compile(r"\[[^\]]*\]\((?P<target>[^()\s]+)\)")
_HEADING = re.compile(r"^#+ +(?P<text>.+)$", re.MULTILINE)
_MACHINE = re.compile(r"/work/|/tmp/|/root/|/opt/|localhost|pypi\.org|files\.pythonhosted|--index-url|--find-links")


def name(page: Path) -> str:
    """A page's name in test reports."""
    return page.relative_to(REPOSITORY).as_posix()


@cache
def prose(page: Path) -> str:
    """A page without its fenced blocks."""
    return _FENCE.sub("", page.read_text(encoding="utf-8"))


@cache
def links(page: Path) -> list[str]:
    """The targets of a page's links within the repository."""
    text = re.sub(r"`[^`\n]*`", "", prose(page))
    return [found["target"] for found in _LINK.finditer(text) if not re.match(r"[a-z]+:", found["target"])]


@cache
def anchors(page: Path) -> set[str]:
    """The names that links may point to on a page, made from its headings as GitHub does it."""
    titles = [re.sub(r"[`*\[\]]", "", found["text"]) for found in _HEADING.finditer(prose(page))]
    return {re.sub(r"[^\w\- ]", "", title.lower()).strip().replace(" ", "-") for title in titles}


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_relative_links_resolve(page: Path) -> None:
    """Every link to a file of the repository, and to a heading on a page, leads there."""
    for target in links(page):
        file, _, anchor = target.partition("#")
        there = (page.parent / file).resolve() if file else page
        assert there.exists(), f"{target}: no such file"
        assert there.is_relative_to(REPOSITORY), f"{target}: outside the repository"
        if anchor:
            assert anchor in anchors(there), f"{target}: no such heading; there are {sorted(anchors(there))}"


@pytest.mark.parametrize("page", sorted((REPOSITORY / "docs").rglob("*.md")), ids=name)
def test_page_can_be_found_from_the_readme(page: Path) -> None:
    """No page is an island: links lead to each from the README, in one step or several."""
    seen: set[Path] = set()
    open_ = [REPOSITORY / "README.md"]
    while open_:
        here = open_.pop()
        if here in seen or here.suffix != ".md":
            continue
        seen.add(here)
        open_ += [(here.parent / target.partition("#")[0]).resolve() for target in links(here)]
    assert page in seen


def test_every_command_is_documented() -> None:
    """docs/reference/commands.md has a section for each."""
    headings = anchors(REFERENCE / "commands.md")
    assert {f"ingest-{command}" for command in cli.commands} <= headings


def test_every_table_is_documented() -> None:
    """docs/reference/tables.md has a section for each, with all of its columns."""
    page = REFERENCE / "tables.md"
    assert {table.name for table in TABLES} | set(CATALOG_TABLES) <= anchors(page)
    columns = {column.name for table in TABLES for column in table.columns}
    columns |= {column.name for _, own in CATALOG_TABLES.values() for column in own}
    text = page.read_text(encoding="utf-8")
    assert not [column for column in columns if f"| `{column}` |" not in text]


def test_every_column_says_what_it_is() -> None:
    """A name alone is enough only where it says all there is to say."""
    enough = {"cpu_percent", "cpu_time_s", "free_mb", "memory_percent", "pid", "tcp_connections", "threads", "total_mb"}
    enough |= {"command", "udp_connections", "user_name"}
    for table in TABLES:
        silent = {column.name for column in table.columns if not column.doc.strip()}
        assert silent <= enough, table.name


def test_every_view_is_documented() -> None:
    """The page of its folder has a section for each, and each asks a question."""
    for view in list_views():
        assert view.name in anchors(REFERENCE / "views" / f"{view.folder}.md"), view.file
    assert not [view.name for view in list_views() if not view.question.rstrip().endswith("?")]


def test_every_known_problem_is_documented() -> None:
    """docs/reference/known-problems.md has a section for each, with where its message or its remedy is from."""
    page = REFERENCE / "known-problems.md"
    known = [listed.problem for listed in load_registry(PluginOptions(installed=False)).known_problems]
    assert {one.id for one in known} <= anchors(page)
    text = page.read_text(encoding="utf-8")
    assert not [one.id for one in known if one.reference not in text]


def test_every_hook_is_documented() -> None:
    """docs/reference/hooks.md has a section for each, and for what a parser is."""
    from ingest import hookspecs

    hooks = {name for name, value in vars(hookspecs).items() if hasattr(value, "ingest_spec")}
    assert hooks
    assert hooks | {"parser", "ignored", "what-a-known-problem-is"} <= anchors(REFERENCE / "hooks.md")


def test_every_kind_of_file_is_documented() -> None:
    """docs/reference/formats.md has a section for each kind that is read, and a line for each that is not."""
    registry = load_registry(PluginOptions(installed=False))
    page = REFERENCE / "formats.md"
    assert {parser.kind for parser in registry.parsers.values()} <= anchors(page)
    text = page.read_text(encoding="utf-8")
    assert not [one.kind for one in registry.ignored if one.reason not in text]
    assert all(isinstance(one, Parser) for one in registry.parsers.values())
    assert all(isinstance(one, Ignored) for one in registry.ignored)


def test_sections_that_the_code_names_exist() -> None:
    """A comment that says `§9.4` or "trap 5" leads to the notes on the formats."""
    notes = (REFERENCE / "formats.md").read_text(encoding="utf-8")
    traps = set(re.findall(r"^(\d+)\. ", notes.partition("### §16")[2].partition("### §17")[0], re.MULTILINE))
    for path in sorted(
        [*source_files("ingest"), *source_files("plugins"), *source_files("sql"), *source_files("data")]
    ):
        text = path.read_text(encoding="utf-8")
        for section in re.findall(r"§+ ?(\d+(?:\.\d+)?)", text):
            main, _, item = section.partition(".")
            numbered = main in {"16", "17"} and item  # items of a list
            assert f"## §{main if numbered else section} " in notes, f"{name(path)} names §{section}"
        for trap in re.findall(r"\btraps? (\d+)", text):
            assert trap in traps, f"{name(path)} names trap {trap}"


def source_files(folder: str) -> Iterator[Path]:
    """Python and SQL files of a folder."""
    for suffix in ("*.py", "*.sql"):
        yield from (REPOSITORY / folder).rglob(suffix)


@pytest.mark.parametrize("page", PAGES, ids=name)
def test_commands_in_the_text_exist(page: Path) -> None:
    """Every `ingest …` in a shell block names options that its command has."""
    for found in _FENCE.finditer(page.read_text(encoding="utf-8")):
        if found["language"] != "sh":
            continue
        for line in found["body"].replace("\\\n", " ").splitlines():
            for part in re.split(r"&&|\|(?![^\"']*[\"']\s)|;", line):
                check_invocation(part.strip())


def check_invocation(text: str) -> None:
    """Parses one command line as click would, without running it."""
    try:
        words = shlex.split(text, comments=True)
    except ValueError:  # a query that was split at its `;` or `|`
        return
    if not words or Path(words[0]).name != "ingest":
        return
    words = words[1:]
    known = words and words[0] in cli.commands
    command = cli.commands[words.pop(0)] if known else cli.commands["load"]
    if not known and words and words[0] in {"-h", "--help", "-V", "--version"}:
        return
    options = {option for parameter in command.params for option in (*parameter.opts, *parameter.secondary_opts)}
    options |= {"-h", "--help"}
    for word in words:
        if word.startswith("-") and word != "-":
            assert word.partition("=")[0] in options, f"{text}: {command.name} has no option {word}"
    if isinstance(command, click.Command) and command.name == "load":
        assert [word for word in words if not word.startswith("-")], f"{text}: no folder"


@pytest.mark.parametrize(
    "page",
    [
        *PAGES,
        *(
            REPOSITORY / file
            for file in (
                "constraints.txt",
                "constraints-hashed.txt",
                ".ci/pins",
                "pyproject.toml",
                ".ci/run",
                ".gitignore",
                "LICENSE",
            )
        ),
    ],
    ids=name,
)
def test_names_no_machine_and_no_registry(page: Path) -> None:
    """What is committed works anywhere: no path of the machine it was written on, no package registry's host."""
    text = page.read_text(encoding="utf-8")
    if page == REPOSITORY / "data" / "README.md":
        text = re.sub(r"--out /tmp/\w+", "", text)  # a place to write to, not one that is there
    assert not _MACHINE.findall(text)


def test_every_decision_is_short_and_complete() -> None:
    """A decision says context, decision, consequences, in at most 40 lines, and is listed."""
    folder = REPOSITORY / "docs" / "adr"
    listed = (folder / "README.md").read_text(encoding="utf-8")
    decisions = sorted(folder.glob("[0-9]*.md"))
    assert decisions
    for page in decisions:
        text = page.read_text(encoding="utf-8")
        assert {"context", "decision", "consequences"} <= anchors(page), page.name
        assert len(text.splitlines()) <= 40, page.name
        assert page.name in listed


def test_every_dependency_is_argued() -> None:
    """Each requirement of pyproject.toml has a row in dependencies.md and a pin in constraints.txt.

    Without a pin are those of the extra `mlflow`: a model says itself which versions it needs.
    """
    import tomllib

    with (REPOSITORY / "pyproject.toml").open("rb") as file:
        project = tomllib.load(file)
    wanted = [*project["project"]["dependencies"], *project["build-system"]["requires"]]
    wanted += [one for extra in project["project"].get("optional-dependencies", {}).values() for one in extra]
    names = {_name(requirement) for requirement in wanted} - {"ingest-batch-logs"}
    of_models = {_name(requirement) for requirement in project["project"]["optional-dependencies"]["mlflow"]}
    page = (REPOSITORY / "docs" / "explanation" / "dependencies.md").read_text(encoding="utf-8")
    pins = (REPOSITORY / "constraints.txt").read_text(encoding="utf-8")
    for requirement in sorted(names):
        assert f"| [{requirement}](" in page, f"{requirement}: not argued"
        pinned = re.search(rf"^{re.escape(requirement)}==", pins, re.MULTILINE) is not None
        assert pinned != (requirement in of_models), f"{requirement}: not pinned"


def _name(requirement: str) -> str:
    return re.split(r"[<>=!~\[; ]", requirement)[0]


def test_pins_have_hashes() -> None:
    """Both files of pins have the same, and each a hash; another hash or a pin without one would be seen here."""
    done = subprocess.run(
        [sys.executable, REPOSITORY / ".ci" / "pins", "--check"], capture_output=True, text=True, check=False
    )
    assert (done.returncode, done.stderr) == (0, "")
