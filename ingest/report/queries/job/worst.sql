-- Which mini-batches went worst?
-- from: mini_batches
-- Failed ones first, those with most failed items before the others; then those that lost most time in failed attempts.
select
    m.mini_batch_id, m.outcome, m.attempts, m.items, m.failed_items, m.elapsed_s, m.wasted_worker_s, m.node, m.process,
    m.first_started_at, m.last_ended_at, m.error_category, m.error_message, m.inputs,
    f.path || ':' || m.line_no as place
from mini_batches as m
left join files as f using (file_id)
where m.job_id = $job and (m.outcome not in ('done', 'open') or m.wasted_worker_s > 0 or m.failed_items > 0)
order by m.outcome in ('done', 'open'), m.failed_items desc nulls last, m.wasted_worker_s desc nulls last,
    m.elapsed_s desc nulls last, m.mini_batch_id
limit 5
