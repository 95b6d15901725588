-- What did each node and each worker process of a job do over time?
-- `SELECT * FROM timeline_bins('job', NULL, NULL, 60)`: the time from one TIMESTAMP to another (NULL: from the first to
-- the last sign of a node or worker) in that many equal bins. One row per worker process and bin, and one per node and
-- bin with the sums of its processes (`process` NULL); no row before its first sign and after its last one. Seconds
-- within the bin: `there_s` present, `busy_s` in attempts, of these `failed_s` in attempts that failed (`timeout_s` by
-- a timeout) and `open_s` in attempts that have no end yet; `starting_s` before the first attempt, of these
-- `init_failed_s` in an init() that failed. The rest of the time it waited. `tries`, `failed_attempts` and
-- `failed_inits` ended in the bin. `restarts`: a replacement was first seen (`worker_processes`). Memory is the highest
-- sample of the node in the bin, NULL without one: a sample is no peak. `workers`: the most processes at one time on
-- any node of the job. `state`: failed or timed out (from half of the time in attempts, or in init(), on), some failed
-- (from a tenth on), few failed, open, busy, starting, waiting.
-- example: SELECT bin, state, busy_s, failed_s, failed_attempts, restarts, highest_memory_percent FROM
-- timeline_bins('memory-growth', NULL, NULL, 6) WHERE node = '0' AND process IS NULL
create or replace macro timeline_bins(job, since, until, bins) as table
with opened as materialized (
    select node, process, started_at, place, min(place) over (partition by node, process) as first_place
    from (
        select
            coalesce(node, '') as node, coalesce(process, '') as process, started_at,
            epoch_us(started_at)::hugeint * 1_000_000_000_000 + line_no as place  -- in the order of start and line
        from attempts
        where job_id = job and started_at is not null and outcome = 'open' and ended_at is null
    )
),

followed as materialized (  -- an open one lasts until its worker begins another; all of a job are too many to sort
    select o.node, o.process, o.started_at, n.started_at as ended_at
    from opened as o
    asof left join (
        select a.node, a.process, a.place, a.started_at
        from (
            select
                coalesce(node, '') as node, coalesce(process, '') as process, started_at,
                epoch_us(started_at)::hugeint * 1_000_000_000_000 + line_no as place
            from attempts
            where job_id = job and started_at is not null
        ) as a
        join (select distinct node, process, first_place from opened) as f
            on f.node = a.node and f.process = a.process and a.place > f.first_place
    ) as n on n.node = o.node and n.process = o.process and n.place > o.place
),

inits as (
    select
        coalesce(node, '') as node, coalesce(process, '') as process, outcome, s.time as started_at,
        after(s.time, coalesce(s.elapsed_s, 0)) as ended_at
    from script_events as s
    where s.job_id = job and s.event in ('load', 'init') and s.time is not null
),

signs as materialized (
    select
        coalesce(node, '') as node, coalesce(process, '') as process, min(started_at) as first_at,
        max(coalesce(ended_at, started_at)) as last_at, min(started_at) as first_try_at, false as is_open
    from attempts
    where job_id = job and started_at is not null and not (outcome = 'open' and ended_at is null)
    group by 1, 2
    union all
    select
        node, process, min(started_at), max(coalesce(ended_at, started_at)), min(started_at), bool_or(ended_at is null)
    from followed
    group by all
    union all
    select node, process, min(started_at), max(ended_at), null, false from inits group by all
    union all
    select coalesce(r.node, ''), r.process, min(r.time), max(r.time), null, false
    from log_records as r
    where r.job_id = job and r.source = 'worker' and r.time is not null and r.process is not null
    group by all
    union all
    select coalesce(s.node, ''), s.process, min(s.time), max(s.time), null, false
    from process_samples as s
    where s.job_id = job and s.time is not null and s.process is not null
    group by all
    union all
    select coalesce(s.node, ''), '_main', min(s.time), max(s.time), null, false
    from node_samples as s
    where s.job_id = job and s.time is not null
    group by all
),

span as materialized (
    select
        epoch_us(coalesce(since::timestamp, first_at)) as since_us,
        greatest((epoch_us(coalesce(until::timestamp, last_at)) - since_us) / greatest(bins, 1), 1) as bin_us,
        epoch_us(last_at) as last_us
    from (select min(first_at) as first_at, max(last_at) as last_at from signs)
    where first_at is not null
),

there as materialized (
    select
        node, process,
        min(epoch_us(first_at)) as from_us,
        max(case when is_open then last_us else epoch_us(last_at) end) as to_us,
        min(epoch_us(first_try_at)) as first_try_us
    from signs
    cross join span
    group by node, process
),

intervals as (
    select
        coalesce(node, '') as node, coalesce(process, '') as process, epoch_us(started_at) as from_us,
        epoch_us(ended_at) as to_us,
        case
            when outcome = 'done' then 'done'
            when outcome = 'open' then 'open'
            when outcome = 'timeout' then 'timeout'
            else 'failed'
        end as kind
    from attempts
    where job_id = job and started_at is not null and ended_at is not null

    union all

    select node, process, epoch_us(started_at), coalesce(epoch_us(ended_at), last_us), 'open'
    from followed
    cross join span

    union all

    select node, process, epoch_us(started_at), epoch_us(ended_at), 'init failed'
    from inits
    where outcome in ('exception', 'timeout')

    union all

    select node, process, from_us, to_us, 'there' from there

    union all

    select node, process, from_us, coalesce(first_try_us, to_us), 'starting' from there
),

