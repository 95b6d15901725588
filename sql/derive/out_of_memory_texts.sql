-- Which texts say that memory ran out?
-- One row per report: errors, messages of failed attempts, records of system logs that are not of a low level, and what
-- the script wrote to stderr. `Killed` counts only if it is a whole line. GPU memory is not node memory, and is left
-- out. A node that kills a process because memory ran out often leaves no text at all.
-- example: SELECT job_id, node, process, text FROM out_of_memory_texts LIMIT 3
with texts as (
    select e.job_id, e.source, e.node, e.process, e.time, e.file_id, e.line_no,
        error_text(e.exception_type, e.exception_message, e.headline) as text
    from errors as e
    union all
    select a.job_id, a.source, a.node, a.process, after(a.started_at, a.elapsed_s), a.file_id, a.line_no,
        a.error_message
    from attempt_reports as a
    where a.error_message is not null
    union all
    select r.job_id, r.source, r.node, r.process, r.time, r.file_id, r.line_no, r.message
    from log_records as r
    where r.level is null or r.level not in ('DEBUG', 'INFO')
    union all
    select o.job_id, o.source, o.node, o.process, o.time, o.file_id, o.line_no, o.text
    from output_lines as o
    where o.stream in ('stderr', 'std')
)

select t.job_id, t.node, t.process, t.time as said_at, t.source, t.text, t.file_id, t.line_no
from texts as t
where regexp_matches(
    t.text,
    '\bMemoryError\b|\bstd::bad_alloc\b|\b[Oo]ut of memory\b|\boom[-_ ]?kill|\bOOMKilled\b|[Cc]annot allocate memory'
        || '|\[Errno 12\]|memory allocation of \d+ bytes failed|Unable to allocate [\d.]+ [KMGT]iB|(^|\n)Killed\s*$'
)
and not regexp_matches(t.text, '(?i)\b(cuda|hip|gpu|cublas|cudnn)')
