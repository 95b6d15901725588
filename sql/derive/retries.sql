-- Which mini-batches needed more than one attempt, and why?
-- `outcomes`, `nodes` and `started_at` list the attempts that left a row, in order of time. If `attempts` is below the
-- highest attempt number, some attempts left no row: their worker died. `results` above 1: two workers finished the
-- same mini-batch, and its rows may appear twice in the output. `last_error` is the last error reported by an attempt.
-- order: wasted_worker_s desc nulls last, job_id, mini_batch_id
-- example: SELECT mini_batch_id, outcome, attempts, outcomes, wasted_worker_s FROM retries WHERE job_id =
-- 'timeouts-retries' LIMIT 3
with retried as (
    select
        job_id,
        mini_batch_id,
        max(attempt) as highest_attempt,
        count(*) filter (where outcome = 'done') as results,
        list_sort(list({
            started_at: started_at, attempt: attempt, file_id: file_id, line_no: line_no,
            outcome: outcome, node: node, error: nullif(error_message, '')
        })) as tries
    from judged_attempts
    where all_attempts > 1 or attempt > 1
    group by job_id, mini_batch_id
)

select
    job_id,
    mini_batch_id,
    m.outcome,
    m.attempts,
    r.highest_attempt,
    r.results,
    list_transform(r.tries, lambda t: t.outcome) as outcomes,
    list_transform(r.tries, lambda t: t.node) as nodes,
    list_transform(r.tries, lambda t: t.started_at) as started_at,
    m.wasted_worker_s,
    list_filter(r.tries, lambda t: t.error is not null)[-1].error as last_error,
    m.items,
    m.failed_items,
    m.inputs
from retried as r
join mini_batches as m using (job_id, mini_batch_id)
