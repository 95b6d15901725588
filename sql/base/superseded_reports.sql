-- Which reports of a try are told better by another report?
-- `attempts` leaves these out, so that each try is one row:
-- * `open` (picked, no result yet), once the same attempt has a result; where one of the two tells no attempt number,
--   once the same worker has a result for that mini-batch;
-- * V0's report (source report_v0), where the workers' own tables (task_csv) tell of that mini-batch;
-- * the worker's own row of a try whose result replaced an earlier one (V0 override_tasks.csv): the report's row stands.
select o.file_id, o.line_no
from attempt_reports as o
join attempt_reports as r using (job_id, mini_batch_id)
where o.outcome = 'open' and o.outcome <> r.outcome
    and (
        o.attempt = r.attempt
        or (
            (o.attempt is null or r.attempt is null)
            and o.node = r.node
            and (o.pid = r.pid or o.process = r.process or o.started_at = r.started_at)
        )
    )

union all

select o.file_id, o.line_no
from attempt_reports as o
join attempt_reports as w using (job_id, mini_batch_id)
where o.source = 'report_v0' and not coalesce(o.overrides, false)
    and w.source = 'task_csv' and (w.outcome <> 'open' or o.outcome = 'open')

union all

select w.file_id, w.line_no
from attempt_reports as w
join attempt_reports as o using (job_id, mini_batch_id, started_at)
where w.source = 'task_csv' and o.source = 'report_v0' and o.overrides
