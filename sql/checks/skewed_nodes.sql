-- Did some nodes get far less than their share of the work, though they were present and as fast as others?
-- Based on `node_skew`: less than `idle_node_share` of the fair share. This means that there are more nodes than the
-- queue can feed. Not judged: nodes that started late, left early (pre-empted), are slow, or got nothing at all, and
-- jobs with fewer than ten mini-batches per node. `lost_s`: the idle time of the workers of those nodes.
-- fix: Use fewer nodes, or smaller mini-batches so that there is work for all.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT * FROM node_skew WHERE job_id = {job}
-- when: EXISTS (FROM node_skew WHERE verdict = 'idle')
select
    s.job_id,
    severity_of_loss(sum(exact(s.idle_s))::double, any_value(s.job_s)) as severity,
    printf('Uneven load: %d of %d nodes got far less than their share', count(*), any_value(s.nodes)) as headline,
    printf(
        'node %s processed %d mini-batches, %.0f %% of all; its fair share is %.0f %%',
        arg_max(coalesce(s.node, '?'), s.by_loss), arg_max(s.mini_batches, s.by_loss),
        100 * arg_max(s.share, s.by_loss), 100 * arg_max(s.fair_share, s.by_loss)
    ) as evidence,
    time_lost(sum(exact(s.idle_s))::double, 'worker') as impact,
    arg_max(s.node, s.by_loss) as node,
    null as process,
    null as mini_batch_id,
    min(s.first_at) as time,
    sum(exact(s.idle_s))::double as lost_s,
    to_json({
        nodes_idle: count(*), nodes: any_value(s.nodes), idle_s: sum(exact(s.idle_s))::double,
        share: arg_max(s.share, s.by_loss), fair_share: arg_max(s.fair_share, s.by_loss)
    }) as numbers
from (
    select
        *, sum(exact(worker_busy_s + idle_s)) over (partition by job_id)::double as job_s,
        {lost_s: idle_s, node: node} as by_loss
    from node_skew
) as s
where s.verdict = 'idle'
group by s.job_id
