-- Which worker process worked on which mini-batch, and how did it end?
-- from: attempts
-- A bar is an attempt: a retried mini-batch has several. An open one is drawn until the job's last record.
select
    coalesce(node, '(unknown)') as node,
    concat_ws(' · ', coalesce(node, '(unknown)'), process) as place,
    a.outcome,
    mini_batch_id,
    attempt,
    epoch_ms(a.started_at) as start_ms,
    epoch_ms(coalesce(a.ended_at, greatest(j.last_record_at, a.started_at), a.started_at)) as end_ms,
    elapsed_s,
    items,
    failed_items,
    left(error_message, 160) as error
from attempts as a
left join jobs as j using (job_id)
where job_id = $job and a.started_at is not null
order by a.started_at, mini_batch_id
limit 4000
