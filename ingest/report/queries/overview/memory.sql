-- Where was memory highest?
-- from: memory_peaks
-- A sample is not a peak: between two samples, as far apart as the largest gap says, it may have been higher.
select job_id, node, highest_percent, highest_mb, highest_at, samples, largest_gap_s, mini_batches_held
from memory_peaks
where list_contains($jobs, job_id) and scope = 'node' and highest_percent is not null
order by highest_percent desc, job_id, node
limit 15
