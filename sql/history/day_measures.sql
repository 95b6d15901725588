-- What are the measures of the jobs of each day, by group?
-- One row per day (UTC, of the jobs' start) and group of `job_groups`; `ingest nightly` stores it in `daily_groups` and
-- leaves a day whose jobs did not change as it is. `jobs` and the counts by state include all jobs. Everything else is
-- of the finished ones only: `partial_jobs` are still running, or a file of theirs was cut, so they are left out until
-- they are complete, and `partial` marks the row. Quantiles are of all mini-batches of these jobs together, accurate to
-- 1 % (see `duration_measures`), not an average of the jobs' quantiles. `items_per_s` is all items / the sum of the
-- jobs' durations. `highest_memory_percent` is a sample, not a peak. A NULL sum means that no job recorded the value.
-- example: SELECT day, group_kind, group_name, jobs, failed, items, p95_elapsed_s FROM day_measures WHERE day >=
-- '2024-01-01' ORDER BY day, group_kind
with counts as (
    select
        day,
        group_kind,
        group_name,
        count(*) as jobs,
        count(*) filter (where unfinished) as partial_jobs,
        count(*) filter (where state = 'completed') as completed,
        count(*) filter (where state = 'failed') as failed,
        count(*) filter (where state = 'running') as running,
        count(*) filter (where state = 'stalled') as stalled,
        count(*) filter (where coalesce(state not in ('completed', 'failed', 'running', 'stalled'), true))
            as unknown,
        try_cast(sum(mini_batches) filter (where not unfinished) as bigint) as mini_batches,
        try_cast(sum(failed_mini_batches) filter (where not unfinished) as bigint) as failed_mini_batches,
        try_cast(sum(items) filter (where not unfinished) as bigint) as items,
        try_cast(sum(failed_items) filter (where not unfinished) as bigint) as failed_items,
        try_cast(sum(retries) filter (where not unfinished) as bigint) as retries,
        try_cast(sum(timeouts) filter (where not unfinished) as bigint) as timeouts,
        try_cast(sum(exceptions) filter (where not unfinished) as bigint) as exceptions,
        sum(items) filter (where not unfinished and duration_s > 0)
            / nullif(sum(exact(duration_s)) filter (where not unfinished and duration_s > 0)::double, 0) as items_per_s,
        sum(exact(node_s)) filter (where not unfinished)::double / 3600 as node_hours,
        sum(exact(coalesce(wasted_node_s, 0))) filter (where not unfinished and busy_node_s is not null)::double / 3600
            as wasted_node_hours,
        max(highest_memory_percent) filter (where not unfinished) as highest_memory_percent,
        try_cast(sum(memory_samples) filter (where not unfinished) as bigint) as memory_samples
    from day_jobs
    group by day, group_kind, group_name
),

buckets as (
    select m.day, m.group_kind, m.group_name, d.measure, d.bucket, sum(d.mini_batches) as mini_batches
    from day_jobs as m
    join duration_measures as d using (job_id)
    where not m.unfinished
    group by all
),

below as (
    select
        *,
        sum(mini_batches) over w as so_far,
        sum(mini_batches) over (partition by day, group_kind, group_name, measure) as whole
    from buckets
    window w as (partition by day, group_kind, group_name, measure order by bucket)
),

quantiles as (
    select
        day,
        group_kind,
        group_name,
        bucket_middle(min(bucket) filter (where measure = 'run' and so_far >= 0.5 * whole)) as p50_run_s,
        bucket_middle(min(bucket) filter (where measure = 'run' and so_far >= 0.95 * whole)) as p95_run_s,
        bucket_middle(min(bucket) filter (where measure = 'run' and so_far >= 0.99 * whole)) as p99_run_s,
        bucket_middle(min(bucket) filter (where measure = 'elapsed' and so_far >= 0.5 * whole)) as p50_elapsed_s,
        bucket_middle(min(bucket) filter (where measure = 'elapsed' and so_far >= 0.95 * whole)) as p95_elapsed_s,
        bucket_middle(min(bucket) filter (where measure = 'elapsed' and so_far >= 0.99 * whole)) as p99_elapsed_s
    from below
    group by day, group_kind, group_name
),

errors as (
    select day, group_kind, group_name, count(distinct fingerprint) as distinct_errors
    from (
        select day, group_kind, group_name, unnest(error_fingerprints) as fingerprint
        from day_jobs
    )
    group by day, group_kind, group_name
)

select
    c.*,
    c.failed_items / nullif(c.items, 0) as failure_rate,
    q.* exclude (day, group_kind, group_name),
    coalesce(e.distinct_errors, 0) as distinct_errors,
    c.partial_jobs > 0 as partial
from counts as c
left join quantiles as q using (day, group_kind, group_name)
left join errors as e using (day, group_kind, group_name)
