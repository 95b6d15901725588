-- How does each job of a history compare with the jobs before it?
-- What the view `job_comparisons` says, over any relation, by its name, with the columns of `job_history`.
create or replace macro compared_with_past(history) as table
select * from measures_compared_with_past(history)
union all by name
select * from errors_compared_with_past(history);
