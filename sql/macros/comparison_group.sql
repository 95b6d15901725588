-- What is the name under which jobs are compared with each other?
-- The labels endpoint and deployment and the experiment, as far as they are recorded; else what remains of the job's
-- id, or of its folder's name, without numbers: `scoring-*` of scoring-2024-03-01. Generated ids (with a UUID) are not
-- used. NULL if nothing remains: then there is nothing to compare the job with.
-- example: SELECT comparison_group('scoring-2024-03-01', NULL, NULL, NULL) AS by_name,
-- comparison_group('scoring-2024-03-01', 'nightly', NULL, NULL) AS by_experiment
create or replace macro comparison_group(job_id, experiment, labels, source) as coalesce(
    nullif(concat_ws(
        ', ',
        'experiment ' || nullif(trim(experiment), ''),
        'endpoint ' || (case when json_valid(labels) then labels::json ->> 'endpoint' end),
        'deployment ' || (case when json_valid(labels) then labels::json ->> 'deployment' end)
    ), ''),
    'jobs named ' || coalesce(
        stem_of(job_id), stem_of(regexp_extract(source, '([^/\\]+)[/\\]*$', 1))
    )
);
