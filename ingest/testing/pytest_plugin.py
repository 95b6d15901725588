"""The conformance tests of a plugin without a test file: `pytest --ingest-plugin gpu.py`, or `ingest_plugins` in the settings.

Loaded in every run of pytest where `ingest` is installed, so it imports nothing heavy until it is asked to do something.
"""

from __future__ import annotations

import warnings
from collections.abc import Sequence
from pathlib import Path
from typing import TYPE_CHECKING, Any

import pytest

if TYPE_CHECKING:
    from ingest.plugin.registry import Registry

_SUITE = Path(__file__).with_name("suite.py")


def pytest_addoption(parser: pytest.Parser) -> None:
    """The option, and the setting that says the same."""
    parser.getgroup("ingest").addoption(
        "--ingest-plugin",
        action="append",
        default=[],
        metavar="PLUGIN",
        help="also test the parsers of a plugin of ingest: a Python file, or the name of an installed one; repeatable",
    )
    parser.addini(
        "ingest_plugins", "plugins of ingest whose parsers are tested in each whole run", type="args", default=[]
    )


def pytest_configure(config: pytest.Config) -> None:
    """Adds the tests to what is collected: always for the option, for the setting if no single files were asked for."""
    whole_run = config.args_source is not pytest.Config.ArgsSource.ARGS
    if config.getoption("--ingest-plugin") or (config.getini("ingest_plugins") and whole_run):
        chosen_parsers(config)  # what is wrong with them is better told now than in the middle of the tests
        config.args.append(str(_SUITE))


def chosen_parsers(config: pytest.Config) -> Sequence[Any]:
    """What the plugins that were asked for offer. Raises `pytest.UsageError` if one cannot be used."""
    from ingest.errors import PluginError
    from ingest.plugin.registry import PluginOptions, load_registry

    given = [(name, config.invocation_params.dir) for name in config.getoption("--ingest-plugin")]
    given += [(name, config.rootpath) for name in config.getini("ingest_plugins")]
    files = tuple(str(folder / name) for name, folder in given if name.endswith(".py"))
    try:
        registry = load_registry(PluginOptions(files))
    except PluginError as error:
        raise pytest.UsageError(f"{error.wrong}\n{error.remedy}") from error
    return [one for name, _ in given for one in _offered(registry, name)]


def _offered(registry: Registry, name: str) -> list[Any]:
    """The parsers of one plugin."""
    plugin = Path(name).stem if name.endswith(".py") else name
    problems = [f"plugin {plugin}: {problem.reason}" for problem in registry.problems if problem.plugin == plugin]
    parsers = [registry.parsers[parser] for parser, home in registry.plugin_of.items() if home == plugin]
    if not parsers:
        known = ", ".join(sorted(set(registry.plugin_of.values())))
        unknown = f"no plugin {name!r} offers parsers; there are {known}. The name of a file ends with .py."
        raise pytest.UsageError("\n".join(problems) or unknown)
    for problem in problems:
        warnings.warn(pytest.PytestWarning(problem), stacklevel=1)
    return parsers
