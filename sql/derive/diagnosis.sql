-- What is wrong with each job, the most important first, and what can be done about it?
-- One row per finding, `rank` counts from 1 within the job. Its five parts are `headline` (the cause, how sure it is,
-- how many; less than 100 characters), `evidence` (the key facts), `impact` (what was lost, or is at risk; NULL where
-- the logs do not show it), `fix` and `query`. `kind`: check (from `findings`), error (from `job_errors`, without
-- duplicates), or problem (a known issue that only warnings report, from `known_problems_seen`). Severe findings come
-- first; among equals, those that explain errors, then errors, causes before symptoms and earliest first, then those
-- that lost most time. An error is severe if the job failed or lost items, else a warning (an error that is only in the
-- output of the launcher or script of a completed job was caught). An error that is no exception, timeout or death of a
-- worker is at most a warning if there are such errors. An error is a note if a check explains it (`explained_by`), if
-- it is poison whose mini-batches raised before, or if it is a symptom; but a symptom that is the only error of a
-- failed job is severe: the cause is not in the logs. A job without a row has no findings, or too few logs to have any.
-- order: job_id, rank
-- example: SELECT rank, severity, kind, headline FROM diagnosis WHERE job_id = 'init-failure-42' ORDER BY rank LIMIT 3
with found as materialized ( -- thirty checks, evaluated once
    select * from findings
),

outcomes as (
    select job_id, sum(failed_mini_batches) > 0 or sum(failed_items) > 0 as lost_work
    from node_work
    group by job_id
),

named as (
    select
        e.*,
        f.check_id as explained_by
    from job_errors as e
    left join found as f
        on f.job_id = e.job_id and f.explains is not null
        and regexp_matches(coalesce(e.text, ''), f.explains, 'i')
    where e.retells is null
    qualify row_number() over (partition by e.job_id, e.place order by f.severity = 'severe' desc, f.check_id) = 1
),

poisoned as (  -- by exceptions that are reported beside it
    select p.job_id, p.fingerprint
    from error_reports as p
    left join (
        select distinct job_id, mini_batch_id from error_reports
        where rank = 1 and exception_type is not null
    ) as raised on raised.job_id = p.job_id and raised.mini_batch_id = p.mini_batch_id
    where starts_with(p.exception_message, 'Found poison message')
    group by p.job_id, p.fingerprint
    having count(raised.job_id) = count(*)
),

judged as (
    select
        n.*,
        j.state,
        case
            when n.explained_by is not null or p.job_id is not null then 'note'
            when n.symptom then
                case
                    when n.rank < 5 and n.place = 1 and j.state = 'failed' and severe.job_id is null then 'severe'
                    else 'note'
                end
            when j.state = 'completed' and n.source in ('driver', 'platform') and n.exception_type is null then 'note'
            when j.state = 'completed'
                and n.source in ('driver', 'image_build', 'user_stream', 'child_stream', 'entry_script_log')
                then 'warning'  -- caught
            when n.rank = 2 and min(n.rank) over (partition by n.job_id) < 2 then 'warning'
            when j.state = 'failed' or coalesce(o.lost_work, false) then 'severe'
            when n.phase = 'init' and (j.state is distinct from 'completed') then 'severe'
            else 'warning'
        end as severity
    from named as n
    join jobs as j on j.job_id = n.job_id
    left join outcomes as o on o.job_id = n.job_id
    left join poisoned as p on p.job_id = n.job_id and p.fingerprint = n.fingerprint
    left join (select distinct job_id from found where severity = 'severe') as severe on severe.job_id = n.job_id
),

worded_errors as (  -- columns, for a macro repeats what it is given
    select
        *,
        headline_of_error(said, occurrences) as headline
    from (
        select
            *,
            error_in_words(exception_type, exception_message, text) as said,
            seen_where(node, process, first_at) as seen
        from judged
    )
),

