-- Which mini-batches needed more than one try, and why?
-- `outcomes`, `nodes` and `started_at` list the tries that left a row, in order of time. `attempts` below the highest
-- try number means that tries left no row: their worker died. `results` above 1: two workers finished the same
-- mini-batch, and its rows may stand twice in the output. `last_error` is the last error told by a try.
with tries as (
    select
        job_id,
        mini_batch_id,
        count(*) as attempts,
        max(attempt) as highest_attempt,
        count(*) filter (where outcome = 'done') as results,
        list(outcome order by started_at, attempt, file_id, line_no) as outcomes,
        list(node order by started_at, attempt, file_id, line_no) as nodes,
        list(started_at order by started_at, attempt, file_id, line_no) as started_at,
        last(error_message order by started_at, attempt, file_id, line_no)
            filter (where error_message <> '') as last_error
    from judged_attempts
    where all_attempts > 1 or attempt > 1
    group by job_id, mini_batch_id
)

select
    job_id, mini_batch_id, m.outcome, t.attempts, t.highest_attempt, t.results, t.outcomes, t.nodes, t.started_at,
    m.wasted_s, t.last_error, m.total, m.failed, m.inputs
from tries as t
join mini_batches as m using (job_id, mini_batch_id)
order by m.wasted_s desc, job_id, mini_batch_id
