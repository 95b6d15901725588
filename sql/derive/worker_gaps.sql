-- When was a worker idle between two attempts, and why?
-- The base view of `idle_gaps` and of the checks about idle workers. One row per gap of at least 2 s (V0 records times
-- without fractions), and one of kind `job` per time of at least 2 s in which no worker of the job had a mini-batch in
-- progress. Of the seconds of a worker's gap, `unscheduled_s` are before the end of scheduling, `waiting_s` after it,
-- when the next mini-batch was waiting in the queue; both are NULL if that is a retry, or if the end of scheduling is
-- not recorded. `nobody_worked_s` are those in which the whole job stalled. `job_busy_s`: time of all attempts of the
-- job.
-- example: SELECT kind, worker, from_at, gap_s, unscheduled_s, next_is_retry FROM worker_gaps WHERE job_id =
-- 'exceptions-one-node' ORDER BY from_at LIMIT 2
with followed as materialized (  -- a number in the place of names makes it cheap to sort
    select
        job_id, hash(job_id, node, worker) as worker_key, worker is not null as has_name,
        mini_batch_id, is_retry, started_at, ended_at,
        max(ended_at) over (worker_tries rows between unbounded preceding and 1 preceding) as free_since,
        lag(ended_at is null) over worker_tries as after_open,
        lag(mini_batch_id) over worker_tries as previous_mini_batch_id
    from timed_attempts
    where started_at is not null
    window worker_tries as (partition by worker_key order by started_at, ended_at, mini_batch_id)
),

gaps_of_workers as (
    select * exclude (free_since, after_open), 'worker' as kind, free_since as since
    from followed
    where has_name and not after_open and started_at >= free_since + interval 2 second
),

gaps_of_jobs as (
    select
        * exclude (free_since, after_open), 'job' as kind,
        max(ended_at) over (
            partition by job_id
            order by started_at, ended_at, mini_batch_id rows between unbounded preceding and 1 preceding
        ) as since
    from followed
    qualify started_at >= since + interval 2 second
),

names as (
    select
        hash(job_id, node, worker) as worker_key,
        any_value(node) as node, any_value(worker) as worker, any_value(process) as process
    from timed_attempts
    group by worker_key
),

gaps as materialized (
    select g.* exclude (worker_key, has_name), n.* exclude (worker_key)
    from (
        select * from gaps_of_workers
        union all
        select * from gaps_of_jobs
    ) as g
    join names as n using (worker_key)
),

silent as (
    select
        g.job_id, g.node, g.worker, g.started_at,
        sum(exact(epoch(least(g.started_at, s.started_at) - greatest(g.since, s.since))))::double as nobody_worked_s
    from gaps as g
    join gaps as s on s.job_id = g.job_id and s.since < g.started_at and s.started_at > g.since
    where g.kind = 'worker' and s.kind = 'job'
    group by g.job_id, g.node, g.worker, g.started_at
),

busy as (
    select job_id, sum(exact(elapsed_s))::double as job_busy_s
    from timed_attempts
    where started_at is not null
    group by job_id
),

scheduling as (
    select p.job_id, min(p.time) as finished_at
    from progress as p
    where p.event = 'sched_done' or p.total <= coalesce(p.scheduled, p.total)
    group by p.job_id
)

select
    g.kind, g.job_id, g.node, g.worker, g.process,
    g.since as from_at,
    g.started_at as until_at,
    epoch(g.started_at - g.since) as gap_s,
    case when not g.is_retry and scheduling.finished_at is not null then
        greatest(epoch(g.started_at - greatest(g.since, scheduling.finished_at)), 0)
    end as waiting_s,
    gap_s - waiting_s as unscheduled_s,
    case when g.kind = 'job' then gap_s else coalesce(silent.nobody_worked_s, 0) end as nobody_worked_s,
    g.previous_mini_batch_id,
    g.mini_batch_id as next_mini_batch_id,
    g.is_retry as next_is_retry,
    scheduling.finished_at as scheduling_finished_at,
    busy.job_busy_s
from gaps as g
join busy on busy.job_id = g.job_id
left join silent
    on g.kind = 'worker' and silent.job_id = g.job_id and silent.node is not distinct from g.node
    and silent.worker = g.worker and silent.started_at = g.started_at
left join scheduling on scheduling.job_id = g.job_id
