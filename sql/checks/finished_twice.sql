-- Were mini-batches finished by two workers?
-- There are two done attempts at one mini-batch: the later result overrides the earlier one in the report, but the rows
-- of both may be in an output that is appended to.
-- fix: Check the output of these mini-batches for duplicate rows. Raise the timeout: a mini-batch that takes longer is
-- given to another worker while the first one goes on.
-- reference: https://github.com/Azure/MachineLearningNotebooks/issues/1703
-- query: SELECT * FROM retries WHERE job_id = {job} AND results > 1
-- when: EXISTS (FROM judged_attempts WHERE all_attempts > 1 AND succeeded > 0)
with twice as (
    select
        job_id, mini_batch_id,
        count(*) as results,
        sum(exact(elapsed_s))::double - max(elapsed_s) as elapsed_s,
        min(started_at) as first_at,
        any_value(items) as items
    from judged_attempts
    where all_attempts > 1 and outcome = 'done' and succeeded > 0
    group by job_id, mini_batch_id
    having count(*) > 1
)

select
    job_id,
    'warning' as severity,
    concat(
        'Duplicate results (possible): ', counted(count(*), 'mini-batch was', 'mini-batches were'),
        ' finished more than once'
    ) as headline,
    concat(
        case when count(*) > 1 then 'mini-batches ' else 'mini-batch ' end,
        some_of(list(mini_batch_id order by mini_batch_id), 5), ': ', counted(sum(results), 'result', 'results')
    ) as evidence,
    concat_ws(
        '; ', counted(sum(items), 'item', 'items') || ' may appear twice in the output',
        time_lost(sum(exact(elapsed_s))::double, 'worker')
    ) as impact,
    null as node,
    null as process,
    min(mini_batch_id) as mini_batch_id,
    min(first_at) as time,
    sum(exact(elapsed_s))::double as lost_s,
    to_json({mini_batches: count(*), results: sum(results), items: sum(items)}) as numbers
from twice
group by job_id
