"""Process snapshots of a node: `ps aux` on Linux, `tasklist` on Windows. Table `os_processes`. §10.4.

The file holds no date: folder and name tell it (`2020101910/cpu_28`), in UTC. `cpu_28` and `memory_28` are one check in two
orders. Rows are pushed right by wide numbers, so that only blanks part the columns (trap 15).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from ingest import LineParser, Sample
from ingest.model import OS_PROCESSES

_PS = (
    r"^(?P<user_name>\S+)\s+(?P<pid>\d+)\s+(?P<cpu_percent>[\d.]+)\s+(?P<memory_percent>[\d.]+)\s+(?P<vsz_kb>\d+)\s+"
    r"(?P<rss_kb>\d+)\s+\S+\s+(?P<state>\S+)\s+\S+\s+(?P<cpu_time_s>[\d:-]+)\s+(?P<command>.*)$"
)
_TASKLIST = r"^(?P<command>\S.*?)\s+(?P<pid>\d+)\s(?:\S+)?\s+\d+\s+(?P<memory>\d[\d.,'\xa0 ]*) [KкК]\S{0,2}\s*$"
"""`Image Name  PID  Session Name  Session#  Mem Usage`; the header and the thousands mark are the system's language's."""

_WORDS = r"[^\d\n=%\x00-\x08\x0b\x0c\x0e-\x1f]*"
"""Headings of `tasklist` in any language; a damaged one, or one of `ps`, which tells shares in %, is none, and is rejected."""
_HEADERS = rf"^(?:USER\s+PID\s[A-Z%\s]*COMMAND\s*$|=+(?: =+)*\s*$|[^\s=]{_WORDS} {{2,}}PID {_WORDS} {{2,}}{_WORDS}$)"


def _shaped(rows: pa.Table) -> pa.Table:
    """Adds the time that folder and name tell, and `tasklist`'s memory as a number."""
    stamp = pc.binary_join_element_wise(rows["hour"].cast(pa.string()), rows["minute"].cast(pa.string()), "")
    at = pc.strptime(stamp, "%Y%m%d%H%M", "us", error_is_null=True)
    digits = pc.replace_substring_regex(rows["memory"], r"\D", "")
    possible = pc.less_equal(pc.binary_length(digits), 18)
    memory = pc.if_else(possible, digits, pa.scalar(None, pa.string())).cast(pa.int64())
    rss = pc.coalesce(rows["rss_kb"].cast(pa.int64()), memory)
    other = ["rss_kb", "hour", "minute", "sort", "memory"]
    return rows.drop_columns(other).append_column("rss_kb", rss).append_column("time", at)


SNAPSHOT = LineParser(
    name="azureml.snapshot",
    version=5,
    kind="snapshot",
    path=(
        r"^logs/(?:sys/)?perf/(?P<node>[^/]+)/(?:os|processes_cpu_memory_usage)/(?P<hour>\d{10})/"
        r"(?P<sort>processes|cpu|memory)_(?P<minute>\d\d)(?:\.txt)?$"
    ),
    head=(_PS, _TASKLIST),
    table=OS_PROCESSES,
    text="command",
    multiline=False,
    noise=_HEADERS,
    transform=_shaped,
    samples=[
        Sample(
            "logs/sys/perf/10.0.0.4/processes_cpu_memory_usage/2020101923/cpu_56",
            "USER       PID %CPU %MEM    VSZ   RSS TTY      STAT START   TIME COMMAND\n"
            "root       138 18.7  1.4 12046092 1201696 ?    Sl   23:56   1-02:03:04 python -c 'print(\"a b\")'; echo $x\n",
            records=1,
        ),
        Sample(
            "logs/perf/1/os/2021041522/processes_03",
            "Image Name                     PID Session Name        Session#    Mem Usage\r\n"
            "========================= ======== ================ =========== ============\r\n"
            "System Idle Process              0 Services                   0          8 K\r\n"
            "python.exe                    4128 Console                    1     12,345 K\r\n",
            records=2,
        ),
    ],
)

SNAPSHOT_PARSERS = (SNAPSHOT,)
