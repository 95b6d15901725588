-- Which child runs did each job start, as far as its own logs record, and where are their logs?
-- One row per child run that a pipeline parent or a batch endpoint's parent names. `ended` is true once the parent has
-- completed the processing of it. The service lists only the first five of the child runs that it submits together;
-- others become known when they end. `logs_of` is the job in this store that has this run id, NULL if its logs are not
-- here: download them in that case.
-- example: SELECT job_id, child_run_id, ended, logs_of FROM job_children LIMIT 3
with listed as (
    select
        r.job_id, r.time, false as ended, unnest(string_split(r.fields ->> 'list', ',')) as entry
    from log_records as r
    where r.source = 'control' and r.event = 'children_submitted'
    union all
    select r.job_id, r.time, true, r.fields ->> 'child_run_id'
    from log_records as r
    where r.source = 'control' and r.event = 'child_ended'
),

children as (
    select
        l.job_id,
        regexp_replace(trim(l.entry), '^[0-9a-f]{8}:', '') as child_run_id,
        min(l.time) filter (where not l.ended) as submitted_at,
        max(l.time) filter (where l.ended) as ended_at,
        bool_or(l.ended) as ended
    from listed as l
    group by all
)

select
    c.job_id,
    c.child_run_id,
    c.submitted_at,
    c.ended_at,
    c.ended,
    (select min(j.job_id) from run_facts as j where j.run_id = c.child_run_id) as logs_of
from children as c
where c.child_run_id <> ''
