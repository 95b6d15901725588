"""Resource checks of nodes, worker processes and disks, all generations. §10.

Values are samples, not peaks; counters are cumulative and jump back when a node restarts (trap 14). V0 tells bytes, later
files MB. A header may stand again in the middle of a V0 file (trap 9).
"""

from __future__ import annotations

from ingest import CsvColumn, CsvParser, Sample
from ingest.model import DISK_SAMPLES, NODE_SAMPLES, PROCESS_SAMPLES

_BYTES_TO_MB = 2.0**-20
_PERF = r"^logs/(?:sys/)?perf/(?P<node>[^/]+)/"
"""`logs/perf` and `logs/sys/perf` (trap 16)."""

_IO = (
    CsvColumn("disk_reads", ("Disk Io Read Count", "DISK_IO_READ_COUNT")),
    CsvColumn("disk_writes", ("Disk Io Write Count", "DISK_IO_WRITE_COUNT")),
)
_IO_MB = (CsvColumn("disk_read_mb", ("Disk Io Read (MB)",)), CsvColumn("disk_write_mb", ("Disk Io Write (MB)",)))
_IO_BYTES = (
    CsvColumn("disk_read_mb", ("DISK_IO_READ_BYTES",), scale=_BYTES_TO_MB),
    CsvColumn("disk_write_mb", ("DISK_IO_WRITE_BYTES",), scale=_BYTES_TO_MB),
)

NODE = CsvParser(
    name="azureml.node_resource",
    kind="node_resource",
    path=_PERF + r"node_resource_usage\.csv$",
    table=NODE_SAMPLES,
    columns=(
        CsvColumn("time", ("Utc Time",)),
        CsvColumn("cpu_percent", ("Cpu Percent",)),
        CsvColumn("memory_total_mb", ("Memory Total (MB)",)),
        CsvColumn("memory_available_mb", ("Memory Available (MB)",)),
        CsvColumn("memory_used_mb", ("Memory Used (MB)",)),
        CsvColumn("memory_used_percent", ("Memory Used Percent",)),
        *_IO,
        *_IO_MB,
        CsvColumn("network_sent_mb", ("Network Sent (MB)",)),
        CsvColumn("network_received_mb", ("Network Recv (MB)",)),
        CsvColumn("tcp_connections", ("# of TCP Connections",)),  # a `#` in a header is no comment (trap 13)
        CsvColumn("udp_connections", ("# of UDP Connections",)),
    ),
    samples=[
        Sample(
            "logs/perf/0/node_resource_usage.csv",
            "Utc Time,Cpu Percent,Memory Total (MB),Memory Available (MB),Memory Used (MB),Memory Used Percent,"
            "Disk Io Read Count,Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),Network Sent (MB),"
            "Network Recv (MB),# of TCP Connections,# of UDP Connections\r\n"
            "2020-10-19T10:28:30.106994,15.0,6969.8,5608.31,1049.4,19.5,100811,157662,881.71,215358.14,2185350.59,32436.03,"
            "95,16\r\n",
            records=1,
        ),
    ],
)

NODE_V0 = CsvParser(
    name="azureml.node_resource_v0",
    kind="node_resource",
    path=_PERF + r"sys\.csv$",
    table=NODE_SAMPLES,
    columns=(
        CsvColumn("time", ("TIME_STAMP",)),
        CsvColumn("cpu_percent", ("CPU_PERCENT",)),
        CsvColumn("memory_total_mb", ("MEMORY_TOTAL",), scale=_BYTES_TO_MB),
        CsvColumn("memory_available_mb", ("MEMORY_AVAILABLE",), scale=_BYTES_TO_MB),
        CsvColumn("memory_used_mb", ("MEMORY_USED",), scale=_BYTES_TO_MB),
        CsvColumn("memory_used_percent", ("MEMORY_USED_PERCENT",)),
        *_IO,
        *_IO_BYTES,
        CsvColumn("network_sent_mb", ("NETWORK_BYTES_SENT",), scale=_BYTES_TO_MB),
        CsvColumn("network_received_mb", ("NETWORK_BYTES_RECV",), scale=_BYTES_TO_MB),
    ),
    samples=[
        Sample(
            "logs/sys/perf/10.0.0.4/sys.csv",
            "TIME_STAMP,CPU_PERCENT,MEMORY_TOTAL,MEMORY_AVAILABLE,MEMORY_USED,MEMORY_USED_PERCENT,DISK_IO_READ_COUNT,"
            "DISK_IO_WRITE_COUNT,DISK_IO_READ_BYTES,DISK_IO_WRITE_BYTES,NETWORK_BYTES_SENT,NETWORK_BYTES_RECV\r\n"
            "2020-05-06T05:50:48.682392,12.5,7308574720,5880000000,1100000000,19.5,100,200,1048576,2097152,3145728,4194304"
            "\r\n",
            records=1,
        ),
    ],
)

