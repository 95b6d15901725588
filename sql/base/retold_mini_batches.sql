-- Which mini-batches are told by more than one report, and which try decided?
-- The ground of `judged_attempts`; the other mini-batches, nine of ten in a healthy job, need no judgement. The
-- deciding try: if any is done, the done one that ended last, else the last one. A result that overrides another one
-- goes before any that does not. `standing` are the reports that count as tries (see `superseded_reports`).
with told_often as (
    select hash(job_id, mini_batch_id) as mini_batch  -- a hash only narrows down: one text less to compare
    from attempt_reports
    group by mini_batch
    having count(*) > 1
)

select
    job_id,
    mini_batch_id,
    count(*) as attempts,
    count(*) filter (where coalesce(attempt > 1, overrides, false)) as retries,
    min(started_at) as started_at,
    max(after(started_at, elapsed_s)) as ended_at,
    sum(elapsed_s) as elapsed_s,
    max(total) as total,
    list({file_id: file_id, line_no: line_no}) as standing,
    arg_max({file_id: file_id, line_no: line_no}, {
        done: coalesce(outcome = 'done', false),
        overrides: coalesce(overrides, false),
        ended: coalesce(case when outcome = 'done' then after(started_at, elapsed_s) end, '-infinity'),
        attempt: coalesce(attempt, 0),
        started: coalesce(started_at, '-infinity'),
        file_id: file_id,
        line_no: line_no
    }) as deciding
from attempt_reports
semi join told_often on hash(job_id, mini_batch_id) = told_often.mini_batch
anti join superseded_reports using (file_id, line_no)
group by job_id, mini_batch_id
