"""`python -m ingest.testing.fuzz`: rounds over all parsers until the time is up, then a report."""

from __future__ import annotations

import argparse
import secrets
import sys
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from pathlib import Path

from ingest.errors import IngestError
from ingest.plugin.registry import PluginOptions, load_registry
from ingest.testing.fuzz.corpus import corpus_of
from ingest.testing.fuzz.growth import growth
from ingest.testing.fuzz.rounds import Finding, Outcome, fuzz_round


@dataclass
class Report:
    """What was tried and found, parser by parser."""

    seed: str
    folder: Path
    tried: dict[str, Outcome] = field(default_factory=dict)

    def add(self, parser: str, outcome: Outcome) -> None:
        """Counts a round and keeps the files that it found."""
        total = self.tried.setdefault(parser, Outcome())
        total.files += outcome.files
        total.bytes += outcome.bytes
        for finding in outcome.findings:
            if len(total.findings) < 20:
                self._keep(finding, len(total.findings))
            total.findings.append(finding)

    def _keep(self, finding: Finding, number: int) -> None:
        self.folder.mkdir(parents=True, exist_ok=True)
        name = self.folder / f"{finding.parser}-{number:02}"
        name.write_bytes(finding.data)
        note = f"{finding.parser} (seed {self.seed}): {finding.problem}\n  ingest explain {name} --as {finding.path}\n"
        name.with_name(f"{name.name}.why").write_text(note, encoding="utf-8")
        print(note, file=sys.stderr)

    def print(self, seconds: float) -> int:
        """Prints the table; 1 if something was found."""
        rows = [("parser", "files", "MB", "findings")]
        for parser, one in self.tried.items():
            rows.append((parser, f"{one.files:,}", f"{one.bytes / 1e6:.1f}", str(len(one.findings))))
        width = max(len(row[0]) for row in rows)
        for name, *others in rows:
            print(f"{name:<{width}}", *(f"{other:>12}" for other in others))
        files, found = (
            sum(values) for values in zip(*((o.files, len(o.findings)) for o in self.tried.values()), strict=True)
        )
        print(f"\n{files:,} damaged files in {seconds / 60:.1f} minutes, seed {self.seed}: {found} findings")
        return 1 if found else 0


def main(arguments: Sequence[str] | None = None) -> int:
    """Runs the command line."""
    parser = argparse.ArgumentParser(prog="python -m ingest.testing.fuzz", description=__doc__)
    parser.add_argument("job_dirs", nargs="*", help="jobs whose files are damaged, besides the parsers' samples")
    parser.add_argument("--minutes", type=float, default=10.0, help="how long (default: 10)")
    parser.add_argument("--parser", action="append", default=[], help="only these parsers")
    parser.add_argument("--plugin", action="append", default=[], help="also the parsers of this Python file")
    parser.add_argument("--seed", default="", help="as printed by an earlier run, to have the same damage again")
    parser.add_argument("--no-growth", action="store_true", help="do not measure how time grows with size")
    parser.add_argument(
        "--findings", type=Path, default=Path("fuzz-findings"), help="folder for the files that were found"
    )
    options = parser.parse_args(arguments)
    plugins = PluginOptions(files=tuple(options.plugin))
    try:
        registry = load_registry(plugins)
        corpus = corpus_of(registry, options.job_dirs)
    except IngestError as error:
        print(f"{error}\n{error.remedy}", file=sys.stderr)
        return int(error.exit_code)
    chosen = {name: files for name, files in corpus.items() if not options.parser or name in options.parser}
    report = Report(options.seed or secrets.token_hex(4), options.findings)
    started = time.monotonic()
    for name, files in chosen.items() if not options.no_growth else ():
        report.add(name, Outcome(findings=list(growth(registry.parsers[name], files))))
    number = 0
    while time.monotonic() - started < options.minutes * 60:
        for name, files in chosen.items():
            report.add(name, fuzz_round(registry.parsers[name], files, f"{report.seed}:{name}:{number}", plugins))
        number += 1
    return report.print(time.monotonic() - started)


if __name__ == "__main__":
    sys.exit(main())
