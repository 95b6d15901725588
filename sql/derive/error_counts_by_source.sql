-- How often did each error of the entry script occur, according to which source?
-- The base view of `reconciliation`; query that instead. One row per job, error text and source: error_summary
-- (logs/user/error.txt) and job_result say "occurred N times", user_errors are the records in logs/user/error/*. One
-- source has a text of several lines in full and the other cuts it, so only the first lines are compared.
-- example: SELECT * FROM error_counts_by_source WHERE job_id = 'exceptions-one-node' ORDER BY ALL LIMIT 4
select
    job_id,
    regexp_extract(trim(exception_message), '^[^\r\n]*') as error,
    case source when 'user_error_summary' then 'error_summary' when 'user_error' then 'user_errors' else source end
        as source,
    try_cast(sum(occurrences) as bigint) as value
from errors
where (source = 'user_error' and exception_type is not null)
    or (
        source in ('user_error_summary', 'job_result')
        and regexp_matches(headline, 'entry sc?ript had raised exception')
        and exception_message <> headline
    )
group by all
