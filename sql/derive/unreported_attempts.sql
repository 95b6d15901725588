-- Which attempts at mini-batches are recorded only in the worker logs?
-- The base view of `attempts`: attempts that no table reports, as in a running job or one whose table is missing. An
-- attempt in the logs and a report of the same worker that start within 2 s of each other are one. Attempts and reports
-- without such a match (a table may be in local time) are paired in their order: the first ones of a worker at a
-- mini-batch are those that the tables report. An attempt that is open, and therefore in the tables, is reported too.
-- `number` orders the attempts at a mini-batch: the recorded attempt number, else one more than that of the attempts
-- that started before.
-- keep: step
with asked as (  -- of a mini-batch that is told of once there is nothing to pair or count; a hash narrows down
    select hash(job_id, mini_batch_id) as mini_batch
    from logged_attempts
    group by mini_batch
    having count(*) > 1
    union
    select hash(job_id, mini_batch_id)
    from attempt_reports
),

tries as (
    select *, row_number() over (partition by job_id, mini_batch_id order by started_at, file_id, line_no) as nth
    from logged_attempts
    semi join asked on hash(job_id, mini_batch_id) = asked.mini_batch
),

common_names as (  -- tables may call a node by its address that paths call by its number
    select distinct job_id
    from attempt_reports
    semi join tries using (job_id, node)
),

pairs as (
    select
        t.file_id, t.line_no, r.outcome, r.attempt,
        coalesce(epoch_us(r.started_at), -r.attempt) as report,  -- of one start in two tables: one attempt told twice
        r.started_at < t.started_at as was_before,
        coalesce(r.node = t.node or c.job_id is null, true)
            and coalesce(r.process = t.process, r.pid = t.pid, true) as of_worker,
        abs(epoch(r.started_at - t.started_at)) as apart_s,
        of_worker and apart_s <= 2 as near,
        near and row_number() over (
            partition by r.file_id, r.line_no order by near desc nulls last, apart_s, t.line_no
        ) = 1 as same,
        bool_or(near) over (partition by r.file_id, r.line_no) as paired
    from tries as t
    join attempt_reports as r on r.job_id = t.job_id and r.mini_batch_id = t.mini_batch_id
    left join common_names as c on c.job_id = t.job_id
),

compared as (
    select
        file_id, line_no,
        bool_or(same) as is_reported,
        bool_or(same and outcome <> 'open') as has_result,
        max(attempt) filter (where same) as attempt,
        count(distinct report) filter (where of_worker and paired is distinct from true) as reports,
        count(distinct report) filter (where of_worker and paired is distinct from true and outcome <> 'open')
            as results,
        max(attempt) filter (where was_before and same is distinct from true) as attempts_before
    from pairs
    group by file_id, line_no
),

unpaired as (
    select
        t.* exclude (nth),
        coalesce(t.attempt, c.attempt, greatest(t.nth, coalesce(c.attempts_before, 0) + 1)) as number,
        case when t.outcome = 'open' then coalesce(c.reports, 0) else coalesce(c.results, 0) end as reports_left,
        row_number() over (
            partition by t.job_id, t.mini_batch_id, t.node, t.process order by t.started_at, t.line_no
        ) as nth_of_worker
    from tries as t
    left join compared as c using (file_id, line_no)
    where not coalesce(case when t.outcome = 'open' then c.is_reported else c.has_result end, false)
)

select * exclude (reports_left, nth_of_worker), 'worker' as source
from unpaired
where outcome is not null and nth_of_worker > reports_left
union all by name
select *, coalesce(attempt, 1) as number, 'worker' as source
from logged_attempts
anti join asked on hash(job_id, mini_batch_id) = asked.mini_batch
where outcome is not null
