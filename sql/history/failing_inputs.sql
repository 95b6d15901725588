-- Which inputs keep failing?
-- One row per experiment and input that was in a failed mini-batch in two jobs or more, including jobs whose records
-- have been dropped since. Inputs are equal if their names are: two folders may hold different files of the same name,
-- so jobs are compared within an experiment. The logs do not record which input of a mini-batch is to blame: the
-- smaller `inputs_together`, the more certain it is. The number of jobs in which an input succeeded is not stored.
-- scope: all jobs
-- example: SELECT experiment, input, jobs_failed, inputs_together, last_job_id FROM failing_inputs ORDER BY
-- jobs_failed DESC, input LIMIT 3
with failures as (
    select
        h.experiment,
        i.*,
        h.day,
        h.started_at
    from input_measures as i
    join job_measures as h using (job_id)
)

select
    experiment,
    input,
    count(*) as jobs_failed,
    try_cast(sum(failed_mini_batches) as bigint) as failed_mini_batches,
    min(inputs_together) as inputs_together,
    min(day) as first_day,
    max(day) as last_day,
    arg_max(job_id, {started_at: coalesce(started_at, '-infinity'), job_id: job_id}) as last_job_id,
    arg_max(outcome, {started_at: coalesce(started_at, '-infinity'), job_id: job_id}) as last_outcome,
    arg_max(error_message, {started_at: coalesce(started_at, '-infinity'), job_id: job_id}) as last_error_message
from failures
group by experiment, input
having count(*) >= 2
order by jobs_failed desc, inputs_together, last_day desc nulls last, experiment, input
