-- What is the highest memory sample of each node, and what ran then?
-- from: memory_peaks
select node, highest_percent, highest_mb, highest_at, samples, largest_gap_s, mini_batches_held, unexplained_mb
from memory_peaks
where job_id = $job and scope = 'node'
order by highest_percent desc nulls last, node
limit 12
