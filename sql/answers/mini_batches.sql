-- What became of each mini-batch, and where?
-- One row per mini-batch: done if any of its attempts is done. Times, node, process, error and inputs are those of the
-- final attempt (its number is `attempt`); `attempts` counts the attempts that left a row. If `attempt` is higher than
-- that, the missing attempts left no row because their worker died. `failed_items` of a timeout, exception or poison is
-- all its items; of an open one it is NULL, not known yet. `wasted_worker_s` is the time of the attempts that are not
-- final.
-- example: SELECT mini_batch_id, outcome, attempts, items, failed_items, wasted_worker_s, node, process FROM
-- mini_batches WHERE job_id = 'era-2020-05' AND outcome <> 'done' ORDER BY mini_batch_id
select
    job_id,
    mini_batch_id,
    outcome,
    all_attempts as attempts,
    all_retries as retries,
    items,
    case outcome
        when 'done' then coalesce(succeeded, items - failed_items)
        when 'open' then null
        else items - failed_items
    end as succeeded_items,
    failed_items,
    all_started_at as first_started_at,
    all_ended_at as last_ended_at,
    elapsed_s,
    run_s,
    process_s,
    overhead_s,
    case when all_attempts = 1 then 0 else all_elapsed_s - coalesce(elapsed_s, 0) end as wasted_worker_s,
    node,
    process,
    pid,
    attempt,
    status,
    error_category,
    error_message,
    inputs,
    file_id,
    line_no
from judged_attempts
where final
