-- What went wrong first in each job?
-- One row per job with errors: the earliest cause. Symptoms ("it failed", exit codes, the driver's summaries, noise)
-- are used only if the job has nothing better: then `symptom` is true and the cause is not in the logs. `rank` as in
-- `error_reports`. Within one rank, errors that only say that something failed come last, and errors without a time
-- come after those with one. `problem` is the first of `known_problems` that the error's type, message or headline
-- matches, with its cause and fix; NULL if it matches none.
-- example: SELECT job_id, phase, exception_type, exception_message, symptom FROM first_error WHERE job_id IN
-- ('init-failure-42', 'memory-growth') ORDER BY job_id
select
    e.job_id, e.time, e.exception_type, e.exception_message, e.frame, e.phase, e.node, e.process, e.mini_batch_id,
    e.source, e.rank, e.symptom, e.fingerprint, p.problem, p.cause, p.fix, e.traceback, e.file_id, e.line_no
from error_reports as e
left join problem_texts as p on p.text = error_text(e.exception_type, e.exception_message, e.headline)
qualify row_number() over (
    partition by e.job_id
    order by
        e.rank, coalesce(p.generic, false), starts_with(e.exception_message, 'Exit code '),
        e.time nulls last, e.source, e.node, e.process, e.line_no, e.fingerprint,
        e.exception_message, e.file_id
) = 1
