-- Does init() of the entry script take long, compared with the work?
-- `init_s` of a process is as reported by the tables, else the time from its first sign, or from the first scheduled
-- mini-batch if that is later, to its first attempt. That is an upper bound: it includes the time that the process
-- waited for a mini-batch. Counts only processes that started with the job, not replacements. Needs two processes, and
-- minutes in all.
-- fix: Load the model faster: keep it in the image or on local disk, and load only what is needed. Or give each process
-- more work: fewer nodes and processes, more mini-batches per job.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-use-parallel-job-in-pipeline
-- query: SELECT * FROM entry_script_events WHERE job_id = {job} ORDER BY entry_script_events.time
-- threshold: init_slow_s = 60 s: an init() with a shorter median time is never slow
-- threshold: init_slow_share = 0.2: share of the processes' time spent in init()
with told as (
    select
        job_id, node, process,
        max(elapsed_s) filter (where outcome = 'done' and event = 'init') as elapsed_s,
        min(e.time) filter (where outcome = 'start') as started_at,
        min(e.time) filter (where outcome = 'done' and event = 'init') as done_at,
        min(e.time) as first_at
    from script_events as e
    where event in ('init', 'load')
    group by job_id, node, process
),

scheduled as (
    select job_id, min(said_at) as first_at
    from (
        select p.job_id, p.time as said_at from progress as p where p.scheduled > 0
        union all
        select r.job_id, r.time from log_records as r
        where r.event = 'job_stage' and (r.fields ->> 'stage') = 'FIRST_TASK_SCHEDULED'
    )
    group by job_id
),

work as (
    select job_id, node, process, min(started_at) as first_at, sum(exact(elapsed_s))::double as busy_s
    from attempt_reports
    where outcome <> 'open'
    group by job_id, node, process
),

began as (
    select job_id, min(first_at) as first_at
    from told
    group by job_id
),

processes as (
    select
        t.job_id, t.node, t.process,
        coalesce(
            t.elapsed_s,
            epoch(t.done_at - t.started_at),
            epoch(w.first_at - greatest(t.first_at, s.first_at))
        ) as init_s,
        w.busy_s,
        t.first_at
    from told as t
    join work as w on w.job_id = t.job_id and w.node = t.node and w.process = t.process
    join began as b on b.job_id = t.job_id and t.first_at < b.first_at + interval 2 minute
    left join scheduled as s on s.job_id = t.job_id
    where coalesce(t.elapsed_s, epoch(t.done_at - t.started_at)) is not null or s.first_at is not null
),

sums as (
    select
        job_id,
        count(*) as processes,
        median(init_s) as median_s,
        max(init_s) as longest_s,
        sum(exact(init_s))::double as init_s,
        sum(exact(busy_s))::double as busy_s,
        arg_max(node, {init_s: init_s, node: node, process: process}) as node,
        arg_max(process, {init_s: init_s, node: node, process: process}) as process,
        min(first_at) as first_at
    from processes
    where init_s between 0 and 1e7
    group by job_id
)

select
    job_id,
    case when init_s > busy_s then 'severe' else 'warning' end as severity,
    concat(
        'Slow init(): ', spell_of(median_s), ' in each of ', counted(processes, 'process', 'processes')
    ) as headline,
    concat(
        printf('%.0f %%', 100 * init_s / (init_s + busy_s)), ' of the processes'' time; longest ',
        spell_of(longest_s), ', ', process, ' on node ' || node
    ) as evidence,
    spell_of(init_s) || ' of worker time in init()' as impact,
    node,
    process,
    null as mini_batch_id,
    first_at as time,
    init_s as lost_s,
    to_json({
        processes: processes, median_s: round(median_s, 1), longest_s: round(longest_s, 1), init_s: round(init_s, 1),
        busy_s: round(busy_s, 1)
    }) as numbers
from sums
where processes >= 2
    and median_s >= threshold('init_slow_s')
    and init_s >= threshold('init_slow_share') * (init_s + busy_s)
