-- How does the impact of a finding say how much time was lost?
-- `whose` is worker or node: seconds of all workers, or of all nodes, together. NULL below one second.
-- example: SELECT time_lost(330, 'worker') AS text, time_lost(0.2, 'node') AS too_little
create or replace macro time_lost(seconds, whose) as
    case when seconds >= 1 then spell_of(seconds) || ' of ' || whose || ' time lost' end;
