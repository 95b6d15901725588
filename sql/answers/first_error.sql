-- What went wrong first in each job?
-- One row per job with errors: the earliest cause. Symptoms ("it failed", exit codes, the driver's sums, noise) come
-- only where the job has nothing better: then `symptom` is true and the cause is not in the logs. `rank` as in
-- `error_reports`. Errors without a time come after those with a time of the same rank.
select
    e.job_id, e.at, e.exception_type, e.exception_message, e.frame, e.phase, e.node, e.process, e.mini_batch_id,
    e.source, e.rank, e.symptom, e.fingerprint, e.traceback, e.file_id, e.line_no
from error_reports as e
qualify row_number() over (
    partition by e.job_id
    order by e.rank, e.at nulls last, e.source, e.file_id, e.line_no, e.fingerprint, e.exception_message
) = 1
