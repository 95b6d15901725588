-- Were there more workers than mini-batches to keep them busy?
-- Ended jobs in which workers never got a mini-batch because there were fewer mini-batches than workers. Workers are
-- also known from resource samples and events (`worker_processes`); workers that left no sign are not counted, so there
-- may be more. Jobs with fewer than `enough_to_compare` mini-batches are not judged: a test run on a whole cluster is
-- no fault. `lost_s`: worker time of those that got nothing, from the first start of an attempt to the last end.
-- fix: Use fewer nodes or a lower process_count_per_node, or smaller mini-batches.
-- reference: https://github.com/microsoft/azureml-ops-accelerator/blob/main/4-Migrate/3-PerformanceTunePRS.md
-- query: SELECT * FROM worker_processes WHERE job_id = {job} ORDER BY attempts
-- threshold: unfed_workers_share = 0.2: share of the workers that got no mini-batch, from which it is reported
-- when: EXISTS (FROM worker_processes WHERE attempts = 0)
with workers as (
    select
        job_id,
        count(*) as workers,
        count(distinct node) as nodes,
        count(*) filter (where attempts = 0) as unfed,
        try_cast(sum(attempts) as bigint) as tries,
        epoch(max(last_seen_at) filter (where attempts > 0) - min(first_seen_at) filter (where attempts > 0)) as job_s
    from worker_processes
    where not restarted
    group by job_id
),

scheduled as (
    select job_id, max(coalesce(total, scheduled)) as mini_batches
    from progress
    group by job_id
),

judged as (
    select w.*, coalesce(s.mini_batches, w.tries) as mini_batches
    from workers as w
    join jobs on jobs.job_id = w.job_id and jobs.state in ('completed', 'failed')
    left join scheduled as s on s.job_id = w.job_id
)

select
    j.job_id,
    severity_of_loss(j.unfed * j.job_s, j.workers * j.job_s) as severity,
    printf('Too many workers: %d of %d got no mini-batch', j.unfed, j.workers) as headline,
    concat(
        counted(j.mini_batches, 'mini-batch', 'mini-batches'), ' for ', counted(j.nodes, 'node', 'nodes')
    ) as evidence,
    time_lost(j.unfed * j.job_s, 'worker') as impact,
    null as node,
    null as process,
    null as mini_batch_id,
    null as time,
    j.unfed * j.job_s as lost_s,
    to_json({workers: j.workers, workers_without_work: j.unfed, mini_batches: j.mini_batches, nodes: j.nodes})
        as numbers
from judged as j
where j.tries > 0
    and j.mini_batches >= threshold('enough_to_compare')
    and j.mini_batches < j.workers
    and j.unfed >= threshold('unfed_workers_share') * j.workers
