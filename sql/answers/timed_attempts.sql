-- When was each attempt at a mini-batch in progress, and where did its time go?
-- The base view of the views and checks about time: the attempts of `judged_attempts`. Seconds that no attempt can have
-- (below 0, above 1e8, not a number) are NULL here, so that one damaged cell does not distort a whole job. `worker` is
-- the process, or its pid where no file records a name. An open attempt has a start and no end.
-- threshold: loss_warning_share = 0.1: a finding about time is a warning from this share of the workers' time on
-- threshold: loss_severe_share = 0.5: a finding about time is severe from this share on: most of the time is lost
-- threshold: loss_warning_s = 20 s: a loss of less worker time than this is at most a note
-- threshold: loss_severe_s = 600 s: a loss of less worker time than this is never severe
-- threshold: enough_to_compare = 20 mini-batches: with fewer mini-batches, the distribution of a job's times is not
-- judged
-- threshold: enough_for_trend = 30 mini-batches: with fewer mini-batches, ten in each third, a rise of a job's times is
-- not judged
-- example: SELECT node, worker, outcome, started_at, elapsed_s, run_s FROM timed_attempts WHERE job_id =
-- 'memory-growth' AND mini_batch_id = 47 ORDER BY started_at
select
    job_id, mini_batch_id, node, process, coalesce(process, 'pid ' || pid) as worker, outcome, final, is_retry,
    started_at,
    case when elapsed_s between 0 and 1e8 then ended_at end as ended_at,
    case when elapsed_s between 0 and 1e8 then elapsed_s end as elapsed_s,
    case when run_s between 0 and 1e8 then run_s end as run_s,
    case when abs(overhead_s) < 1e8 then greatest(overhead_s, 0) end as overhead_s,
    case when process_s between 0 and 1e8 then process_s end as process_s,
    items,
    failed_items
from judged_attempts
