"""The result of a gate in the formats of pipelines: JUnit XML, annotations of GitHub Actions, SARIF."""

from __future__ import annotations

import json
import re
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass
from xml.etree import ElementTree

from ingest.output.escape import escape_controls
from ingest.output.redact import redact_text
from ingest.version import __version__

CHECK_FORMATS = ("junit", "github", "sarif")


@dataclass(frozen=True, slots=True)
class CheckedJob:
    """A job with what speaks against it: severity, measure and text of each reason; the first line of a text is a sentence."""

    job_id: str
    passed: bool
    baseline: str
    reasons: Sequence[tuple[str, str, str]]


def check_text(jobs: Sequence[CheckedJob], format_: str) -> str:
    """The result in one of `CHECK_FORMATS`, secrets masked, with a line break at its end."""
    writer = {"junit": _junit, "github": _github, "sarif": _sarif}[format_]
    return writer(jobs) + "\n"


def _junit(jobs: Sequence[CheckedJob]) -> str:
    """A test suite with a test case per job, which fails with its reasons."""
    failures = str(sum(not job.passed for job in jobs))
    counts = {"name": "ingest check", "tests": str(len(jobs)), "failures": failures}
    root = ElementTree.Element("testsuites", counts)
    suite = ElementTree.SubElement(root, "testsuite", {**counts, "errors": "0", "skipped": "0"})
    for job in jobs:
        case = ElementTree.SubElement(suite, "testcase", {"classname": "ingest.check", "name": _safe(job.job_id)})
        texts = [f"{severity} {measure}: {sentence}" for severity, measure, sentence in job.reasons]
        said = "\n".join(map(_safe, [*texts, job.baseline]))
        if job.passed:
            ElementTree.SubElement(case, "system-out").text = said
        else:
            failure = ElementTree.SubElement(
                case, "failure", {"message": _safe((texts or [job.baseline])[0].partition("\n")[0])}
            )
            failure.text = said
    ElementTree.indent(root)
    return ElementTree.tostring(root, encoding="unicode", xml_declaration=True)


def _github(jobs: Sequence[CheckedJob]) -> str:
    """A workflow command per reason, which GitHub Actions shows as an annotation; a notice for a job without any."""

    def lines() -> Iterator[str]:
        for job in jobs:
            for severity, measure, sentence in job.reasons:
                kind = "notice" if severity == "note" or job.passed else "error" if severity == "severe" else "warning"
                yield f"::{kind} title={_property(f'{job.job_id}: {measure}')}::{_data(sentence)}"
            if not job.reasons:
                kind = "notice" if job.passed else "error"
                yield f"::{kind} title={_property(job.job_id)}::{_data(job.baseline)}"

    return "\n".join(lines())


def _sarif(jobs: Sequence[CheckedJob]) -> str:
    """SARIF 2.1.0: a rule per measure, a result per reason; the job is the logical location."""
    levels: Mapping[str, str] = {"severe": "error", "warning": "warning", "note": "note"}
    measures = sorted({measure for job in jobs for _, measure, _ in job.reasons})
    results = [
        {
            "ruleId": measure,
            "level": levels.get(severity, "none"),
            "message": {"text": _safe(sentence)},
            "locations": [{"logicalLocations": [{"name": _safe(job.job_id), "kind": "module"}]}],
        }
        for job in jobs
        for severity, measure, sentence in job.reasons
    ]
    rules = [{"id": measure, "shortDescription": {"text": measure.replace("_", " ")}} for measure in measures]
    driver = {"name": "ingest", "version": __version__, "rules": rules}
    whole = {
        "$schema": "https://json.schemastore.org/sarif-2.1.0.json",
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "results": results}],
    }
    return json.dumps(whole, indent=2, ensure_ascii=False)


def _safe(text: str) -> str:
    """A text without secrets, and without characters that XML forbids or that steer a terminal; lines stay."""
    lines = "\n".join(map(escape_controls, redact_text(text).split("\n")))
    return re.sub("[\ud800-\udfff\ufffe\uffff]", "\N{REPLACEMENT CHARACTER}", lines)


def _data(text: str) -> str:
    """The text of a workflow command."""
    return _safe(text).replace("%", "%25").replace("\r", "%0D").replace("\n", "%0A")


def _property(text: str) -> str:
    """A property of a workflow command."""
    return _data(text).replace(":", "%3A").replace(",", "%2C")
