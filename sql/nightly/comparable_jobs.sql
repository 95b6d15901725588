-- With which earlier jobs is each job compared?
-- One row per job and earlier job, of `job_history`; `nth` counts back from 1, the last one before it. Comparable are
-- jobs of the same experiment (and endpoint and deployment, if labels tell them), or, where no log tells that, whose
-- names differ only in numbers: `comparison_group` says which. They began before, completed, are not partial, and were
-- given about as much; `growth` is this job's size / the other's, in input items, else mini-batches, else items with a
-- result. Looked for among the last 100 jobs of the group.
-- threshold: comparable_jobs = 10 jobs: how many earlier jobs a job is compared with, the latest ones
-- threshold: comparable_size_ratio = 2: jobs whose sizes differ by more than this factor are not compared
-- example: SELECT job_id, nth, other_job_id, growth FROM comparable_jobs WHERE job_id = 'clean-v4' ORDER BY nth
select * from comparable_jobs_in('job_history') order by job_id, nth
