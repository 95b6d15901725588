-- Which earlier jobs can each job of a history be compared with?
-- One row per job and earlier job; `nth` counts back from 1, the most recent one before it. `history` is the name of a
-- relation with the columns of `job_measures`. Jobs are comparable if they belong to the same `comparison_group`,
-- started before, completed, are not partial, and had about as much input: input items, else mini-batches, else items
-- with a result, within the factor `comparable_size_ratio`. `growth` is this job's size / that job's. Only the last 100
-- of the group are considered; the last `comparable_jobs` count.
-- example: SELECT job_id, nth, other_job_id, growth FROM comparable_jobs_in('job_measures') WHERE job_id = 'clean-v4'
-- ORDER BY nth
create or replace macro comparable_jobs_in(history) as table
with limits as (
    select
        threshold('comparable_jobs')::bigint as jobs_wanted,
        threshold('comparable_size_ratio') as size_ratio
),

sized as (
    select
        job_id,
        started_at,
        comparison_group(job_id, experiment, labels, source) as comparison_group,
        state = 'completed' and not coalesce(partial, false) as whole,
        {
            job_id: job_id,
            input_items: nullif(greatest(input_items, 0), 0)::double,
            mini_batches: nullif(greatest(scheduled_mini_batches, mini_batches, 0), 0)::double,
            items: nullif(greatest(items, 0), 0)::double
        } as size
    from query_table(history)
    where started_at is not null
),

earlier as (
    select
        job_id,
        size,
        comparison_group,
        list(size) filter (where whole) over (
            partition by comparison_group order by started_at, job_id rows between 100 preceding and 1 preceding
        ) as others
    from sized
    where comparison_group is not null
),

measured as (
    select
        job_id,
        comparison_group,
        list_reverse(list_filter(
            list_transform(others, lambda other: {
                job_id: other.job_id,
                growth: coalesce(
                    size.input_items / other.input_items,
                    size.mini_batches / other.mini_batches,
                    size.items / other.items
                )
            }),
            lambda other: other.growth between 1 / nullif(size_ratio, 0) and size_ratio
        ))[:jobs_wanted] as others
    from earlier, limits
)

select job_id, comparison_group, nth, others[nth].job_id as other_job_id, others[nth].growth as growth
from (select *, unnest(range(1, len(others) + 1)) as nth from measured);
