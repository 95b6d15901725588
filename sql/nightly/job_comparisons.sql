-- How does each job compare with the jobs before it, measure by measure?
-- One row per job of `job_history` and measure of `comparison_rules` that its logs tell, and two for its errors:
-- those that are new, and those that are gone. It is compared with the last jobs like it, `other_jobs`
-- (`comparable_jobs` says which those are). `usual` is their median, `mad` the median distance from it, `z` how
-- many spreads the value lies above it (see `departure`), `ratio` value / usual. The times of smaller jobs count as
-- if they had had as much input. `verdict`: worse, better, usual; too_few (not enough jobs to compare with) or
-- partial (the job runs, or was cut): then nothing is said. Errors are told by their fingerprints; where jobs often
-- tell errors that no other tells, a new one is usual. `severity` is that of `regressions`; a note is no alarm.
-- threshold: regression_own_errors = 0.3 errors: where jobs tell so many errors of their own each, new ones are usual
select * from compared_with_past('job_history') order by started_at desc nulls last, job_id, measure
