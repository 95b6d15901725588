-- Which attempts were made at each mini-batch, and what do they mean for the mini-batch?
-- The base view of `attempts` and `mini_batches`; query those instead. `reported_by`: table, or log where no table
-- records the attempt (see `unreported_attempts`). `final` marks the final attempt (`retold_mini_batches`). `items*`
-- are those of the mini-batch if this attempt is final: a timeout, an exception or poison fails all its items, an open
-- one fails nothing yet (NULL). `all_*` are of all attempts at the mini-batch.
-- example: SELECT attempt, outcome, final, items, failed_items, all_attempts, all_elapsed_s FROM judged_attempts WHERE
-- job_id = 'memory-growth' AND mini_batch_id = 47 ORDER BY attempt
with retold as materialized (
    select * from retold_mini_batches
),

told as (
    select *, 'table' as reported_by, attempt as number
    from attempt_reports
    where mini_batch_id is not null
    union all by name
    select *, 'log' as reported_by
    from unreported_attempts
)

select
    r.* exclude (number) replace (coalesce(r.overrides, false) as overrides),
    after(r.started_at, r.elapsed_s) as ended_at,
    r.elapsed_s - r.run_s as overhead_s,
    nullif(regexp_extract(r.detail, '"location": *"(?:[^"]*[/\\])?([^"/\\]+)[/\\]?"', 1), '') as inputs_folder,
    coalesce(r.number > 1, r.overrides, false) as is_retry,
    m.job_id is null or (r.file_id = m.deciding.file_id and r.line_no = m.deciding.line_no) as final,
    coalesce(m.attempts, 1) as all_attempts,
    coalesce(m.retries, is_retry::bigint) as all_retries,
    coalesce(m.started_at, r.started_at) as all_started_at,
    coalesce(m.ended_at, after(r.started_at, r.elapsed_s)) as all_ended_at,
    coalesce(m.elapsed_s, r.elapsed_s) as all_elapsed_s,
    case
        when r.outcome = 'open' then nullif(coalesce(m.total, r.total), 0)  -- 0 stands for not told
        else coalesce(r.total, m.total)
    end as items,
    case
        when r.outcome = 'done' then coalesce(r.failed, r.total - r.succeeded)
        when r.outcome <> 'open' then coalesce(r.failed, items)
    end as failed_items
from told as r
left join retold as m using (job_id, mini_batch_id)
where m.job_id is null or list_contains(m.standing, {file_id: r.file_id, line_no: r.line_no})
