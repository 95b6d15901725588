-- Which texts may show a known issue?
-- One row per report: errors, messages of failed attempts, and warnings of system logs. `occurrences` is how often it
-- happened, according to that report. Messages at level INFO, and a script's own output below ERROR, are not included.
-- keep: step
select
    e.job_id, e.source, e.node, e.process, e.time, coalesce(e.occurrences, 1) as occurrences,
    error_text(e.exception_type, e.exception_message, e.headline) as text, e.file_id, e.line_no
from errors as e
union all
select a.job_id, a.source, a.node, a.process, a.started_at, 1, a.error_message, a.file_id, a.line_no
from attempt_reports as a
where a.error_message is not null
union all
select r.job_id, r.source, r.node, r.process, r.time, 1, r.message, r.file_id, r.line_no
from log_records as r
where r.level in ('WARNING', 'WARN')
