-- How does each job of a history compare with the jobs before it?
-- The same as the view `job_comparisons`, for any relation with the columns of `job_measures`, given by name: one row
-- per job and measure of `comparison_rules` that it has, and two for its errors. new_errors: in none of the comparable
-- jobs before; gone_errors: in more than half of them, but not in this one. Where jobs often report errors that no
-- other job reports (`usual`: how many per job, at least regression_own_errors), a new one is not significant. Jobs
-- with more errors than are stored have no rows for errors.
-- example: SELECT measure, value, usual, compared_jobs, verdict FROM compared_with_past('job_measures') WHERE job_id
-- = 'clean-v4' ORDER BY measure LIMIT 3
create or replace macro compared_with_past(history) as table
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
),

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
),

limits as (  -- all of them at once, which plans quicker than a question for each
    select
        in_force['compared_jobs_needed'] as jobs_needed,
        in_force['regression_own_errors'] as own_errors_usual,
        in_force['regression_events'] as events
    from (select map(list(name), list(value)) as in_force from thresholds)
),

told as (
    select
        job_id, started_at, state, coalesce(partial, false) as partial,
        list_sort(list_distinct(coalesce(error_fingerprints, []))) as fingerprints,
        case when json_valid(errors) then try_cast(errors::json as struct(
            fingerprint varchar, occurrences bigint, example varchar
        )[]) end as errors
    from query_table(history)
    where coalesce(distinct_errors <= 100, true)
),

before_errors as (
    select
        p.job_id,
        any_value(p.comparison_group) as comparison_group,
        count(*) as runs,
        list(p.other_job_id order by p.nth) as other_jobs,
        coalesce(list_histogram(flatten(list(t.fingerprints))), map {}) as seen
    from pairs as p
    join told as t on t.job_id = p.other_job_id
    group by p.job_id
),

compared_errors as (
    select
        t.*,
        limits.*,
        b.* exclude (job_id, runs),
        coalesce(b.runs, 0) as runs,
        list_filter(t.fingerprints, lambda one: not list_contains(map_keys(b.seen), one)) as new,
        list_filter(map_keys(b.seen), lambda one: b.seen[one] > b.runs / 2 and not list_contains(t.fingerprints, one))
            as gone,
        coalesce(len(list_filter(map_values(b.seen), lambda jobs: jobs = 1)), 0) / nullif(b.runs, 0) as own_errors,
        list_filter(t.errors, lambda one: list_contains(new, one.fingerprint)) as new_told
    from told as t
    cross join limits
    left join before_errors as b using (job_id)
),

judged_errors as (
    select
        *,
        case
            when partial then 'partial'
            when runs < jobs_needed then 'too_few'
            when len(new) > 0 and own_errors < own_errors_usual then 'worse'
            else 'usual'
        end as of_new,
        case
            when partial then 'partial'
            when runs < jobs_needed then 'too_few'
            when len(gone) > 0 and state = 'completed' then 'better'
            else 'usual'
        end as of_gone
    from compared_errors
),

rows_of_both as (
    select
        *, 'new_errors' as measure, coalesce(len(new), 0) as value, own_errors as usual, of_new as verdict,
        case
            when of_new <> 'worse' then null
            when state = 'failed' then 'severe'
            when list_sum(list_transform(new_told, lambda one: one.occurrences)) >= events
                then 'warning'
            else 'note'
        end as severity,
        counted(len(new), 'new error', 'new errors') || case when len(new) > 0
            then ', seen in none of the last ' || counted(runs, 'comparable job', 'comparable jobs') || coalesce(
                ': ' || some_of(list_transform(new_told, lambda one: cut_words(one.example, 200)), 3), ''
            )
            else '' end as sentence
    from judged_errors
    union all
    select
        *, 'gone_errors', coalesce(len(gone), 0), null, of_gone, case when of_gone = 'better' then 'note' end,
        counted(len(gone), 'error', 'errors') || ' of most comparable jobs no longer seen'
    from judged_errors
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
from judged
union all by name
select
    job_id, started_at, measure, value::double as value, usual, null::double as mad, runs as compared_jobs,
    null::double as ratio, null::double as z, verdict, severity,
    case verdict
        when 'too_few' then
            'baseline too small: ' || counted(runs, 'comparable job', 'comparable jobs') || ', '
            || jobs_needed::bigint || ' required'
        when 'partial' then 'not compared: the job is still running, or its files are truncated'
        else sentence
    end as sentence,
    comparison_group, coalesce(other_jobs, []) as other_jobs,
    case measure when 'new_errors' then new else gone end as fingerprints
from rows_of_both;
