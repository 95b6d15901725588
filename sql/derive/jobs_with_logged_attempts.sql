-- In which jobs may worker logs record attempts that no table reports?
-- One row per such job: its logs record more starts of a mini-batch than any one table records ends. The logs of all
-- other jobs need no closer look. Counted in 1,024 groups of mini-batches, which keeps memory use small however many
-- there are; two mini-batches of one group, one with a start only in the logs and one with an end only in a table, hide
-- each other.
-- keep: step
with begun as (
    select r.job_id, try_cast(r.fields ->> 'mini_batch_id' as bigint) & 1023 as mini_batches, count(*) as tries
    from log_records as r
    where r.event = 'got_task' and r.source = 'worker'
    group by all
),

ended as (
    select job_id, mini_batches, max(tries) as tries
    from (
        select job_id, mini_batch_id & 1023 as mini_batches, source, count(*) as tries
        from attempt_reports
        where outcome <> 'open'
        group by all
    )
    group by job_id, mini_batches
)

select distinct begun.job_id
from begun
left join ended using (job_id, mini_batches)
where begun.tries > coalesce(ended.tries, 0)
