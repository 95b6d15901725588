-- What happened to this mini-batch, in order of time?
-- from: attempts, log_records, output_lines
-- Its tries, and what its worker processes logged and printed while they had it.
with tries as (
    select node, process, a.started_at, coalesce(a.ended_at, a.started_at + interval 10 minute) as ended_at, attempt, a.outcome, elapsed_s,
        error_message, file_id, line_no
    from attempts as a
    where job_id = $job and mini_batch_id = $mini_batch
),

told as (
    select t.started_at as seen_at, 'try' as source, null as level, t.node, t.process,
        concat_ws(' ', 'try', t.attempt, t.outcome || coalesce(printf(' after %.1f s', t.elapsed_s), ''), error_message) as text, file_id, line_no
    from tries as t
    union all
    select r.at, r.source, r.level, r.node, r.process, r.message, r.file_id, r.line_no
    from log_records as r
    join tries as t on t.node = r.node and t.process = r.process and r.at between t.started_at and t.ended_at + interval 1 second
    where r.job_id = $job
    union all
    select o.at, o.stream, o.level, o.node, o.process, o.text, o.file_id, o.line_no
    from output_lines as o
    join tries as t on t.node = o.node and t.process = o.process and o.at between t.started_at and t.ended_at + interval 1 second
    where o.job_id = $job
)

select seen_at, told.source, level, node, process, left(text, 2000) as text, f.path || ':' || line_no as place
from told
left join files as f using (file_id)
order by seen_at nulls last, file_id, line_no
limit $lines
