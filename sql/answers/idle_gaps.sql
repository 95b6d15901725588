-- When was a worker process idle between two attempts while the job was running?
-- One row per gap of at least 2 s. `waiting_s` are the seconds of the gap in which mini-batches waited for a worker:
-- after scheduling was finished, if the next attempt is a first attempt (it was in the queue all the time); NULL where
-- the logs do not record it (`caveat`). `nobody_worked_s` are those in which no worker of the job had a mini-batch in
-- progress: then the job stalled, not this worker. The time before a worker's first attempt and after its last one is
-- no gap. After an open attempt nothing is known, so no gap follows it; an attempt that no file records looks like a
-- gap, as in the table of a running job.
-- example: SELECT node, process, gap_s, waiting_s, previous_mini_batch_id, next_mini_batch_id, caveat FROM idle_gaps
-- WHERE job_id = 'exceptions-one-node' ORDER BY from_at
select
    g.job_id, g.node, g.process, g.from_at, g.until_at, g.gap_s, g.waiting_s, g.nobody_worked_s,
    g.previous_mini_batch_id, g.next_mini_batch_id,
    nullif(concat_ws(
        '; ',
        case
            when g.next_is_retry then 'the next attempt is a retry; when it was available is not recorded'
            when g.scheduling_finished_at is null then 'the end of scheduling is not recorded'
        end,
        case when jobs.state in ('running', 'stalled') then 'the job has not ended: attempts may be missing' end
    ), '') as caveat
from worker_gaps as g
left join jobs on jobs.job_id = g.job_id
where g.kind = 'worker'
order by g.gap_s desc, g.job_id, g.node, g.process, g.from_at
