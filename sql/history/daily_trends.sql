-- How did each group change from day to day, and which errors are new or gone?
-- `daily_groups` as the nightly runs stored it, with the errors that are new or gone. `new_errors` were never reported
-- in the group before that day; NULL on its first day, which has nothing to compare with. `gone_errors` were reported
-- on the group's day before, but not on this one; NULL while a job of this day is partial. Errors are causes, not
-- symptoms, the 100 most frequent of each job; errors that differ only in numbers, ids and paths are equal. Draw trends
-- where `partial` is false: a day whose jobs still run is no dip.
-- scope: all jobs
-- example: SELECT day, jobs, failed, failed_items, new_errors, gone_errors, partial FROM daily_trends WHERE
-- group_kind = 'all' ORDER BY day DESC LIMIT 4
with days as (
    select
        *,
        lag(day) over (partition by group_kind, group_name order by day) as day_before,
        lead(day) over (partition by group_kind, group_name order by day) as day_after
    from daily_groups
),

told as (
    select distinct g.group_kind, g.group_name, h.day, h.fingerprint
    from (select job_id, day, unnest(error_fingerprints) as fingerprint from job_measures where day is not null) as h
    join job_groups as g using (job_id)
),

seen as (
    select
        *,
        lag(day) over w as seen_before,
        lead(day) over w as seen_after
    from told
    window w as (partition by group_kind, group_name, fingerprint order by day)
),

came as (
    select group_kind, group_name, day, count(*) as new_errors, list(fingerprint order by fingerprint) as fingerprints
    from seen
    where seen_before is null
    group by group_kind, group_name, day
),

went as (
    select
        s.group_kind, s.group_name, d.day_after as day,
        count(*) as gone_errors,
        list(s.fingerprint order by s.fingerprint) as fingerprints
    from seen as s
    join days as d using (group_kind, group_name, day)
    where d.day_after is not null and s.seen_after is distinct from d.day_after
    group by s.group_kind, s.group_name, d.day_after
)

select
    d.* exclude (day_after),
    case when d.day_before is not null then coalesce(c.new_errors, 0) end as new_errors,
    case when d.day_before is not null then c.fingerprints end as new_error_fingerprints,
    case when d.day_before is not null and not d.partial then coalesce(w.gone_errors, 0) end as gone_errors,
    case when not d.partial then w.fingerprints end as gone_error_fingerprints
from days as d
left join came as c using (group_kind, group_name, day)
left join went as w using (group_kind, group_name, day)
order by d.day desc, d.group_kind, d.group_name
