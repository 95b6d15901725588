-- Which inputs fail in more than one job?
-- One row per input whose mini-batch gave no result (all its items failed, whatever its attempts) in two or more jobs.
-- Inputs are compared by name and, where recorded, by the last part of their folder: the logs do not record whether the
-- content is the same. `jobs_succeeded` counts jobs in which its mini-batch gave a result. A mini-batch fails as a
-- whole: `suspects` is how many of its inputs failed in as many jobs and succeeded in as few. If it is 1, this input is
-- to blame; if it is 10, any of the ten may be. `last_error` is from the last job. Tables of 2020 (V0) do not name
-- inputs; open mini-batches do not count.
-- scope: all jobs
-- example: SELECT input, jobs_failed, jobs_succeeded, suspects, last_job_id FROM repeat_offender_inputs LIMIT 3
with failures as (  -- attempts are read twice: a relation of them, named and used twice, would be held
    select
        job_id, mini_batch_id, started_at,
        coalesce(inputs_folder, '') as folder,
        cut_words(error_message, 300) as error,
        unnest(list_distinct(inputs)) as input
    from judged_attempts
    where final and outcome <> 'open' and (outcome <> 'done' or (succeeded = 0 and items > 0))
),

offenders as (
    select
        input, folder,
        count(distinct job_id) as jobs_failed,
        count(*) as failed_mini_batches,
        list_sort(list(distinct job_id)) as jobs,
        min(started_at) as first_failed_at,
        max(started_at) as last_failed_at,
        arg_max(
            {job_id: job_id, mini_batch_id: mini_batch_id, error: error},
            {started: started_at, job_id: job_id, mini_batch_id: mini_batch_id}
        ) as last_one
    from failures
    group by input, folder
    having jobs_failed >= 2
),

successes as (
    select r.input, r.folder, count(distinct r.job_id) as jobs_succeeded, max(r.started_at) as last_succeeded_at
    from (
        select job_id, started_at, coalesce(inputs_folder, '') as folder, unnest(inputs) as input
        from judged_attempts
        where final and outcome = 'done' and not coalesce(succeeded = 0 and items > 0, false)
    ) as r
    semi join offenders as o on o.input = r.input and o.folder = r.folder
    group by r.input, r.folder
)

select
    o.input,
    nullif(o.folder, '') as folder,
    o.jobs_failed,
    coalesce(s.jobs_succeeded, 0) as jobs_succeeded,
    o.failed_mini_batches,
    count(*) over (
        partition by o.last_one.job_id, o.last_one.mini_batch_id, o.folder, o.jobs_failed, coalesce(s.jobs_succeeded, 0)
    ) as suspects,
    o.first_failed_at,
    o.last_failed_at,
    s.last_succeeded_at,
    o.last_one.job_id as last_job_id,
    o.last_one.mini_batch_id as last_mini_batch_id,
    o.last_one.error as last_error,
    o.jobs
from offenders as o
left join successes as s on s.input = o.input and s.folder = o.folder
order by o.jobs_failed - coalesce(s.jobs_succeeded, 0) desc, o.last_failed_at desc, o.input, o.folder
