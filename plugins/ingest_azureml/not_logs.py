"""Files that lie among the logs, or beside them in a download, and are none (§2, §11.3)."""

from __future__ import annotations

from ingest import IgnoredFiles

NOT_LOGS = (
    IgnoredFiles("readme", r"^logs/readme\.txt$", "the driver's own description of its log layout"),
    IgnoredFiles("profile", r"^logs/sys/(?:.*/)?[^/]+\.profile$", "binary dump of a profiler"),
    IgnoredFiles("output", r"^(?:named-outputs|hd-artifacts|outputs)/", "output of the job, not a log"),
    IgnoredFiles("output", r"(?:^|/)(?:predictions\.csv|parallel_run_step\.txt)$", "output of the job, not a log"),
)
