-- Which distinct errors did each job report, causes first?
-- One row per job and fingerprint, over all files: errors that differ only in numbers, ids and paths are one. `place`
-- counts from 1: the lower, the nearer to the cause (`rank` as in `error_reports`, then errors with more details, then
-- the earliest). An error is often reported in several files: `occurrences` is the highest count of any one kind of
-- file, `reports` counts every row. Type, message, frame and location in the logs are those of the earliest report.
-- `problem` is the first of `known_problems` that the error matches. `retells` is the place of the exception whose
-- message this error only repeats (a script logs what it caught, the driver summarizes it), NULL for an error of its
-- own.
-- order: job_id, place
-- example: SELECT place, exception_type, exception_message, occurrences, reports, retells FROM job_errors WHERE
-- job_id = 'exceptions-one-node' ORDER BY place LIMIT 3
with told as (
    select
        job_id,
        fingerprint,
        source,
        sum(coalesce(occurrences, 1)) as occurrences,
        count(*) as reports,
        min(rank) as rank,
        min(e.time) as first_at,
        max(e.time) as last_at,
        list(distinct node) filter (where node is not null) as nodes,
        list(distinct {node: node, process: process}) filter (where process is not null) as processes,
        list(distinct mini_batch_id) filter (where mini_batch_id is not null) as mini_batches,
        first({
            exception_type: exception_type, exception_message: exception_message, headline: headline, frame: frame,
            phase: phase, node: node, process: process, mini_batch_id: mini_batch_id, rank: rank, seen_at: e.time,
            file_id: file_id, line_no: line_no, source: e.source
        } order by rank, e.time nulls last, node, process, line_no, exception_message, file_id) as example
    from error_reports as e
    group by all
),

per_job as (
    select
        job_id,
        fingerprint,
        try_cast(max(occurrences) as bigint) as occurrences,
        try_cast(sum(reports) as bigint) as reports,
        min(rank) as rank,
        min(first_at) as first_at,
        max(last_at) as last_at,
        list_sort(list_distinct(flatten(list(nodes) filter (where nodes is not null)))) as nodes,
        len(list_distinct(flatten(list(processes) filter (where processes is not null)))) as processes,
        len(list_distinct(flatten(list(mini_batches) filter (where mini_batches is not null)))) as mini_batches,
        first(example order by example.rank, example.seen_at nulls last, source) as example
    from told
    group by job_id, fingerprint
),

placed as (
    select
        j.*,
        masked(j.text) as masked_text,
        p.problem,
        p.cause,
        p.fix,
        p.reference,
        row_number() over (
            partition by j.job_id
            order by j.rank, coalesce(p.generic, false), starts_with(j.example.exception_message, 'Exit code '),
                j.first_at nulls last, j.fingerprint
        ) as place
    from (
        select *, error_text(example.exception_type, example.exception_message, example.headline) as text
        from per_job
    ) as j
    left join problem_texts as p on p.text = j.text
),

exceptions as (
    select job_id, place, example.exception_message as message, masked(example.exception_message) as masked_message
    from placed
    where example.exception_type is not null and rank < 3 and place <= 50
),

retellings as (
    select r.job_id, r.place, min(e.place) as retells
    from placed as r
    join exceptions as e
        on e.job_id = r.job_id and e.place <> r.place
        and (
            (length(e.message) >= 5 and contains(r.text, e.message))
            or (length(e.masked_message) >= 12 and contains(r.masked_text, e.masked_message))
        )
    where r.example.exception_type is null or r.rank >= 3 or r.example.phase = 'platform'
    group by r.job_id, r.place
)

select
    j.job_id,
    j.place,
    j.rank,
    j.rank >= 3 as symptom,
    j.fingerprint,
    j.example.exception_type as exception_type,
    j.example.exception_message as exception_message,
    j.example.frame as frame,
    j.example.phase as phase,
    j.occurrences,
    j.reports,
    coalesce(j.nodes, []) as nodes,
    coalesce(j.processes, 0) as processes,
    coalesce(j.mini_batches, 0) as mini_batches,
    j.first_at,
    j.last_at,
    j.problem,
    j.cause,
    j.fix,
    j.reference,
    r.retells,
    j.text,
    j.example.node as node,
    j.example.process as process,
    j.example.mini_batch_id as mini_batch_id,
    j.example.file_id as file_id,
    j.example.line_no as line_no,
    j.example.source as source
from placed as j
left join retellings as r using (job_id, place)
