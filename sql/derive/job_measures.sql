-- What are the measures of each job, in one row that can be compared with other jobs?
-- One row per job, including jobs whose records have been dropped: their measures stay. Counts are of outcomes, as in
-- `job_summary`. `day` is that of its start (UTC). Times of run() and elapsed times are of the final attempts;
-- `overhead_share` is the part of elapsed time outside run(). `items_per_s` is over the whole duration. `node_s`: all
-- nodes from the job's first to its last record, as the cluster holds them; busy and wasted node time are the time of
-- all attempts, and of those that are not final, divided by the worker processes that a node ran at one time; idle is
-- the rest. `errors` are causes only, no symptoms, and an exception that another file reports without its type is
-- deduplicated: for each distinct error the fingerprint, the count and the message (JSON, the 100 most frequent;
-- `distinct_errors` counts all); `error_fingerprints` lists the same. NULL means not recorded.
-- of: every job
-- keep: history
-- example: SELECT job_id, duration_s, p95_run_s, overhead_share, items_per_s, node_s, idle_node_s FROM job_measures
-- WHERE job_id IN ('clean-v4', 'timeouts-retries') ORDER BY job_id
with tries as (
    select
        job_id,
        sum(exact(elapsed_s))::double as busy_s,
        sum(exact(elapsed_s)) filter (where not final)::double as wasted_worker_s,
        quantiles_of(case when final then run_s end, [0.5, 0.95, 0.99]) as run_quantiles,
        max(run_s) filter (where final) as max_run_s,
        quantiles_of(case when final then elapsed_s end, [0.5, 0.95, 0.99]) as elapsed_quantiles,
        max(elapsed_s) filter (where final) as max_elapsed_s,
        sum(exact(overhead_s)) filter (where final and run_s is not null)::double as overhead_s,
        sum(exact(elapsed_s)) filter (where final and run_s is not null)::double as elapsed_of_runs_s
    from judged_attempts
    group by job_id
),

places as (
    select job_id, max(at_one_time) as processes_at_one_time
    from worker_processes
    group by job_id
),

told_items as (
    select job_id, max(items) as input_items
    from progress
    group by job_id
),

causes as (
    select
        job_id, fingerprint, source,
        sum(coalesce(occurrences, 1)) as occurrences,
        min(error_text(exception_type, exception_message, headline)) as example,
        min(exception_message) as message,
        bool_or(exception_type is not null) as is_typed
    from error_reports
    where not symptom and fingerprint is not null
    group by job_id, fingerprint, source
),

distinct_causes as (
    select
        job_id, fingerprint, max(occurrences) as occurrences, min(example) as example, min(message) as message,
        bool_or(is_typed) as is_typed
    from causes
    group by job_id, fingerprint
),

exceptions as (
    select
        job_id,
        list(distinct case when regexp_matches(masked(message), '[A-Za-z]{3}') then masked(message) else message end)
            as messages
    from distinct_causes
    where is_typed and message <> ''
    group by job_id
),

told_once as ( -- other files tell the same exception without its type
    select c.*
    from distinct_causes as c
    left join exceptions as e on e.job_id = c.job_id and not c.is_typed
    where not coalesce(list_bool_or(list_transform(
        e.messages[:100], lambda one: ends_with(c.message, one) or ends_with(masked(c.message), one)
    )), false)
),

errors_of_jobs as (
    select
        job_id,
        count(*) as distinct_errors,
        list({
            fingerprint: fingerprint,
            occurrences: try_cast(occurrences as bigint),
            example: cut_words(regexp_extract(example, '^[^\r\n]*'), 200)
        } order by occurrences desc, fingerprint)[:100] as listed
    from told_once
    group by job_id
)

select
    s.job_id,
    try_cast(s.started_at as date) as day,
    s.started_at,
    s.ended_at,
    s.state,
    s.state_reason,
    s.partial,
    s.generation,
    j.experiment,
    j.compute_target,
    j.labels,
    j.source,
    settings.input_folder,
    settings.settings,
    s.duration_s,
    j.queue_s,
    s.scheduled_mini_batches,
    s.mini_batches,
    s.failed_mini_batches,
    s.open_mini_batches,
    told_items.input_items,
    s.items,
    s.failed_items,
    s.failure_rate,
    s.attempts,
    s.retries,
    s.timeouts,
    s.exceptions,
    s.poisoned,
    t.run_quantiles[1] as p50_run_s,
    t.run_quantiles[2] as p95_run_s,
    t.run_quantiles[3] as p99_run_s,
    t.max_run_s,
    t.elapsed_quantiles[1] as p50_elapsed_s,
    t.elapsed_quantiles[2] as p95_elapsed_s,
    t.elapsed_quantiles[3] as p99_elapsed_s,
    t.max_elapsed_s,
    t.overhead_s / nullif(t.elapsed_of_runs_s, 0) as overhead_share,
    s.items / nullif(s.duration_s, 0) as items_per_s,
    s.nodes,
    s.nodes_without_work,
    s.processes,
    places.processes_at_one_time,
    s.restarts,
    nullif(s.nodes, 0) * s.duration_s as node_s,
    t.busy_s / nullif(places.processes_at_one_time, 0) as busy_node_s,
    t.wasted_worker_s / nullif(places.processes_at_one_time, 0) as wasted_node_s,
    greatest(node_s - busy_node_s, 0) as idle_node_s,
    s.highest_memory_percent,
    s.memory_samples,
    s.first_error,
    coalesce(e.distinct_errors, 0) as distinct_errors,
    coalesce(list_transform(e.listed, lambda error: error.fingerprint), []::varchar[]) as error_fingerprints,
    to_json(coalesce(e.listed, []))::varchar as errors,
    j.files,
    j.bytes,
    s.files_unclaimed,
    s.rejects,
    j.loaded_at
from job_summary as s
join jobs as j using (job_id)
left join tries as t using (job_id)
left join places using (job_id)
left join told_items using (job_id)
left join errors_of_jobs as e using (job_id)
left join job_settings as settings using (job_id)
