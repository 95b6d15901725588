-- Is the clock of a node wrong?
-- Based on `clock_offsets`: the times of the node's own samples, errors or attempts do not fit those of the other nodes
-- and the master. Times are stored as they were written; corrected times are used to judge whether a node was lost.
-- fix: Correct for the difference when you compare this node with others. If it happens again, set up time
-- synchronization in the image of the nodes: a wrong clock also breaks tokens and certificates.
-- reference: docs/explanation/true-answers.md
-- query: SELECT * FROM clock_offsets WHERE job_id = {job} ORDER BY node
select
    job_id,
    'warning' as severity,
    concat(
        'Wrong clock: ',
        case
            when bool_or(estimated_from = 'pair') then 'the clocks of both nodes differ by '
            when count(*) = 1 then 'node ' || any_value(node) || ' is '
            else count(*) || ' nodes are up to '
        end,
        spell_of(max(abs(offset_s))),
        case
            when bool_or(estimated_from = 'pair') then ''
            when min(offset_s) > 0 then ' fast'
            when max(offset_s) < 0 then ' slow'
            else ' off'
        end
    ) as headline,
    concat(
        case when count(*) > 1 then 'nodes ' || some_of(list(node order by node), 5) || '; ' end,
        case any_value(estimated_from)
            when 'samples' then 'it has as many resource samples as the other nodes, all shifted by the same time'
            when 'pair' then 'both have as many resource samples, all shifted by the same time'
            when 'errors' then 'node and master report the same errors at times that differ by this'
            else 'attempts do not match the times at which the master scheduled and counted them'
        end
    ) as evidence,
    'times of these nodes cannot be compared with those of other nodes' as impact,
    arg_max(node, {apart: abs(offset_s), node: node}) as node,
    null as process,
    null as mini_batch_id,
    null::timestamp as time,
    null::double as lost_s,
    to_json({
        nodes: count(*),
        offset_s: round(arg_max(offset_s, {apart: abs(offset_s), node: node})),
        estimated_from: any_value(estimated_from)
    }) as numbers
from clock_offsets
group by job_id
