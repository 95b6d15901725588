-- Was a node slow for part of the job?
-- The median of eleven consecutive mini-batches on a node is `slow_node_ratio` times that of the job while the other
-- nodes ran at their usual pace, and times scatter so little that chance does not explain it. If the CPU time stayed
-- the same, the node did not get the CPU it should have (steal), or it waited. A node that is slow all the time is
-- reported by `slow_node`, a job that gets slower as a whole by `script_slowing`. `lost_s`: time of these mini-batches
-- above the usual time.
-- fix: Compare the samples of the node at that time with another node: a noisy neighbour, a throttled disk, or a
-- burstable VM size without credits. If it happens again, use another VM size.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT started_at, node, process, mini_batch_id, run_s, process_s FROM attempts WHERE job_id = {job} AND final
-- ORDER BY node, started_at
-- unless: slow_node
-- threshold: slow_spell_chance = 0.001: highest probability that a node has such a stretch by chance alone
-- when: (SELECT count(*) FROM judged_attempts WHERE final) >= 2 * threshold('enough_for_trend')
with tries as not materialized (
    select job_id, node, mini_batch_id, started_at, ended_at, elapsed_s, process_s, items
    from timed_attempts
    where final and outcome = 'done' and node is not null and started_at is not null and elapsed_s > 0
),

usual as materialized (
    select
        job_id,
        count(*) as mini_batches,
        count(distinct node) as nodes,
        median_of(elapsed_s) as elapsed_s,
        median_of(process_s) as process_s,
        median_of(items) as items,
        sum(exact(elapsed_s))::double as busy_s
    from tries
    group by job_id
    having count(distinct node) > 1 and count(*) >= 2 * threshold('enough_for_trend')
),

counted as (  -- a lookup instead of a join, of which the database would hold the side of all attempts
    select job_id, node, count(*) as tries, count_if(slow) as slow
    from (
        select
            t.job_id, t.node,
            t.elapsed_s >= threshold('slow_node_ratio')
                * (select u.elapsed_s from usual as u where u.job_id = t.job_id) as slow
        from tries as t
    )
    where slow is not null
    group by job_id, node
),

likely as materialized (  -- nodes with enough slow ones for a spell, of which chance is no explanation
    select n.job_id, n.node
    from (
        select
            job_id, node, slow,
            sum(slow) over (partition by job_id) - slow as slow_elsewhere,
            sum(tries) over (partition by job_id) - tries as tries_elsewhere
        from counted
    ) as n
    join usual as u on u.job_id = n.job_id
    where n.slow >= 6
        and 462 * pow(n.slow_elsewhere / n.tries_elsewhere, 6) * u.mini_batches <= threshold('slow_spell_chance')
),

spells as materialized (
    select
        s.job_id, s.node,
        min(s.started_at) as since,
        max(s.ended_at) as until,
        count(*) as mini_batches,
        median_of(s.elapsed_s) as elapsed_s,
        median_of(s.process_s) as process_s,
        median_of(s.items) as items,
        sum(exact(s.elapsed_s - s.usual_s))::double as lost_s
    from (  -- the median of eleven is slow if six of them are
        select *
        from (
            select t.*, (select u.elapsed_s from usual as u where u.job_id = t.job_id) as usual_s
            from tries as t
            where list_contains((select list((job_id, node)) from likely), (t.job_id, t.node))
        )
        window around as (
            partition by job_id, node order by started_at, mini_batch_id rows between 5 preceding and 5 following
        )
        qualify count(*) over around = 11
            and count_if(elapsed_s >= threshold('slow_node_ratio') * usual_s) over around >= 6
    ) as s
    group by s.job_id, s.node
),

elsewhere as (
    select p.job_id, p.node, median_of(t.elapsed_s) as meanwhile_s, count(*) as meanwhile
    from spells as p
    join tries as t
        on t.job_id = p.job_id and t.node <> p.node and t.started_at < p.until and t.ended_at > p.since
    where t.started_at < (select max(until) from spells) and t.ended_at > (select min(since) from spells)
    group by p.job_id, p.node
)

select
    p.job_id,
    case
        when sum(exact(p.lost_s)) >= threshold('slow_node_share') * any_value(u.busy_s)
            and sum(exact(p.lost_s)) >= threshold('loss_warning_s') then 'warning'
        else 'note'
    end as severity,
    concat(
        'Temporarily slow node (possibly throttled): node ', arg_max(p.node, p.by_loss), ' for ',
        spell_of(epoch(arg_max(p.until - p.since, p.by_loss)))
    ) as headline,
    concat(
        counted(arg_max(p.mini_batches, p.by_loss), 'mini-batch', 'mini-batches'), ' took ',
        spell_of(arg_max(p.elapsed_s, p.by_loss)), ' each, ', spell_of(arg_max(e.meanwhile_s, p.by_loss)),
        ' on other nodes at that time',
        case when arg_max(p.process_s, p.by_loss) < 1.2 * any_value(u.process_s) then
            '; CPU time per mini-batch did not rise: the node was short of CPU, or it waited'
        end,
        case when count(*) > 1 then '; ' || count(*) - 1 || ' more of ' || any_value(u.nodes) || ' nodes' end
    ) as evidence,
    time_lost(sum(exact(p.lost_s))::double, 'worker') as impact,
    arg_max(p.node, p.by_loss) as node,
    null as process,
    null as mini_batch_id,
    min(p.since) as time,
    sum(exact(p.lost_s))::double as lost_s,
    to_json({
        nodes_slow: count(*), nodes: any_value(u.nodes), elapsed_s: arg_max(p.elapsed_s, p.by_loss),
        elsewhere_s: arg_max(e.meanwhile_s, p.by_loss), usual_s: any_value(u.elapsed_s),
        cpu_s: arg_max(p.process_s, p.by_loss), usual_cpu_s: any_value(u.process_s)
    }) as numbers
from (select *, {lost_s: lost_s, node: node} as by_loss from spells) as p
join usual as u on u.job_id = p.job_id
join elsewhere as e on e.job_id = p.job_id and e.node = p.node
where coalesce(p.items / nullif(u.items, 0), 1) < 1.2
    and e.meanwhile >= 5
    and e.meanwhile_s < 1.2 * u.elapsed_s
group by p.job_id
