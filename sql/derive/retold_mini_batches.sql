-- Which mini-batches have more than one report, and which attempt is final?
-- The base view of `judged_attempts`; the other mini-batches, nine of ten in a healthy job, need no judgement. The
-- final attempt: if any is done, the done one that ended last, else the last one. A result that overrides another one
-- takes precedence over any that does not. `standing` are the reports that count as attempts (see `superseded_reports`;
-- a log message that an open attempt ended replaces its row too).
-- keep: step
with logged as (
    select * from unreported_attempts
),

told_often as (
    select hash(job_id, mini_batch_id) as mini_batch  -- a hash only narrows down: one text less to compare
    from (
        select job_id, mini_batch_id from attempt_reports
        union all
        select job_id, mini_batch_id from logged
    )
    group by mini_batch
    having count(*) > 1
),

reports as (
    select
        r.job_id, r.mini_batch_id, r.file_id, r.line_no, r.started_at, r.elapsed_s, r.total, r.outcome, r.overrides,
        r.attempt as number
    from attempt_reports as r
    anti join superseded_reports as s on s.file_id = r.file_id and s.line_no = r.line_no
    anti join logged as l
        on l.job_id = r.job_id and l.mini_batch_id = r.mini_batch_id and l.node = r.node
        and coalesce(l.process = r.process, l.pid = r.pid)
        and r.outcome = 'open' and l.outcome <> 'open'
    union all
    select
        job_id, mini_batch_id, file_id, line_no, started_at, elapsed_s, total, outcome, null,
        number
    from logged
)

select
    job_id,
    mini_batch_id,
    count(*) as attempts,
    count(*) filter (where coalesce(number > 1, overrides, false)) as retries,
    min(started_at) as started_at,
    max(after(started_at, elapsed_s)) as ended_at,
    sum(exact(elapsed_s))::double as elapsed_s,
    max(total) as total,
    list({file_id: file_id, line_no: line_no} order by file_id, line_no) as standing,
    arg_max({file_id: file_id, line_no: line_no}, {
        done: coalesce(outcome = 'done', false),
        overrides: coalesce(overrides, false),
        ended: coalesce(case when outcome = 'done' then after(started_at, elapsed_s) end, '-infinity'),
        number: coalesce(number, 0),
        started: coalesce(started_at, '-infinity'),
        file_id: file_id,
        line_no: line_no
    }) as deciding
from reports
semi join told_often on hash(job_id, mini_batch_id) = told_often.mini_batch
group by job_id, mini_batch_id
