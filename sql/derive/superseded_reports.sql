-- Which reports of an attempt are superseded by another report?
-- `attempts` leaves these out, so that each attempt is one row: * `open` (picked, no result yet), once the same attempt
-- has a result; if one of the two has no attempt number, once the same worker has a result for that mini-batch; * V0's
-- report (source report_v0), if the workers' own tables (task_csv) report that mini-batch. But a result that replaced
-- an earlier one (V0 override_tasks.csv) is kept unless a worker reports the same attempt: the same start.
-- keep: step
select doubtful.file_id, doubtful.line_no
from attempt_reports as doubtful
join attempt_reports as other using (job_id, mini_batch_id)
where (doubtful.outcome = 'open' or doubtful.source = 'report_v0')
    and case
        when doubtful.overrides then
            other.source = 'task_csv' and other.outcome <> 'open' and other.started_at = doubtful.started_at
        when doubtful.source = 'report_v0' and other.source = 'task_csv' then
            other.outcome <> 'open' or doubtful.outcome = 'open'
        when doubtful.outcome = 'open' and other.outcome <> 'open' then
            other.attempt = doubtful.attempt
            or (
                (other.attempt is null or doubtful.attempt is null)
                and other.node = doubtful.node
                and (
                    other.pid = doubtful.pid
                    or other.process = doubtful.process
                    or other.started_at = doubtful.started_at
                )
            )
    end
