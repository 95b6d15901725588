-- Did the job end with mini-batches that were never processed?
-- A failed job that scheduled more mini-batches than have a result, according to its progress or its mini-batch table,
-- whichever reports more. Open attempts of a running job are not lost. Not judged where the mini-batch table is missing
-- or cut, nor where init() failed and therefore nothing ran.
-- fix: Fix what stopped the job, then run it again for the inputs without a result.
-- reference: docs/reference/formats.md §9
-- query: SELECT mini_batch_id, outcome, node, inputs FROM mini_batches WHERE job_id = {job} AND outcome = 'open'
-- explains: pending tasks which can be found
-- unless: init_failing
-- when: EXISTS (FROM jobs WHERE state = 'failed')
with results as (
    select
        job_id,
        count(*) filter (where outcome <> 'open') as told,
        count(*) filter (where outcome = 'open') as still_open,
        min(mini_batch_id) filter (where outcome = 'open') as first_open
    from judged_attempts
    where final
    group by job_id
),

progress_told as (
    select
        job_id,
        max(coalesce(total, scheduled)) as scheduled,
        max(processed) as processed
    from progress
    group by job_id
),

tables as (
    select job_id, bool_or(ends_cut or status <> 'parsed') as cut
    from files
    where kind in ('mini_batches', 'task_csv', 'report_v0')
    group by job_id
)

select
    j.job_id,
    'severe' as severity,
    concat(
        'Lost work: ', p.scheduled - greatest(r.told, coalesce(p.processed, 0)), ' of ', p.scheduled,
        ' scheduled mini-batches have no result'
    ) as headline,
    concat_ws(
        '; ', 'the job stopped: ' || cut_words(j.state_reason, 400),
        case when r.still_open > 0 then
            counted(r.still_open, 'mini-batch was', 'mini-batches were') || ' in progress'
        end
    ) as evidence,
    counted(
        p.scheduled - greatest(r.told, coalesce(p.processed, 0)), 'mini-batch', 'mini-batches'
    ) || ' not processed' as impact,
    null as node,
    null as process,
    r.first_open as mini_batch_id,
    j.ended_at as time,
    null as lost_s,
    to_json({
        scheduled: p.scheduled, with_result: r.told, processed: p.processed, in_work: r.still_open,
        state_reason: j.state_reason
    }) as numbers
from jobs as j
join progress_told as p on p.job_id = j.job_id
join results as r on r.job_id = j.job_id
join tables as t on t.job_id = j.job_id
where j.state = 'failed'
    and not coalesce(t.cut, false)
    and r.told > 0
    and p.scheduled > greatest(r.told, coalesce(p.processed, 0))
