-- Are there nodes that did nothing?
-- Nodes that sent logs or resource samples for nearly the whole job and had no attempt at any mini-batch, though there
-- were enough mini-batches for all workers. Not judged: jobs whose files and table name nodes differently, nodes whose
-- init() failed, and jobs without any attempt.
-- fix: Read the log of that node's manager (`logs/sys/node/<node>/_main.txt`) and the first lines of its workers: did
-- they start, could they reach the queue? If there are too few mini-batches, use fewer nodes.
-- reference: https://github.com/Azure/MachineLearningNotebooks/issues/957
-- query: SELECT * FROM node_summary WHERE job_id = {job} ORDER BY did_nothing DESC, node
-- threshold: node_there_s = 60 s: a node that was present for less time may have just started
-- threshold: node_there_share = 0.4: share of the time in which others worked that the node must have been present
-- when: EXISTS (FROM node_signs AS s ANTI JOIN attempt_reports AS a ON a.job_id = s.job_id AND a.node = s.node WHERE
-- s.samples > 0)
with work as (
    select
        job_id,
        count(distinct mini_batch_id) as mini_batches,
        count(distinct (node, process)) as workers,
        count(distinct node) as nodes,
        min(started_at) as first_at,
        greatest(max(started_at), max(after(started_at, elapsed_s))) as last_at
    from attempt_reports
    group by job_id
),

named_alike as (  -- some node has both attempts and other signs: files and table call nodes the same
    select distinct s.job_id
    from node_samples as s
    semi join (select distinct job_id, node from attempt_reports) using (job_id, node)
),

idle as (
    select
        s.job_id, s.node, s.first_at,
        epoch(least(s.last_at, w.last_at) - greatest(s.first_at, w.first_at)) as there_s,
        epoch(s.last_at - s.first_at) as paid_s,
        w.mini_batches, w.nodes, w.workers
    from node_signs as s
    join work as w on w.job_id = s.job_id
    semi join named_alike on named_alike.job_id = s.job_id
    anti join (
        select job_id, node from entry_script_events
        where event = 'init' and outcome in ('exception', 'timeout')
    ) as failed on failed.job_id = s.job_id and failed.node = s.node
    where s.samples > 0
        and not exists (select 1 from attempt_reports as a where a.job_id = s.job_id and a.node = s.node)
        and not exists (select 1 from unreported_attempts as a where a.job_id = s.job_id and a.node = s.node)
        and there_s >= threshold('node_there_s')
        and there_s >= threshold('node_there_share') * epoch(w.last_at - w.first_at)
        and w.mini_batches >= 2 * w.workers * (w.nodes + 1) / w.nodes
)

select
    job_id,
    'warning' as severity,
    concat(
        'Idle nodes: ', counted(count(*), 'node', 'nodes'), ' did no work while ', any_value(nodes), ' worked'
    ) as headline,
    concat(
        case when count(*) > 1 then 'nodes ' else 'node ' end, some_of(list(node order by node), 5), ', present for ',
        spell_of(max(paid_s)), '; the others processed ',
        counted(any_value(mini_batches), 'mini-batch', 'mini-batches')
    ) as evidence,
    time_lost(sum(exact(paid_s))::double, 'node') as impact,
    min(node) as node,
    null as process,
    null as mini_batch_id,
    min(first_at) as time,
    sum(exact(paid_s))::double as lost_s,
    to_json({
        idle_nodes: count(*), working_nodes: any_value(nodes), mini_batches: any_value(mini_batches),
        idle_node_s: round(sum(exact(paid_s))::double)
    }) as numbers
from idle
group by job_id
