-- How does each job of a history compare with the jobs before it?
-- The same as the view `job_comparisons`, for any relation with the columns of `job_measures`, given by name.
-- example: SELECT measure, value, usual, compared_jobs, verdict FROM compared_with_past('job_measures') WHERE job_id
-- = 'clean-v4' ORDER BY measure LIMIT 3
create or replace macro compared_with_past(history) as table
select * from measures_compared_with_past(history)
union all by name
select * from errors_compared_with_past(history);
