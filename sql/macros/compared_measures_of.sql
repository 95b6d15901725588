-- Which measures of jobs can be compared, one row each?
-- `history` is the name of a relation with the columns of `job_measures`; the rules are `comparison_rules`. `value` is
-- the compared value; `weight` converts a rate to events (items, attempts), otherwise it is 1; `sample` is the number
-- of independent chances behind a rate: items of a mini-batch fail together, so it is mini-batches for failed items.
-- `size_matters`: more input takes more of it. Times of mini-batches are those in run(), or elapsed ones where those
-- are not recorded. Values that no job can have are left out.
-- example: SELECT measure, value, weight, sample FROM compared_measures_of('job_measures') WHERE job_id = 'clean-v4'
-- ORDER BY measure LIMIT 3
create or replace macro compared_measures_of(history) as table
with told as (
    select
        job_id,
        started_at,
        unnest([
            {
                measure: 'failure_rate', value: failed_items / nullif(items, 0),
                weight: items::double, sample: mini_batches::double, size_matters: false
            },
            {
                measure: 'failed_mini_batches',
                value: case when items = 0 then failed_mini_batches / nullif(mini_batches, 0) end,
                weight: mini_batches::double, sample: mini_batches::double, size_matters: false
            },
            {measure: 'duration_s', value: duration_s, weight: 1, sample: null, size_matters: true},
            {measure: 'p50_run_s', value: p50_run_s, weight: 1, sample: null, size_matters: false},
            {measure: 'p95_run_s', value: p95_run_s, weight: 1, sample: null, size_matters: false},
            {
                measure: 'p50_elapsed_s', value: case when p50_run_s is null then p50_elapsed_s end,
                weight: 1, sample: null, size_matters: false
            },
            {
                measure: 'p95_elapsed_s', value: case when p95_run_s is null then p95_elapsed_s end,
                weight: 1, sample: null, size_matters: false
            },
            {measure: 'overhead_share', value: overhead_share, weight: 1, sample: null, size_matters: false},
            {measure: 'node_s', value: node_s, weight: 1, sample: null, size_matters: true},
            {
                measure: 'retries', value: retries / nullif(attempts, 0),
                weight: attempts::double, sample: attempts::double, size_matters: false
            },
            {
                measure: 'timeouts', value: timeouts / nullif(attempts, 0),
                weight: attempts::double, sample: attempts::double, size_matters: false
            },
            {
                measure: 'exceptions', value: exceptions / nullif(attempts, 0),
                weight: attempts::double, sample: attempts::double, size_matters: false
            },
            {measure: 'restarts', value: restarts::double, weight: 1, sample: null, size_matters: true},
            {
                measure: 'highest_memory', value: highest_memory_percent / 100,
                weight: 1, sample: null, size_matters: false
            },
            {measure: 'queue_s', value: queue_s, weight: 1, sample: null, size_matters: false}
        ], recursive := true)
    from query_table(history)
)

select job_id, started_at, measure, value, weight::double as weight, sample, size_matters
from told
where isfinite(value) and value between 0 and 1e12 and isfinite(weight) and weight > 0;
