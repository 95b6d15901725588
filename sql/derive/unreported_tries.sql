-- Which tries at mini-batches do only the worker logs tell of?
-- The ground of `attempts`: tries that no table reports, as in a job that still runs or whose table is not there. The
-- log line that starts a try tells no attempt number, so tries are counted: the first ones of a worker at a mini-batch
-- are those that the tables report. Is the next one open, and so in the tables, it is reported too. `number` orders the
-- tries at a mini-batch: the told attempt number, else one more than that of the tries that started before.
-- keep: step
with asked as (  -- of a mini-batch that is told of once there is nothing to count; a hash narrows down
    select hash(job_id, mini_batch_id) as mini_batch
    from logged_tries
    group by mini_batch
    having count(*) > 1
    union
    select hash(job_id, mini_batch_id)
    from attempt_reports
),

tries as (
    select
        job_id, file_id, line_no, mini_batch_id, node, process, pid, started_at,
        row_number() over (
            partition by job_id, mini_batch_id, node, process order by started_at, line_no
        ) as nth_of_worker,
        row_number() over (partition by job_id, mini_batch_id order by started_at, file_id, line_no) as nth
    from logged_tries
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
        coalesce(epoch_us(r.started_at), -r.attempt) as report,  -- of one start in two tables: one try told twice
        r.started_at < t.started_at as was_before,
        coalesce(r.node = t.node or c.job_id is null, true)
            and coalesce(r.process = t.process, r.pid = t.pid, true) as of_worker
    from tries as t
    join attempt_reports as r on r.job_id = t.job_id and r.mini_batch_id = t.mini_batch_id
    left join common_names as c on c.job_id = t.job_id
),

compared as (
    select
        file_id, line_no,
        count(distinct report) filter (where of_worker) as reports,
        count(distinct report) filter (where of_worker and outcome <> 'open') as results,
        max(attempt) filter (where was_before) as attempts_before
    from pairs
    group by file_id, line_no
)

select
    t.*,
    'worker' as source,
    coalesce(t.attempt, greatest(coalesce(n.nth, 1), coalesce(c.attempts_before, 0) + 1)) as number
from logged_tries as t
left join tries as n using (file_id, line_no)
left join compared as c using (file_id, line_no)
where t.outcome is not null
    and coalesce(n.nth_of_worker, 1)
    > case when t.outcome = 'open' then coalesce(c.reports, 0) else coalesce(c.results, 0) end
