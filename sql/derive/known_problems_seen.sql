-- Which known issues does each job show, and what can be done about them?
-- One row per job and known issue, specific ones first. Each text counts for the first of `known_problems` that it
-- matches; texts as in `telling_texts`. One event is often reported in several files: `occurrences` is the highest
-- count of any one kind of file, `reports` counts every row. `nodes` names the nodes that reported it, NULL where no
-- node is recorded. A `generic` issue only says that something failed. Issues that leave no text in a log are never
-- listed here.
-- order: job_id, rank
-- example: SELECT job_id, problem, occurrences, nodes, generic FROM known_problems_seen WHERE job_id IN
-- ('init-failure-42', 'timeouts-retries')
with per_kind_of_file as (
    select
        t.job_id,
        p.problem,
        t.source,
        try_cast(sum(t.occurrences) as bigint) as occurrences,
        count(*) as reports,
        min(t.time) as first_at,
        max(t.time) as last_at,
        list(distinct t.node) filter (where t.node is not null) as nodes,
        first({text: t.text, seen_at: t.time, node: t.node, process: t.process, file_id: t.file_id, line_no: t.line_no}
            order by t.time nulls last, t.node, t.process, t.line_no, t.text, t.file_id) as example
    from telling_texts as t
    join problem_texts as p on p.text = t.text
    group by t.job_id, p.problem, t.source
),

per_job as (
    select
        job_id,
        problem,
        max(occurrences) as occurrences,
        sum(reports)::bigint as reports,
        min(first_at) as first_at,
        max(last_at) as last_at,
        list_sort(list_distinct(flatten(list(nodes) filter (where nodes is not null)))) as nodes,
        first(example order by example.seen_at nulls last, source) as example
    from per_kind_of_file
    group by job_id, problem
)

select
    j.job_id,
    j.problem,
    p.rank,
    p.generic,
    p.confidence,
    j.occurrences,
    j.reports,
    j.first_at,
    j.last_at,
    j.nodes,
    j.example.text as example,
    p.cause,
    p.fix,
    p.reference,
    j.example.node as example_node,
    j.example.process as example_process,
    j.example.file_id as example_file_id,
    j.example.line_no as example_line_no
from per_job as j
join problem_texts as p on p.text = j.example.text
