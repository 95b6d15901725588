"""Messages of a progress overview (§5). Counts are mini-batches, each once, poisoned ones among them."""

from __future__ import annotations

from ingest import Event
from ingest_azureml.events.outcome import ERROR_SUMMARY_EVENTS

_DURATION = r"(?:\d+ days?, )?\d+:\d\d:\d\d(?:\.\d+)?"

PROGRESS_EVENTS = (
    Event("none_yet", r"^No task has been processed yet\.$"),
    Event(
        "processed_of",
        rf"^Processed (?P<processed>\d+) of (?P<total>\d+) mini batches in (?P<elapsed_s>{_DURATION})\. "
        rf"(?:Estimate remaining|Estimated remaining time) (?P<remaining_s>{_DURATION})\.$",
    ),
    Event("processed", r"^Processed (?P<processed>\d+) mini batches\.$"),
    Event("scheduled", r"^Scheduled (?P<scheduled>\d+) mini batches in (?P<elapsed_s>\d+) seconds\.$"),
    Event(
        "sched_done",
        r"^Scheduling finished\. Scheduled (?P<scheduled>\d+) mini batches(?: with (?P<items>\d+) items)? "
        r"in (?P<elapsed_s>\d+) seconds\.$",
    ),
    Event(
        "sched_done",
        r"^Scheduling finished\. Scheduled (?P<scheduled>\d+) mini batches in (?P<elapsed_s>\d+) seconds\. "
        r"There are (?P<total>\d+) tasks with (?P<items>\d+) items\.$",
    ),
    Event("all_done", r"^All (?P<total>\d+) mini batches have been processed\.$"),
    Event("overviewer", r"^The overviewer on (?P<node>\S+) (?P<change>started|stopped)\.$"),
    Event("stopped_for", r"^Progress update stopped for reasons: (?P<reasons>\[.*\])\.$"),
    Event("concat_done", rf"^Finished concatenating (?P<files>\d+) files in (?P<elapsed_s>{_DURATION})\.$"),
    Event("start", r"^Start (?P<what>scheduling|the simulator)\.$"),
    Event("stop_signal", r"^Received stop signal"),
    Event("no_temp_file", r"^No temp file found\."),
    Event(
        "temp_files", r"^There are (?P<files>\d+) temp files to concatenate\. Total size is (?P<size_mb>[\d.]+) MB\."
    ),
    Event("temp_files_empty", r"^All temp files are empty\."),
    Event(
        "concatenated",
        rf"^Concatenated (?P<done>\d+)/(?P<files>\d+) files in (?P<elapsed_s>{_DURATION})\. "
        rf"Estimated remaining (?P<remaining_s>{_DURATION})\.$",
    ),
    Event(
        "concat_failed",
        rf"^Concatenated (?P<done>\d+)/(?P<files>\d+) files in (?P<elapsed_s>{_DURATION})\. Failed temp files were kept\.",
    ),
    Event("concat_failed", r"^Failed to Concatenate (?P<file>.*) with "),
    Event("tasks_failed", r"^Failed to create tasks with "),
    Event("no_progress", r"^No progress update in (?P<seconds>\d+) seconds\."),
    Event(
        "threshold_exceeded",
        r"^The number of failed items is (?P<failed>\d+), which exceeds error threshold (?P<threshold>\d+)",
    ),
    *ERROR_SUMMARY_EVENTS,  # the last words of a job may be its exception
)
