-- Which worker processes were there, from when to when, and which of them replaced another one?
-- Known from attempts, script events, resource samples and their own logs; the node's manager is left out. Times are
-- first and last signs. `number` counts from 0. A worker that exits abnormally is replaced, and the replacement takes
-- the next number. So `restarted` is true if the number is not below the highest number of processes that lived at one
-- time on any node of the job (`at_one_time`; samples of one check are of one time), and the process was first seen
-- after its node had ended an attempt or event. Processes that left no sign are missing: with few mini-batches and no
-- resource files `restarted` may be wrong.
-- example: SELECT process, number, first_seen_at, last_seen_at, attempts, at_one_time, restarted FROM worker_processes
-- WHERE job_id = 'era-2020-05' AND node = '10.0.0.4' ORDER BY number
with signs as (
    select job_id, node, process, started_at as since, coalesce(ended_at, started_at) as until, ended_at, 1 as tries
    from attempts
    union all
    select s.job_id, s.node, s.process, s.time, coalesce(after(s.time, s.elapsed_s), s.time),
        coalesce(after(s.time, s.elapsed_s), case when s.outcome <> 'start' then s.time end), 0
    from script_events as s
    union all
    select p.job_id, p.node, p.process, min(p.time), max(p.time), null, 0
    from process_samples as p
    group by p.job_id, p.node, p.process
    union all
    select r.job_id, r.node, r.process, min(r.time), max(r.time), null, 0
    from log_records as r
    where r.source = 'worker' and r.time is not null and regexp_full_match(r.process, 'process\d+|Process-\d+')
    group by r.job_id, r.node, r.process
),

processes as (
    select
        job_id, node, process,
        try_cast(regexp_extract(process, '(\d+)$', 1) as bigint) - starts_with(process, 'Process-')::bigint as number,
        min(since) as first_seen_at,
        max(until) as last_seen_at,
        min(ended_at) as first_ended_at,
        sum(tries) as attempts
    from signs
    where process not in ('manager', '_main', 'MainProcess')
    group by job_id, node, process
),

nodes as (
    select job_id, node, min(first_ended_at) as first_ended_at
    from processes
    group by job_id, node
),

alive as (
    select p.job_id, p.node, p.process, count(*) as processes
    from processes as p
    join processes as other
        on other.job_id = p.job_id and other.node = p.node
        and other.first_seen_at <= p.first_seen_at
            + case when other.first_seen_at = other.last_seen_at then interval 1 second else interval 0 second end
        and (
            other.last_seen_at > p.first_seen_at
            or other.process = p.process
            or (other.first_seen_at = other.last_seen_at and other.last_seen_at >= p.first_seen_at - interval 1 second)
        )
    group by p.job_id, p.node, p.process
),

most_alive as (
    select job_id, max(processes) as at_one_time
    from alive
    group by job_id
)

select
    job_id, node, process, number, first_seen_at, last_seen_at, attempts, at_one_time,
    coalesce(number >= at_one_time and first_seen_at > nodes.first_ended_at, false) as restarted
from processes
left join nodes using (job_id, node)
left join most_alive using (job_id)
