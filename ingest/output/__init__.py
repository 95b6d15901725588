"""Results on their way out: a query's rows as table, CSV, JSON, Markdown or Parquet, without secrets if asked.

    result = statement_result(con, sql)
    if result is not None:
        write_result(result, default_format(sys.stdout), sys.stdout, redact=False)

Importing this package imports no DuckDB, pyarrow or rich; each comes with the first result that needs it.
"""

from ingest.output.escape import escape_controls, visible_lines
from ingest.output.formats import Format, OutputError, default_format, format_of_file
from ingest.output.redact import Redactor, redact_text
from ingest.output.result import Result, rows_result, select_result, statement_result
from ingest.output.terminal import is_terminal
from ingest.output.write import Advice, write_result

__all__ = [
    "Advice",
    "Format",
    "OutputError",
    "Redactor",
    "Result",
    "default_format",
    "escape_controls",
    "format_of_file",
    "is_terminal",
    "redact_text",
    "rows_result",
    "select_result",
    "statement_result",
    "visible_lines",
    "write_result",
]