PROCESS = CsvParser(
    name="azureml.process_resource",
    kind="process_resource",
    path=_PERF + r"processes_resource_usage\.csv$",
    table=PROCESS_SAMPLES,
    columns=(
        CsvColumn("time", ("Utc Time",)),
        CsvColumn("process", ("Name",)),
        CsvColumn("cpu_percent", ("Cpu Percent",)),
        CsvColumn("cpu_user_s", ("Cpu Time User",)),
        CsvColumn("cpu_system_s", ("Cpu Time System",)),
        CsvColumn("memory_used_percent", ("Memory Used Percent",)),
        *_IO,
        *_IO_MB,
        CsvColumn("threads", ("Thread Num",)),
    ),
    samples=[
        Sample(
            "logs/perf/0/processes_resource_usage.csv",
            "Utc Time,Name,Cpu Percent,Cpu Time User,Cpu Time System,Memory Used Percent,Disk Io Read Count,"
            "Disk Io Write Count,Disk Io Read (MB),Disk Io Write (MB),Thread Num\r\n"
            "2020-10-19T10:28:29.738233,manager,0.0,1.54,0.34,1.385720771,6894,130,0.89,0.0,8\r\n",
            records=1,
        ),
    ],
)

PROCESS_V0 = CsvParser(
    name="azureml.process_resource_v0",
    kind="process_resource",
    path=_PERF + r"(?P<process>process\d+|Process-\d+|MainProcess|_main|manager)\.csv$",
    table=PROCESS_SAMPLES,
    columns=(
        CsvColumn("time", ("TIME_STAMP",)),
        CsvColumn("cpu_percent", ("CPU_PERCENT",)),
        CsvColumn("cpu_user_s", ("CPU_TIMES_USER",)),
        CsvColumn("cpu_system_s", ("CPU_TIMES_SYSTEM",)),
        CsvColumn("memory_used_percent", ("MEMORY_PERCENT",)),
        *_IO,
        *_IO_BYTES,
        CsvColumn("threads", ("THREAD_NUM",)),
    ),
    samples=[
        Sample(
            "logs/sys/perf/10.0.0.4/Process-1.csv",
            "TIME_STAMP,CPU_PERCENT,CPU_TIMES_USER,CPU_TIMES_SYSTEM,MEMORY_PERCENT,DISK_IO_READ_COUNT,DISK_IO_WRITE_COUNT,"
            "DISK_IO_READ_BYTES,DISK_IO_WRITE_BYTES,THREAD_NUM\r\n"
            "2020-05-06T05:50:48.682392,0.0,1.54,0.34,2.05,6894,130,1048576,0,8\r\n",
            records=1,
        ),
    ],
)

DISK = CsvParser(
    name="azureml.node_disk",
    version=2,
    kind="node_disk",
    path=_PERF + r"node_disk_usage\.csv$",
    table=DISK_SAMPLES,
    header_pattern=r"Disk \((?P<mount>.+)\) (?P<header>Total \(MB\)|Used \(MB\)|Free \(MB\)|Used Percent)",
    columns=(
        CsvColumn("time", ("Utc Time",)),
        CsvColumn("total_mb", ("Total (MB)",)),
        CsvColumn("used_mb", ("Used (MB)",)),
        CsvColumn("free_mb", ("Free (MB)",)),
        CsvColumn("used_percent", ("Used Percent",)),
    ),
    samples=[
        Sample(
            "logs/perf/0/node_disk_usage.csv",
            "Utc Time,Disk (/) Total (MB),Disk (/) Used (MB),Disk (/) Free (MB),Disk (/) Used Percent\r\n"
            "2020-10-19T10:28:30.107230,100664.22,14823.0,80705.27,15.5\r\n",
            records=1,
        ),
    ],
)

RESOURCE_PARSERS = (NODE, NODE_V0, PROCESS, PROCESS_V0, DISK)
