"""The report: one HTML file with what a store says of a job, of several, or of all."""

from ingest.report.write import write_report

__all__ = ["write_report"]
