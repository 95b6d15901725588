-- Were workers idle between two attempts although mini-batches were waiting?
-- Counts only gaps after scheduling was finished and before a first attempt, so that the mini-batch was in the queue;
-- the time in which no worker at all had work is left out (`stalled_progress`). The cause is between the queue and the
-- worker.
-- fix: Check the logs of the node managers and restarts of those workers at that time; the queue of the storage account
-- may be throttled. Fewer, larger mini-batches need fewer requests to the queue.
-- reference: https://github.com/Azure/MachineLearningNotebooks/issues/957
-- query: SELECT * FROM idle_gaps WHERE job_id = {job} AND waiting_s > 0
-- threshold: idle_workers_share = 0.05: worker time idle while mini-batches waited / worker time
-- threshold: idle_workers_s = 60 s: less idle time than this is not reported
with gaps as (
    select
        job_id, node, process, from_at, gap_s, job_busy_s,
        greatest(waiting_s - nobody_worked_s, 0) as idle_s
    from worker_gaps
    where kind = 'worker'
),

jobs_idle as (
    select
        job_id,
        count(*) filter (where idle_s > 0) as gaps,
        count(distinct {node: node, process: process}) filter (where idle_s > 0) as workers,
        sum(exact(idle_s))::double as idle_s,
        sum(exact(gap_s))::double as all_idle_s,
        any_value(job_busy_s) as busy_s,
        min(from_at) filter (where idle_s > 0) as first_at,
        max({idle_s: idle_s, node: node, process: process}) filter (where idle_s > 0) as longest
    from gaps
    group by job_id
)

select
    j.job_id,
    severity_of_loss(j.idle_s, j.busy_s + j.all_idle_s) as severity,
    concat(
        'Idle workers: ', counted(j.workers, 'worker', 'workers'), ' without work while mini-batches were waiting'
    ) as headline,
    printf(
        '%.0f %% of worker time; longest %s, %s on node %s',
        100 * j.idle_s / (j.busy_s + j.all_idle_s), spell_of(j.longest.idle_s),
        coalesce(j.longest.process, 'a worker'), coalesce(j.longest.node, '?')
    ) as evidence,
    time_lost(j.idle_s, 'worker') as impact,
    j.longest.node as node,
    j.longest.process as process,
    null as mini_batch_id,
    j.first_at as time,
    j.idle_s as lost_s,
    to_json({gaps: j.gaps, workers: j.workers, idle_s: j.idle_s, busy_s: j.busy_s, longest_s: j.longest.idle_s})
        as numbers
from jobs_idle as j
where j.idle_s >= threshold('idle_workers_s')
    and j.idle_s >= threshold('idle_workers_share') * (j.busy_s + j.all_idle_s)
