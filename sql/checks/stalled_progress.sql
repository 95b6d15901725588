-- Did the job stall, with no mini-batch in progress, although there was work left?
-- Either the job is `stalled`, or it failed without any progress at its end, or no worker had anything in progress for
-- a long time before the job continued with a mini-batch that had been waiting (not a retry, which the queue hides for
-- a while). A job that waits for long mini-batches is not stalled. A progress file that stops is no sign: it can end
-- before its job. `lost_s` is node time, of the nodes with attempts; share and severity refer to the job's time.
-- fix: Read the logs of the master and the node managers at that time (`log_records`). If the job still runs, cancel
-- and restart it.
-- reference: https://github.com/Azure/azure-sdk-for-python/issues/30421
-- query: SELECT time, source, node, level, message FROM log_records WHERE job_id = {job} ORDER BY time
-- explains: No progress update in \d+ seconds
-- threshold: stall_s = 300 s: no mini-batch was in progress for at least this long; milliseconds are usual
-- when: EXISTS (FROM jobs WHERE state IN ('failed', 'stalled')) OR EXISTS (FROM worker_gaps WHERE gap_s >=
-- threshold('stall_s'))
with silences as (
    select job_id, from_at, gap_s, false as at_end
    from worker_gaps
    where kind = 'job' and not next_is_retry and gap_s >= threshold('stall_s') and gap_s < 1e8
),

works as (
    select
        job_id,
        min(started_at) as first_start,
        max(ended_at) as last_end,
        count(distinct mini_batch_id) filter (where ended_at is not null) as mini_batches,
        count(*) filter (where ended_at is null) as open_attempts,
        count(distinct node) as nodes
    from timed_attempts
    group by job_id
),

scheduled as (
    select job_id, max(coalesce(total, scheduled)) as mini_batches
    from progress
    group by job_id
),

ends as (
    select w.job_id, w.last_end as from_at, epoch(j.last_record_at - w.last_end) as gap_s, true as at_end
    from works as w
    join jobs as j using (job_id)
    left join scheduled as s on s.job_id = w.job_id
    where j.state in ('failed', 'stalled')
        and gap_s >= threshold('stall_s') and gap_s < 1e8  -- else a time is damaged
        and coalesce(w.mini_batches < s.mini_batches, true)
),

longest as (
    select
        job_id,
        count(*) as stalls,
        sum(exact(gap_s))::double as stood_s,
        max({gap_s: gap_s, from_at: from_at, at_end: at_end}) as one,
        bool_or(at_end) as at_end
    from (from silences union all from ends)
    group by job_id
)

select
    l.job_id,
    case when l.at_end then 'severe' else severity_of_loss(l.stood_s, l.job_s) end as severity,
    case
        when l.one.at_end and l.state = 'stalled' then
            printf('Stalled: no mini-batch finished in the last %s of the logs', spell_of(l.one.gap_s))
        when l.one.at_end then
            printf('Stalled: no mini-batch finished in the last %s before the job failed', spell_of(l.one.gap_s))
        else printf('Stalled: no mini-batch in progress for %s, though some were waiting', spell_of(l.one.gap_s))
    end as headline,
    concat_ws(
        '; ',
        case when l.stalls > 1 then
            printf('%d times, %s in all, longest from %s', l.stalls, spell_of(l.stood_s), l.one.from_at)
        else 'from ' || date_trunc('second', l.one.from_at) end,
        case when l.one.at_end and l.open_attempts > 0 then
            counted(l.open_attempts, 'attempt', 'attempts') || ' never ended'
        end
    ) as evidence,
    time_lost(l.stood_s * greatest(l.nodes, 1), 'node') as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    l.one.from_at as time,
    l.stood_s * greatest(l.nodes, 1) as lost_s,
    to_json({
        longest_s: l.one.gap_s, stalls: l.stalls, stood_s: l.stood_s, at_the_end: l.at_end,
        open_attempts: l.open_attempts,
        nodes: l.nodes, state: l.state
    }) as numbers
from (
    select
        longest.*, w.open_attempts, w.nodes, j.state,
        epoch(j.last_record_at - w.first_start) as job_s
    from longest
    join works as w using (job_id)
    join jobs as j using (job_id)
) as l
