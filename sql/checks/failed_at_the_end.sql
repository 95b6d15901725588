-- Did the job fail although all of its work was done?
-- All scheduled mini-batches are done, no item failed and no error states a cause, but the job failed. This is the sign
-- of the known issue `output_exists`, which often leaves no text in a log. A failure in the steps after scoring
-- (joining and uploading the results) looks the same.
-- fix: Check whether the predictions are there. `predictions.csv` cannot be overwritten: give each invocation a new or
-- empty output folder. Otherwise read `logs/job_result*.txt` and the end of the master's log.
-- reference: https://learn.microsoft.com/azure/machine-learning/how-to-troubleshoot-batch-endpoints
-- query: SELECT job_id, state, state_reason, mini_batches, scheduled_mini_batches, first_error FROM job_summary
-- WHERE job_id = {job}
-- when: EXISTS (FROM jobs WHERE state = 'failed')
with done as (
    select job_id, count(*) as mini_batches, max(last_ended_at) as ended_at
    from mini_batches
    group by job_id
    having count(*) filter (where outcome is distinct from 'done') = 0 and coalesce(sum(failed_items), 0) = 0
),

scheduled as (
    select job_id, max(coalesce(total, scheduled)) as mini_batches
    from progress
    group by job_id
)

select
    j.job_id,
    'severe' as severity,
    'Failed after scoring: all '
        || counted(d.mini_batches, 'mini-batch is', 'mini-batches are') || ' done, but the job failed' as headline,
    concat_ws(
        '; ', 'no item failed', 'reason: ' || cut_words(nullif(j.state_reason, ''), 300)
    ) as evidence,
    'the job failed; its output may be missing or incomplete' as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    d.ended_at as time,
    null as lost_s,
    to_json({mini_batches: d.mini_batches, state_reason: j.state_reason}) as numbers
from jobs as j
join done as d using (job_id)
left join scheduled as s using (job_id)
anti join (select job_id from error_reports where rank <= 2) as caused using (job_id)
where j.state = 'failed' and d.mini_batches >= coalesce(s.mini_batches, 0)
