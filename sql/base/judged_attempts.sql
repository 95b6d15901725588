-- x
select
    r.* replace (coalesce(r.overrides, false) as overrides),
    after(r.started_at, r.elapsed_s) as ended_at,
    r.elapsed_s - r.run_s as overhead_s,
    coalesce(r.attempt > 1, r.overrides, false) as is_retry,
    t.job_id is null or (r.file_id = t.deciding.file_id and r.line_no = t.deciding.line_no) as final,
    coalesce(t.attempts, 1) as all_attempts,
    coalesce(t.retries, is_retry::int) as all_retries,
    coalesce(t.started_at, r.started_at) as all_started_at,
    coalesce(t.ended_at, after(r.started_at, r.elapsed_s)) as all_ended_at,
    coalesce(t.elapsed_s, r.elapsed_s) as all_elapsed_s,
    case when r.outcome = 'open' then nullif(coalesce(t.total, r.total), 0) else coalesce(r.total, t.total) end as items,
    case
        when r.outcome = 'done' then coalesce(r.failed, r.total - r.succeeded)
        when r.outcome <> 'open' then coalesce(r.failed, items)
    end as items_failed
from attempt_reports as r
left join told_often as t using (job_id, mini_batch_id)
where r.mini_batch_id is not null
    and (t.job_id is null or list_contains(t.standing, {file_id: r.file_id, line_no: r.line_no}))
