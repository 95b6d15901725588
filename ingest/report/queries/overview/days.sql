-- How did the days go, all jobs together?
-- from: daily_groups
-- From the history that nightly runs keep, by the day of the jobs' start (UTC); the last 60 days with jobs. Usual: the
-- median of the previous 3 to 14 days; days with running jobs are left out.
with days as (
    select *, row_number() over (order by day desc) as from_the_end
    from daily_groups
    where group_kind = 'all'
),

whole as (
    select
        day,
        count(*) over w as earlier,
        median(failure_rate) over w as usual_failure_rate,
        median(p95_elapsed_s) over w as usual_p95_elapsed_s,
        median(node_hours) over w as usual_node_hours
    from days
    where not partial
    window w as (order by day rows between 14 preceding and 1 preceding)
)

select
    d.day, epoch_ms(d.day::timestamp) as start_ms, epoch_ms(d.day::timestamp + interval 1 day) as end_ms,
    d.partial, d.jobs, d.completed, d.failed, d.running, d.stalled, d.unknown,
    100 * d.failure_rate as failure_percent, d.p95_elapsed_s, d.node_hours, d.wasted_node_hours,
    case when w.earlier >= 3 then 100 * w.usual_failure_rate end as usual_failure_percent,
    case when w.earlier >= 3 then w.usual_p95_elapsed_s end as usual_p95_elapsed_s,
    case when w.earlier >= 3 then w.usual_node_hours end as usual_node_hours
from days as d
left join whole as w using (day)
where d.from_the_end <= 60
order by d.day
