-- How does each job of a history compare with the jobs before it, measure by measure?
-- Part of `compared_with_past`: one row per job and measure of `comparison_rules` that it has. `history` is the name of
-- a relation with the columns of `job_measures`.
-- example: SELECT measure, value, usual, compared_jobs, verdict FROM measures_compared_with_past('job_measures')
-- WHERE job_id = 'clean-v4' ORDER BY measure LIMIT 3
create or replace macro measures_compared_with_past(history) as table
with measures as materialized (
    select * from compared_measures_of(history)
),

pairs as materialized (
    select * from comparable_jobs_in(history)
),

jobs_at_hand as (
    select job_id, state, coalesce(partial, false) as partial, highest_memory_percent,
        comparison_group(job_id, experiment, labels, source) as comparison_group
    from query_table(history)
),

before as (
    select
        p.job_id,
        m.measure,
        list(m.value * case when m.size_matters then greatest(p.growth, 1) else 1 end order by p.nth) as past,
        list(p.other_job_id order by p.nth) as other_jobs
    from pairs as p
    join measures as m on m.job_id = p.other_job_id
    group by p.job_id, m.measure
),

compared as (
    select
        m.*,
        j.* exclude (job_id),
        rule,
        coalesce(b.past, []::double[]) as past,
        coalesce(b.other_jobs, []::varchar[]) as other_jobs,
        departure(m.value, coalesce(b.past, []::double[]), rule, m.sample) as found
    from measures as m
    join jobs_at_hand as j using (job_id)
    join comparison_rules as rule on rule.measure = m.measure
    left join before as b on b.job_id = m.job_id and b.measure = m.measure
)
,
judged as (
    select
        *,
        case
            when partial then 'partial'
            else departure_verdict(found, rule, value, weight, past)
        end as told_verdict,
        case when told_verdict = 'better' and (state is distinct from 'completed') then 'usual' else told_verdict end
            as verdict
    from compared
)

select
    job_id,
    started_at,
    measure,
    value,
    found.median as usual,
    found.mad as mad,
    found.runs as compared_jobs,
    found.ratio as ratio,
    found.z as z,
    verdict,
    departure_severity(found, rule, verdict, value) as severity,
    departure_sentence(found, rule, verdict, value, weight, 'comparable job', 'comparable jobs') as sentence,
    comparison_group,
    other_jobs
from judged;
