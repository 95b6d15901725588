-- What did the checks find?
-- One row per job and check with a finding; a check that found nothing, or had too little data to judge, has no row. A
-- finding has five parts, each a column: `headline` (the cause, how sure it is, how many; less than 100 characters),
-- `evidence` (the key facts), `impact` (what was lost, or is at risk; NULL where the logs do not show it), `fix` and
-- `query`. `lost_s` is the worker time (or node time, where the finding is about nodes) that was lost or that a fix
-- could save; NULL where it is not about time. `numbers` has the facts as JSON. `severity`: severe (work was lost, the
-- job failed, or most of its time was lost), warning (time is lost, or the job is at risk), note. A check has no
-- finding if one of those named in its `unless` has one.
-- example: SELECT job_id, check_id, severity, headline FROM findings ORDER BY lost_s DESC NULLS LAST, job_id,
-- check_id LIMIT 3
with found as materialized (
    select * from check_rows
)

select
    r.job_id, r.check_id, r.severity,
    cut_words(r.headline, 99) as headline,
    coalesce(
        nullif(concat_ws('; ', case when len(r.headline) > 99 then r.headline end, nullif(r.evidence, '')), ''),
        list_aggregate(
            list_transform(
                json_keys(try_cast(r.numbers as json)),
                lambda key: replace(key, '_', ' ') || ' ' || (try_cast(r.numbers as json) ->> key)
            ),
            'string_agg', ', '
        )
    ) as evidence,
    coalesce(r.impact, spell_of(case when r.lost_s >= 1 then r.lost_s end) || ' lost') as impact,
    c.fix,
    case
        when (try_cast(r.numbers as json) ->> 'text_only') = 'true' then  -- the check's own table has no row of it
            'SELECT * FROM error_reports WHERE job_id = ' || quoted(r.job_id)
        else replace(c.query, '{job}', quoted(r.job_id))
    end as query,
    r.node, r.process, r.mini_batch_id, r.time, r.lost_s, r.numbers, c.reference, c.explains
from found as r
join checks as c on c.id = r.check_id
where not exists (
    select 1 from found as better
    where better.job_id = r.job_id and list_contains(string_split(c.unless, ','), better.check_id)
)
