-- Are there inputs that cannot be processed?
-- Mini-batches that raised the same error in each of two or more attempts, as few others do (`points_to` input in
-- `failed_attempts`). The logs do not record which input of a mini-batch is to blame; inputs that fail in several jobs
-- are in `repeat_offender_inputs`. Tables of 2020 (V0) do not name inputs.
-- fix: Check the inputs of these mini-batches for damaged or empty files and for an unexpected format or encoding.
-- Repair or remove them, or catch the error per item in run().
-- reference: docs/explanation/true-answers.md
-- query: SELECT mini_batch_id, outcome, error_message, inputs FROM mini_batches WHERE job_id = {job} AND outcome <>
-- 'done' ORDER BY mini_batch_id
-- when: EXISTS (FROM failed_attempts WHERE points_to = 'input')
with in_this_job as (
    select
        job_id, mini_batch_id,
        count(*) as tries,
        any_value(error) as error,
        sum(exact(elapsed_s))::double as elapsed_s,
        min(started_at) as first_at,
        any_value(items) as items,
        any_value(lost) as lost
    from failed_attempts
    where points_to = 'input'
        and not regexp_matches(  -- these would fail with any input
            coalesce(error, ''),
            '(?i)No space left on device|\[Errno 28\]|disk quota exceeded|Too many open files|server ?busy'
                || '|Too many requests|\b429\b|\b503\b|throttl|quota'
        )
    group by job_id, mini_batch_id
),

told as (
    select
        job_id,
        count(*) as mini_batches,
        list(mini_batch_id order by mini_batch_id) as ids,
        sum(tries) as tries,
        sum(items) as items,
        mode(error order by error) as error,
        sum(exact(elapsed_s))::double as elapsed_s,
        min(first_at) as first_at,
        bool_or(lost) as lost
    from in_this_job
    group by job_id
)

select
    t.job_id,
    case when coalesce(t.lost, j.state not in ('running', 'stalled')) then 'severe' else 'warning' end as severity,
    concat(
        'Bad inputs (probable): ', counted(t.mini_batches, 'mini-batch', 'mini-batches'),
        ' failed with the same error on every attempt'
    ) as headline,
    concat(
        counted(t.tries, 'attempt', 'attempts'), ' of mini-batch', case when t.mini_batches > 1 then 'es ' else ' ' end,
        some_of(t.ids, 5), ': ', cut_words(t.error, 160)
    ) as evidence,
    concat_ws(
        '; ',
        counted(t.items, 'item', 'items') || case when t.lost then ' not processed' else ' not processed so far' end,
        time_lost(t.elapsed_s, 'worker')
    ) as impact,
    null as node,
    null as process,
    t.ids[1] as mini_batch_id,
    t.first_at as time,
    t.elapsed_s as lost_s,
    to_json({mini_batches: t.mini_batches, tries: t.tries, items: t.items, error: t.error}) as numbers
from told as t
join jobs as j on j.job_id = t.job_id
