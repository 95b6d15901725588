-- How did each job go?
-- One row per job. `partial` is true while the job runs, where a file ends in the middle of a line, and where the
-- counts cannot be complete; `missing` says what is missing. Counts that no file records are NULL. Counts of
-- mini-batches and items are of outcomes, not of attempts; `items` and `failed_items` are those of mini-batches with a
-- result, or the driver's totals where these are higher. `scheduled_mini_batches` is reported by the progress overview,
-- NULL if it is not. Elapsed times are of final attempts, `wasted_worker_s` of the others, summed over workers.
-- `restarts` as in `worker_processes`, `nodes_without_work` as in `node_summary`. Highest memory is the highest sample
-- of any node, not a peak. `duration_s` ends at the last record while a job runs.
-- of: every job
-- order: started_at nulls last, job_id
-- example: SELECT job_id, state, duration_s, mini_batches, failed_items, retries, restarts, partial FROM job_summary
-- WHERE started_at >= '2022-01-01'
with mini_batch_counts as (
    select
        job_id,
        count(*) as mini_batches,
        count(*) filter (where outcome not in ('done', 'open')) as failed_mini_batches,
        count(*) filter (where outcome = 'open') as open_mini_batches,
        try_cast(coalesce(sum(m.items) filter (where outcome <> 'open'), 0) as bigint) as items,
        try_cast(coalesce(sum(m.failed_items), 0) as bigint) as failed_items,
        sum(exact(wasted_worker_s))::double as wasted_worker_s,
        median_of(case when outcome <> 'open' then elapsed_s end) as p50_elapsed_s,
        quantiles_of(case when outcome <> 'open' then elapsed_s end, 0.95) as p95_elapsed_s,
        max(elapsed_s) filter (where outcome <> 'open') as max_elapsed_s
    from mini_batches as m
    group by job_id
),

node_counts as (
    select
        job_id,
        count(*) as nodes,
        count(*) filter (where did_nothing) as nodes_without_work,
        try_cast(sum(processes) as bigint) as processes,
        try_cast(sum(restarts) as bigint) as restarts,
        max(highest_memory_percent) as highest_memory_percent,
        try_cast(sum(memory_samples) as bigint) as memory_samples
    from node_summary
    group by job_id
),

try_counts as (
    select
        job_id,
        try_cast(sum(attempts) as bigint) as attempts,
        try_cast(sum(retries) as bigint) as retries,
        try_cast(sum(timeouts) as bigint) as timeouts,
        try_cast(sum(exceptions) as bigint) as exceptions,
        try_cast(sum(poisoned) as bigint) as poisoned
    from node_work
    group by job_id
),

scheduling as (
    select job_id, max(coalesce(total, scheduled)) as scheduled_mini_batches
    from progress
    group by job_id
),

driver_sums as (  -- what the driver itself sums up, for what has no row
    select
        r.job_id,
        arg_max(try_cast(r.told.done as bigint), {said_at: r.said_at, told: r.told}) as all_mini_batches,
        arg_max(try_cast(r.told.done_items as bigint), {said_at: r.said_at, told: r.told}) as all_items,
        arg_max(try_cast(r.told.failed as bigint), {said_at: r.said_at, told: r.told}) as all_failed
    from (
        select
            job_id,
            coalesce(r.time, '-infinity') as said_at,
            case
                when r.event = 'job_summary' then {
                    done: fields ->> 'done', done_items: fields ->> 'done_items', failed: fields ->> 'failed'
                }
                else regexp_extract(
                    message,
                    'Processed (\d+) mini batches containing (\d+) items, \d+ succeeded, (\d+) failed',
                    ['done', 'done_items', 'failed']
                )
            end as told
        from log_records as r
        where r.event in ('job_summary', 'job_result')
    ) as r
    where r.told.done <> ''
    group by r.job_id
),

