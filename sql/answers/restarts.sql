-- Which worker processes ended and were replaced, and what did they have in progress?
-- One row per replacement (`restarted` in `worker_processes`), in order of time. A process that exits abnormally is
-- replaced, and the replacement takes the next number. `ended_at` is the time in the log if there is one, else the last
-- sign of the process; `down_s` is from then to the first sign of the replacement, so without a log it is no more exact
-- than the signs are. `mini_batch_id`, `attempt` and `outcome` are those of the attempt that it had in progress; NULL
-- if its last one was done. `reason` as in `worker_ends`: not the cause, but how it ended. See `caveat` where the two
-- processes are paired by order only.
-- example: SELECT node, process, replaced_by, down_s, mini_batch_id, reason FROM restarts WHERE job_id =
-- 'memory-growth' LIMIT 3
select
    job_id, node, process, replaced_by, ended_at, replaced_at, down_s,
    epoch(ended_at - first_seen_at) as lived_s,
    mini_batch_id, attempt, outcome, reason, exit_code, said, source,
    case
        when process is null then 'the process that was replaced left no record'
        when source = 'order' then 'no log records the end: the two processes are paired by order of time'
    end as caveat
from worker_ends
where replaced_by is not null
order by job_id, replaced_at, node, replaced_by
