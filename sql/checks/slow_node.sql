-- Is one node much slower than the others at similar work?
-- Based on `node_skew`: its done mini-batches take `slow_node_ratio` times as long as elsewhere, its fastest quarter is
-- slower than the slowest quarter elsewhere, and its time per item is longer too. Not judged: jobs with one node, or
-- with too few mini-batches per node. `lost_s`: the time that its mini-batches took above that of the other nodes.
-- fix: Compare the CPU, memory and disk samples of the node with another node; a VM that is throttled, shared or of
-- another size is replaced when the job is started again. If it happens often, request another VM size or region.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT * FROM node_skew WHERE job_id = {job}
-- threshold: slow_node_share = 0.05: a warning from this share of the job's work on: one node of a few is a small share
-- at most
-- when: EXISTS (FROM node_skew WHERE verdict = 'slow')
select
    s.job_id,
    case
        when sum(exact(s.slower_by_s))::double >= threshold('slow_node_share') * any_value(s.job_busy_s)
            and sum(exact(s.slower_by_s))::double >= threshold('loss_warning_s') then 'warning'
        else 'note'
    end as severity,
    printf(
        'Slow node: node %s took %.1f times as long per mini-batch as the others',
        arg_max(coalesce(s.node, '?'), s.by_loss), arg_max(s.pace_ratio, s.by_loss)
    ) as headline,
    printf(
        'median %s, on other nodes %s; %d mini-batches%s',
        spell_of(arg_max(s.usual_s, s.by_loss)), spell_of(arg_max(s.usual_elsewhere_s, s.by_loss)),
        arg_max(s.mini_batches, s.by_loss),
        case when count(*) > 1 then printf('; %d more of %d nodes', count(*) - 1, any_value(s.nodes)) else '' end
    ) as evidence,
    time_lost(sum(exact(s.slower_by_s))::double, 'worker') as impact,
    arg_max(s.node, s.by_loss) as node,
    null as process,
    null as mini_batch_id,
    min(s.first_at) as time,
    sum(exact(s.slower_by_s))::double as lost_s,
    to_json({
        usual_s: arg_max(s.usual_s, s.by_loss), usual_elsewhere_s: arg_max(s.usual_elsewhere_s, s.by_loss),
        ratio: arg_max(s.pace_ratio, s.by_loss), nodes_slow: count(*), nodes: any_value(s.nodes)
    }) as numbers
from (
    select
        *, sum(exact(worker_busy_s)) over (partition by job_id)::double as job_busy_s,
        {lost_s: slower_by_s, node: node} as by_loss
    from node_skew
) as s
where s.verdict = 'slow' and s.caveat is null
group by s.job_id