pieces as (
    select
        *,
        unnest(range(
            least(greatest(floor((from_us - since_us) / bin_us), 0), bins - 1)::bigint,
            least(floor((to_us - since_us) / bin_us), bins - 1)::bigint + 1
        )) as bin
    from intervals
    cross join span
    where to_us >= from_us and to_us >= since_us and from_us <= since_us + bins * bin_us
),

shares as (
    select
        node, process, bin, kind,
        (least(to_us, since_us + (bin + 1) * bin_us) - greatest(from_us, since_us + bin * bin_us)) / 1e6 as seconds,
        kind in ('done', 'failed', 'timeout', 'init failed')
            and (
                to_us < since_us + (bin + 1) * bin_us or (bin = bins - 1 and to_us <= since_us + bins * bin_us)
            ) as ended
    from pieces
),

of_processes as (
    select
        node, process, bin,
        sum(exact(seconds)) filter (where kind = 'there')::double as there_s,
        coalesce(sum(exact(seconds)) filter (where kind in ('done', 'failed', 'timeout', 'open'))::double, 0) as busy_s,
        coalesce(sum(exact(seconds)) filter (where kind in ('failed', 'timeout'))::double, 0) as failed_s,
        coalesce(sum(exact(seconds)) filter (where kind = 'timeout')::double, 0) as timeout_s,
        coalesce(sum(exact(seconds)) filter (where kind = 'open')::double, 0) as open_s,
        coalesce(sum(exact(seconds)) filter (where kind = 'starting')::double, 0) as starting_s,
        coalesce(sum(exact(seconds)) filter (where kind = 'init failed')::double, 0) as init_failed_s,
        count(*) filter (where ended and kind <> 'init failed') as tries,
        count(*) filter (where ended and kind in ('failed', 'timeout')) as failed_attempts,
        count(*) filter (where ended and kind = 'init failed') as failed_inits
    from shares
    group by node, process, bin
),

restarted as (
    select
        coalesce(w.node, '') as node, w.process, w.at_one_time,
        case when w.restarted then
            least(greatest(floor((epoch_us(w.first_seen_at) - since_us) / bin_us), -1), bins)::bigint
        end as bin
    from worker_processes as w
    cross join span
    where w.job_id = job
),

memory as (
    select
        coalesce(s.node, '') as node,
        least(floor((epoch_us(s.time) - since_us) / bin_us), bins - 1)::bigint as bin,
        max(s.memory_used_percent) as highest_memory_percent,
        count(s.memory_used_percent) as memory_samples
    from node_samples as s
    cross join span
    where s.job_id = job and s.time is not null and isfinite(s.memory_used_percent)
        and epoch_us(s.time) between since_us and since_us + bins * bin_us
    group by 1, 2
),

of_both as (
    select p.*, count(r.bin) as restarts, null::double as highest_memory_percent, null::bigint as memory_samples
    from of_processes as p
    left join restarted as r on r.node = p.node and r.process = p.process and r.bin = p.bin
    where p.process not in ('manager', '_main', 'MainProcess')
    group by all

    union all

    select
        n.node, null, n.bin, n.there_s, n.busy_s, n.failed_s, n.timeout_s, n.open_s, n.starting_s, n.init_failed_s,
        n.tries, n.failed_attempts, n.failed_inits, count(r.bin),
        any_value(m.highest_memory_percent), any_value(m.memory_samples)
    from (
        select
            node, bin,
            max(there_s) as there_s,
            sum(exact(busy_s))::double as busy_s,
            sum(exact(failed_s))::double as failed_s,
            sum(exact(timeout_s))::double as timeout_s,
            sum(exact(open_s))::double as open_s,
            coalesce(sum(exact(starting_s)) filter (
                where process not in ('manager', '_main', 'MainProcess')
            )::double, 0) as starting_s,
            sum(exact(init_failed_s))::double as init_failed_s,
            sum(tries)::bigint as tries,
            sum(failed_attempts)::bigint as failed_attempts,
            sum(failed_inits)::bigint as failed_inits
        from of_processes
        group by node, bin
    ) as n
    left join restarted as r on r.node = n.node and r.bin = n.bin
    left join memory as m on m.node = n.node and m.bin = n.bin
    group by all
)

select
    job as job_id,
    nullif(node, '') as node,
    process,
    bin,
    make_timestamp((since_us + bin * bin_us)::bigint) as from_at,
    make_timestamp((since_us + (bin + 1) * bin_us)::bigint) as to_at,
    case
        when failed_s + init_failed_s > 0 and 2 * (failed_s + init_failed_s) >= busy_s + init_failed_s then
            case when 2 * timeout_s >= failed_s + init_failed_s then 'timed out' else 'failed' end
        when failed_s + init_failed_s > 0 and 10 * (failed_s + init_failed_s) >= busy_s + init_failed_s then
            'some failed'
        when failed_attempts > 0 or failed_s > 0 then 'few failed'
        when open_s > 0 and 2 * open_s >= busy_s then 'open'
        when busy_s > 0 and busy_s >= starting_s then 'busy'
        when starting_s > 0 then 'starting'
        else 'waiting'
    end as state,
    there_s, busy_s, failed_s, timeout_s, open_s, starting_s, init_failed_s, tries, failed_attempts, failed_inits,
    restarts,
    (select max(at_one_time) from restarted) as workers,
    highest_memory_percent, memory_samples
from of_both
cross join span
order by node nulls first, process nulls first, bin;
