-- Which run is each job, where did it run, and how long did it wait in the queue?
-- One row per job whose logs record any of it; `ingest` writes it to `jobs` with each load. What the service reports
-- about the run (control) takes precedence over the common runtime and the launcher; a source that reports several run
-- ids is ignored. `compute_target` is the cluster's name if recorded, else the kind of compute. `queue_s`: from the
-- first report that the run is queued to the first later one that it is running; the service checks every minute or
-- two, so it is no more exact than that.
-- example: SELECT job_id, experiment, compute_target, queue_s FROM run_facts WHERE queue_s IS NOT NULL ORDER BY
-- job_id LIMIT 3
with told as (
    select
        r.job_id, r.time as said_at, r.event, r.fields,
        coalesce(r.fields ->> 'target', r.fields ->> 'definition' ->> '$.Configuration.Target') as target,
        case r.source when 'control' then 1 when 'common_runtime' then 2 else 3 end as rank,
        r.fields ->> 'run_id' as run_id
    from log_records as r
    where r.event in ('run_ids', 'run_id', 'experiment', 'run_target', 'execution_status', 'job_failed', 'definition')
        and r.source in ('control', 'common_runtime', 'driver')
),

ids as (
    select job_id, arg_min(run_id, rank) as run_id
    from (
        select job_id, rank, min(run_id) as run_id
        from told
        group by job_id, rank
        having count(distinct run_id) = 1
    )
    group by job_id
),

queues as (
    select t.job_id, min(t.said_at) as running_at, any_value(queued.queued_at) as queued_at
    from told as t
    join (
        select job_id, min(said_at) as queued_at
        from told
        where event = 'execution_status' and (fields ->> 'status') = 'Queued'
        group by job_id
    ) as queued on queued.job_id = t.job_id and t.said_at >= queued.queued_at
    where t.event = 'execution_status' and (t.fields ->> 'status') = 'Running'
    group by t.job_id
)

select
    t.job_id,
    any_value(ids.run_id) as run_id,
    arg_min(t.fields ->> 'parent_run_id', {rank: t.rank, told: t.fields ->> 'parent_run_id'}) as parent_run_id,
    arg_min(t.fields ->> 'experiment', {rank: t.rank, told: t.fields ->> 'experiment'}) as experiment,
    arg_min(t.target, {
        by_kind: t.event not in ('run_target', 'definition'), rank: t.rank, told: t.target
    }) as compute_target,
    any_value(epoch(queues.running_at - queues.queued_at)) as queue_s
from told as t
left join ids on ids.job_id = t.job_id
left join queues on queues.job_id = t.job_id
group by t.job_id