file_counts as (
    select
        job_id,
        try_cast(sum(rejects) as bigint) as rejects,
        count(*) filter (where status = 'unclaimed') as files_unclaimed,
        bool_or(ends_cut) as ends_cut,
        count(*) filter (where kind in ('overview', 'progress_csv')) as overviews,
        count(*) filter (where kind in ('mini_batches', 'task_csv', 'report_v0', 'worker', 'user_error')) as sources
    from files
    group by job_id
),

untold as (  -- an overview tells that there were mini-batches, and no file tells of any of them
    select s.job_id
    from scheduling as s
    join file_counts as f on f.job_id = s.job_id and f.overviews > 0 and f.sources = 0
    anti join mini_batch_counts as m on m.job_id = s.job_id
    where s.scheduled_mini_batches > 0
)

select
    j.job_id,
    j.state,
    j.state_reason,
    j.generation,
    j.started_at,
    j.ended_at,
    epoch(coalesce(j.ended_at, j.last_record_at) - j.started_at) as duration_s,
    s.scheduled_mini_batches,
    case when u.job_id is null then coalesce(m.mini_batches, 0) end as mini_batches,
    case when u.job_id is null then coalesce(m.failed_mini_batches, 0) end as failed_mini_batches,
    case when u.job_id is null then coalesce(m.open_mini_batches, 0) end as open_mini_batches,
    case
        when d.all_items > coalesce(m.items, 0) then d.all_items
        when u.job_id is null then coalesce(m.items, 0)
    end as items,
    case
        when d.all_failed > coalesce(m.failed_items, 0) then d.all_failed
        when u.job_id is null then coalesce(m.failed_items, 0)
    end as failed_items,
    greatest(d.all_failed, m.failed_items) / nullif(greatest(d.all_items, m.items), 0) as failure_rate,
    case when u.job_id is null then coalesce(t.attempts, 0) end as attempts,
    case when u.job_id is null then coalesce(t.retries, 0) end as retries,
    case when u.job_id is null then coalesce(t.timeouts, 0) end as timeouts,
    case when u.job_id is null then coalesce(t.exceptions, 0) end as exceptions,
    case when u.job_id is null then coalesce(t.poisoned, 0) end as poisoned,
    m.wasted_worker_s as wasted_worker_s,
    m.p50_elapsed_s,
    m.p95_elapsed_s,
    m.max_elapsed_s,
    coalesce(n.nodes, 0) as nodes,
    coalesce(n.nodes_without_work, 0) as nodes_without_work,
    coalesce(n.processes, 0) as processes,
    coalesce(n.restarts, 0) as restarts,
    n.highest_memory_percent,
    coalesce(n.memory_samples, 0) as memory_samples,
    nullif(concat_ws(': ', e.exception_type, e.exception_message), '') as first_error,
    e.symptom as first_error_is_symptom,
    coalesce(f.rejects, 0) as rejects,
    coalesce(f.files_unclaimed, 0) as files_unclaimed,
    case
        when u.job_id is not null then 'mini-batch table and worker logs'
        when coalesce(m.mini_batches, 0)  -- a job that failed may have stopped before the rest
            < coalesce(d.all_mini_batches, case when j.state = 'completed' then s.scheduled_mini_batches end) then
            printf(
                '%d of %d mini-batches',
                coalesce(d.all_mini_batches, s.scheduled_mini_batches) - coalesce(m.mini_batches, 0),
                coalesce(d.all_mini_batches, s.scheduled_mini_batches)
            )
        when d.all_items > coalesce(m.items, 0) or d.all_failed > coalesce(m.failed_items, 0) then
            'results of some mini-batches; items and failed items are the driver''s totals'
    end as missing,
    coalesce(
        j.state in ('running', 'stalled') or f.ends_cut or missing is not null
            or (j.state = 'unknown' and (s.scheduled_mini_batches > 0 or m.mini_batches > 0)),
        false
    ) as partial
from jobs as j
left join mini_batch_counts as m using (job_id)
left join node_counts as n using (job_id)
left join try_counts as t using (job_id)
left join scheduling as s using (job_id)
left join first_error as e using (job_id)
left join file_counts as f using (job_id)
left join driver_sums as d using (job_id)
left join untold as u using (job_id)
