-- Where may memory have run out, and which mini-batch was in progress then?
-- One row per worker process that ended while the job was running (`event` worker ended; not those that ended by a
-- timeout or a failed init()), and per worker and minute whose texts say that memory ran out (`event` logged, see
-- `out_of_memory_texts`) although it went on. Node and process memory are of the last sample before, `sampled_s`
-- seconds before: a sample is not a peak and children of a process are not counted, so a low value proves nothing if it
-- is old. `grown_mb` is from the first sample of the process to that one. `suspicion` high: a text or signal 9 together
-- with high or growing memory, or memory that was both; medium: one of these; low: the process only ended, or crashed
-- with another signal. `reason` says why.
-- order: job_id, time, node, process
-- example: SELECT node, process, mini_batch_id, suspicion, node_percent, sampled_s, grown_mb FROM
-- out_of_memory_suspects LIMIT 3
-- threshold: memory_high_percent = 85 %: at this share of a node's memory or more, the end of a worker points to lack
-- of memory
-- threshold: memory_room_percent = 50 %: on a node that is less full than this, a process that has grown had room
-- threshold: memory_grown_percent = 10 %: a process counts as grown if it gained this share of the node's memory since
-- its first sample
-- when: EXISTS (FROM out_of_memory_texts) OR EXISTS (FROM worker_ends)
with words as (
    select
        job_id, node, process,
        min(said_at) as said_at,
        arg_min(cut_words(text, 300), {said_at: said_at, line_no: line_no}) as said
    from out_of_memory_texts
    group by job_id, node, process, date_trunc('minute', said_at)
),

ends as materialized (
    select * from worker_ends
    where reason not in ('init', 'timeout', 'stopped') and process is not null
),

marked as (
    select
        job_id, node, process, replaced_by, ended_at, mini_batch_id, attempt, elapsed_s, exit_code, reason, said,
        'worker ended' as event,
        exists (
            select 1 from words as w
            where w.job_id = e.job_id and w.node = e.node
                and (w.process = e.process or w.process is null or w.process in ('_main', 'MainProcess', 'manager'))
                and (w.said_at is null or abs(epoch(w.said_at - e.ended_at)) < 60)
        ) as words_told
    from ends as e
    union all
    select
        w.job_id, w.node, w.process, null, w.said_at, t.mini_batch_id, t.attempt, t.elapsed_s, null, 'logged', w.said,
        'logged',
        true
    from words as w
    left join lateral (
        select a.mini_batch_id, a.attempt, a.elapsed_s
        from attempt_reports as a
        where a.job_id = w.job_id and a.node = w.node and a.process = w.process and a.outcome <> 'open'
            and w.said_at between a.started_at and after(a.started_at, a.elapsed_s + 5)
        order by a.started_at desc
        limit 1
    ) as t on true
    where w.process is not null and w.process not in ('_main', 'MainProcess', 'manager')
        and not exists (
            select 1 from ends as e
            where e.job_id = w.job_id and e.node = w.node and e.process = w.process
                and (w.said_at is null or abs(epoch(w.said_at - e.ended_at)) < 60)
        )
),

node_checks as (
    select
        *,
        (percent - lag(percent) over (partition by job_id, node order by sampled_at))
            / epoch(sampled_at - lag(sampled_at) over (partition by job_id, node order by sampled_at)) as percent_per_s
    from (  -- one of each time
        select
            job_id, node, s.time as sampled_at, max(memory_used_percent) as percent, max(memory_total_mb) as total_mb
        from node_samples as s
        semi join marked using (job_id, node)
        where memory_used_percent is not null and s.time is not null
        group by all
    )
),

loaded as (  -- a model that init() loads is no growth
    select job_id, node, process, max(after(e.time, elapsed_s)) as loaded_at
    from entry_script_events as e
    where event in ('init', 'load')
    group by job_id, node, process
),

process_checks as (
    select
        s.job_id, s.node, s.process,
        max({sampled_at: s.time, percent: s.memory_used_percent}) as last_one,
        coalesce(
            min({sampled_at: s.time, percent: s.memory_used_percent}) filter (where s.time >= l.loaded_at),
            min({sampled_at: s.time, percent: s.memory_used_percent})
        ) as first_one,
        count(*) as samples
    from process_samples as s
    join marked as m on m.job_id = s.job_id and m.node = s.node and m.process = s.process and s.time <= m.ended_at
    left join loaded as l on l.job_id = s.job_id and l.node = s.node and l.process = s.process
    where s.memory_used_percent is not null
    group by s.job_id, s.node, s.process
),

measured as (
    select
        m.*,
        n.percent as node_percent,
        epoch(m.ended_at - n.sampled_at) as sampled_s,
        greatest(n.percent, n.percent + n.percent_per_s * epoch(m.ended_at - n.sampled_at)) as node_percent_then,
        p.last_one.percent as process_percent,
        p.last_one.percent - p.first_one.percent as grown_percent,
        n.total_mb,
        coalesce(p.samples, 0) as samples,
        coalesce(node_percent_then >= threshold('memory_high_percent'), false) as node_high,
        coalesce(grown_percent >= threshold('memory_grown_percent'), false)
            and coalesce(node_percent_then >= threshold('memory_room_percent'), true) as grown,
        coalesce(m.exit_code in (-11, -6, -7, -4, -8, 139, 134, 135, 132, 136), false) as crashed
    from marked as m
    asof left join node_checks as n on n.job_id = m.job_id and n.node = m.node and n.sampled_at <= m.ended_at
    left join process_checks as p on p.job_id = m.job_id and p.node = m.node and p.process = m.process
)

select
    job_id,
    node,
    process,
    event,
    ended_at as time,
    replaced_by,
    mini_batch_id,
    attempt,
    case
        when crashed and not words_told then 'low'
        when (words_told or reason = 'killed') and (words_told or node_high or grown) then 'high'
        when reason = 'died' and node_high and grown then 'high'
        when reason = 'killed' and not coalesce(node_percent < 60 and sampled_s < 60, false) then 'medium'
        when reason in ('died', 'not recorded', 'logged') and (node_high or grown) then 'medium'
        else 'low'
    end as suspicion,
    concat_ws(
        '; ',
        case when words_told then 'the logs report that memory ran out' end,
        case when reason = 'killed' then 'killed by signal 9, typical of the OOM killer' end,
        case
            when crashed then 'crashed with exit code ' || exit_code
            when reason in ('died', 'not recorded', 'exception') then 'ended without a logged reason'
        end,
        case
            when node_percent is null then 'no earlier sample of the node'
            else printf('node at %.0f %% in the sample %.0f s before', node_percent, sampled_s)
        end,
        case when node_percent_then >= node_percent + 1 then
            printf('rising towards %.0f %%', least(node_percent_then, 100))
        end,
        case when grown then printf('the process grew by %.0f %% of the node''s memory', grown_percent) end
    ) as reason,
    node_percent,
    sampled_s,
    process_percent,
    process_percent / 100 * total_mb as process_mb,
    grown_percent / 100 * total_mb as grown_mb,
    samples as process_samples,
    elapsed_s,
    exit_code,
    said,
    concat(
        case
            when node_percent is null then 'no sample'
            else printf('last sample %.0f s before', sampled_s)
        end,
        '; a sample is not a peak; child processes not counted'
    ) as caveat
from measured
