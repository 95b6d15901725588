-- What happened to this mini-batch, in order of time?
-- from: mini_batch_story
with told as (
    select *, row_number() over () as row_no
    from mini_batch_story($job, $mini_batch)
)

select
    t.time as seen_at, t.what, t.attempt_no, t.node, t.process, left(t.text, 2000) as text, t.placed, t.reports,
    f.path || ':' || t.line_no as place
from told as t
left join files as f using (file_id)
order by t.row_no
limit $lines
