-- x
with told_often as (
    select job_id, mini_batch_id
    from attempt_reports
    group by job_id, mini_batch_id
    having count(*) > 1
)

select
    job_id,
    mini_batch_id,
    count(*) as attempts,
    count_if(coalesce(attempt > 1, overrides)) as retries,
    min(started_at) as started_at,
    max(after(started_at, elapsed_s)) as ended_at,
    sum(elapsed_s) as elapsed_s,
    max(total) as total,
    arg_max({file_id: file_id, line_no: line_no}, {
        done: coalesce(outcome = 'done', false),
        overrides: coalesce(overrides, false),
        ended: case when outcome = 'done' then coalesce(after(started_at, elapsed_s), '-infinity') else '-infinity' end,
        attempt: coalesce(attempt, 0),
        started: coalesce(started_at, '-infinity'),
        file_id: file_id, line_no: line_no
        }) as deciding,
    list({file_id: file_id, line_no: line_no}) as standing
from attempt_reports
semi join told_often using (job_id, mini_batch_id)
anti join superseded_reports using (file_id, line_no)
group by job_id, mini_batch_id
