-- Do worker processes end and get replaced, for reasons other than memory or a timeout?
-- Ends that the logs do not explain: a crash in native code, an exit of the script, a kill from outside. Ends by a
-- timeout are reported by `timeouts_many`, by init() by `init_failing`, and probable memory kills by `out_of_memory`;
-- if that has a finding in a job, all ends of the job are reported there. A few ends are not reported, but every crash
-- is.
-- fix: Read the last lines on stderr of the worker, and its exit code: -11 is a crash in native code, -15 a kill from
-- outside. Run its mini-batch alone.
-- unless: out_of_memory
-- reference: docs/reference/formats.md §7
-- query: SELECT * FROM restarts WHERE job_id = {job} ORDER BY replaced_at
-- explains: Process abort with unfinished|(exited|ended|died|terminated)\b.{0,20}\b(code|status)
-- (-\d+|1[34]\d)\b|killed by signal
-- threshold: worker_deaths = 3: fewer worker processes that ended are not reported
with ends as (
    select *
    from worker_ends
    where reason in ('killed', 'died', 'exception', 'not recorded') and process is not null
        and (source = 'log' or mini_batch_id is not null)
)

select
    job_id,
    'warning' as severity,
    concat(
        case
            when count(*) filter (where exit_code in (-11, -6, -7, -4, -8, 139, 134, 135, 132, 136)) > 0
                then 'Crash in native code: '
            else 'Worker deaths without a logged reason: '
        end,
        counted(count(*), 'worker process', 'worker processes'), ' on ',
        counted(count(distinct node), 'node', 'nodes')
    ) as headline,
    concat_ws(
        '; ', 'most frequent exit code ' || mode(exit_code order by exit_code),
        case when count(*) filter (where exit_code in (-11, -6, -7, -4, -8, 139, 134, 135, 132, 136)) = 0
            then 'the samples show no shortage of memory' end
    ) as evidence,
    concat_ws(
        '; ',
        case when count(mini_batch_id) > 0 then
            counted(count(distinct mini_batch_id), 'mini-batch', 'mini-batches') || ' interrupted'
        end,
        time_lost(sum(exact(coalesce(elapsed_s, 0) + coalesce(down_s, 0)))::double, 'worker')
    ) as impact,
    mode(node order by node) as node,
    arg_min(process, {ended_at: ended_at, process: process}) as process,
    mode(mini_batch_id order by mini_batch_id) as mini_batch_id,
    min(ended_at) as time,
    sum(exact(coalesce(elapsed_s, 0) + coalesce(down_s, 0)))::double as lost_s,
    to_json({
        ends: count(*), nodes: count(distinct node), mini_batches: count(distinct mini_batch_id),
        exit_code: mode(exit_code order by exit_code), said: arg_min(said, {ended_at: ended_at, said: said})
    }) as numbers
from ends
group by job_id
having count(*) >= threshold('worker_deaths')
    or count(*) filter (where exit_code in (-11, -6, -7, -4, -8, 139, 134, 135, 132, 136)) > 0
