-- How does each day of a group of jobs compare with the days before it, measure by measure?
-- One row per day, group (`job_groups`) and measure of `comparison_rules`, of the aggregates that the nightly runs
-- stored in `daily_groups`. A day is compared with the group's last days before it that are not partial, among the last
-- 100; columns and verdicts are those of `job_comparisons`, `compared_days` counts days. Times are only judged in
-- groups whose jobs are of one kind (experiment, endpoint, deployment, label): the times of all jobs together, or of
-- all jobs of a cluster, rise when other jobs run. A day shows more than a job: many jobs that each failed a little
-- more than usual are a rise that none of them shows alone.
-- threshold: comparable_days = 20 days: number of earlier days of a group, the most recent ones, that a day is compared
-- with
-- scope: all jobs
-- example: SELECT day, group_kind, measure, value, verdict, sentence FROM group_comparisons WHERE group_kind = 'all'
-- ORDER BY day DESC, measure LIMIT 2
with told as (
    select
        day,
        group_kind,
        group_name,
        jobs,
        partial,
        unnest([
            {
                measure: 'failure_rate', value: failure_rate,
                weight: items::double, sample: mini_batches::double, of_one_kind: false
            },
            {
                measure: 'failed_mini_batches',
                value: case when items = 0 then failed_mini_batches / nullif(mini_batches, 0) end,
                weight: mini_batches::double, sample: mini_batches::double, of_one_kind: false
            },
            {
                measure: 'failed_jobs', value: failed / nullif(completed + failed, 0),
                weight: (completed + failed)::double, sample: (completed + failed)::double, of_one_kind: false
            },
            {measure: 'p50_run_s', value: p50_run_s, weight: 1, sample: null, of_one_kind: true},
            {measure: 'p95_run_s', value: p95_run_s, weight: 1, sample: null, of_one_kind: true},
            {
                measure: 'p50_elapsed_s', value: case when p50_run_s is null then p50_elapsed_s end,
                weight: 1, sample: null, of_one_kind: true
            },
            {
                measure: 'p95_elapsed_s', value: case when p95_run_s is null then p95_elapsed_s end,
                weight: 1, sample: null, of_one_kind: true
            },
            {
                measure: 'retries', value: retries / nullif(mini_batches + retries, 0),
                weight: (mini_batches + retries)::double, sample: (mini_batches + retries)::double, of_one_kind: false
            },
            {
                measure: 'timeouts', value: timeouts / nullif(mini_batches + retries, 0),
                weight: (mini_batches + retries)::double, sample: (mini_batches + retries)::double, of_one_kind: false
            },
            {
                measure: 'exceptions', value: exceptions / nullif(mini_batches + retries, 0),
                weight: (mini_batches + retries)::double, sample: (mini_batches + retries)::double, of_one_kind: false
            },
            {
                measure: 'wasted_share', value: wasted_node_hours / nullif(node_hours, 0),
                weight: 1, sample: null, of_one_kind: false
            },
            {
                measure: 'highest_memory', value: highest_memory_percent / 100,
                weight: 1, sample: null, of_one_kind: true
            }
        ], recursive := true)
    from daily_groups
    where jobs > partial_jobs
),

with_past as (
    select
        *,
        coalesce(
            list_slice(
                list_reverse(list(value) filter (where not partial) over (
                    partition by group_kind, group_name, measure order by day
                    rows between 100 preceding and 1 preceding
                )),
                1, threshold('comparable_days')::bigint
            ),
            []
        ) as past
    from told
    where isfinite(value) and value between 0 and 1e12 and isfinite(weight) and weight > 0
        and (not of_one_kind or group_kind not in ('all', 'compute'))
),

judged as (
    select
        p.*,
        rule,
        departure(p.value, p.past, rule, p.sample) as found,
        case when partial then 'partial' else departure_verdict(found, rule, p.value, p.weight, p.past) end as verdict
    from with_past as p
    join comparison_rules as rule on rule.measure = p.measure
)

select
    day,
    group_kind,
    group_name,
    jobs,
    measure,
    value,
    found.median as usual,
    found.mad as mad,
    found.runs as compared_days,
    found.ratio as ratio,
    found.z as z,
    verdict,
    departure_severity(found, rule, verdict, value) as severity,
    case verdict
        when 'partial' then 'not compared: a job of this day is still running, or its files are truncated'
        else departure_sentence(found, rule, verdict, value, weight, 'day', 'days')
    end as sentence
from judged
order by day desc, group_kind, group_name, rule.place