warned as (
    select p.*, f.check_id, seen_where(p.example_node, p.example_process, p.first_at) as seen
    from known_problems_seen as p
    anti join job_errors as e on e.job_id = p.job_id and e.problem = p.problem
    left join found as f
        on f.job_id = p.job_id and (f.check_id = p.problem or regexp_matches(coalesce(p.example, ''), f.explains, 'i'))
    where not p.generic
    qualify row_number() over (partition by p.job_id, p.problem order by f.check_id) = 1
),

all_kinds as (
    select
        job_id, 'check' as kind, check_id as finding_id, severity, headline, evidence, impact, fix, reference, query,
        lost_s, numbers, node, process, mini_batch_id, f.time as first_at, null::timestamp as last_at,
        case when exists (
            select 1 from named as n where n.job_id = f.job_id and n.explained_by = f.check_id
        ) then 1 else 3 end as stage
    from found as f

    union all by name

    select
        job_id, 'error' as kind, coalesce(problem, exception_type, 'error') as finding_id, severity, symptom,
        headline,
        evidence_of_error(
            case when contains(headline, '…') or contains(exception_type, '.') then coalesce(
                nullif(concat_ws(': ', exception_type, nullif(exception_message, '')), ''), text
            ) end,
            case when symptom and severity = 'severe' then 'a symptom: the logs at hand do not show the cause' end,
            occurrences, seen, explained_by, cause
        ) as evidence,
        nullif(concat_ws(
            '; ',
            case when severity = 'severe' and state = 'failed' then 'the job failed' end,
            case when mini_batches > 0 then counted(mini_batches, 'mini-batch', 'mini-batches') || ' affected' end
        ), '') as impact,
        cause,
        coalesce(
            fix,
            'Fix ' || regexp_extract(frame, '[^/\\]*$') || ', or the input that it fails on.',
            'Read the log around it: `ingest show ' || file_id || ':' || line_no || '`.',
            'Read the logs of that time.'
        ) as fix,
        reference,
        'SELECT * FROM error_reports WHERE job_id = ' || quoted(job_id) || ' AND fingerprint = ' || quoted(fingerprint)
            as query,
        explained_by,
        to_json({occurrences: occurrences, nodes: nodes, processes: processes, mini_batches: mini_batches, rank: rank})
            ::varchar as numbers,
        node, process, mini_batch_id, occurrences, first_at, last_at, frame, fingerprint, file_id, line_no,
        case when symptom then 5 else 2 end as stage,
        place
    from worded_errors

    union all by name

    select
        p.job_id, 'problem' as kind, p.problem as finding_id,
        case
            when p.confidence <> 'high' or p.check_id is not null then 'note'
            when p.problem in (select id from checks) then 'note'  -- numbers say more than a text
            else 'warning'
        end as severity,
        p.headline,
        evidence_of_error(
            case when contains(p.headline, '…') then p.example end, null, p.occurrences, p.seen, p.check_id, p.cause
        ) as evidence,
        p.cause, p.fix, p.reference,
        concat(
            'SELECT * FROM known_problems_seen WHERE job_id = ', quoted(p.job_id), ' AND problem = ', quoted(p.problem)
        ) as query,
        p.check_id as explained_by,
        to_json({occurrences: p.occurrences, nodes: p.nodes})::varchar as numbers,
        p.example_node as node, p.example_process as process, p.occurrences, p.first_at, p.last_at,
        p.example_file_id as file_id, p.example_line_no as line_no,
        4 as stage
    from (
        select *, headline_of_error(error_in_words(null, null, example), occurrences) as headline
        from warned
    ) as p
)

select
    job_id,
    row_number() over (
        partition by job_id
        order by
            case severity when 'severe' then 1 when 'warning' then 2 else 3 end, explained_by is not null, stage,
            place, lost_s desc nulls last, first_at nulls last, finding_id
    ) as rank,
    kind, finding_id, severity, coalesce(symptom, false) as symptom, headline, evidence, impact, fix, query,
    cause, reference, explained_by, lost_s, numbers, node, process, mini_batch_id, occurrences, first_at, last_at,
    frame, fingerprint, file_id, line_no
from all_kinds
