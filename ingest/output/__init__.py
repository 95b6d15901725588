"""Results on their way out: a query's rows as table, CSV, JSON, Markdown or Parquet, without secrets if asked.

    result = query_result(con, sql)
    if result is not None:
        write_result(result, default_format(sys.stdout), sys.stdout, redact=False)

Importing this package imports no DuckDB, pyarrow or rich; each comes with the first result that needs it.
"""

from ingest.output.formats import Format, OutputError, default_format, is_terminal
from ingest.output.redact import Redactor, redact_text
from ingest.output.result import Result, query_result, rows_result
from ingest.output.visible import visible, visible_lines
from ingest.output.write import Advice, write_result

__all__ = [
    "Advice",
    "Format",
    "OutputError",
    "Redactor",
    "Result",
    "default_format",
    "is_terminal",
    "query_result",
    "redact_text",
    "rows_result",
    "visible",
    "visible_lines",
    "write_result",
]
