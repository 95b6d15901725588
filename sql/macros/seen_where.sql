-- How does a sentence say where and when something was seen?
-- "on node 1, process003, at 2022-06-14 01:30:14", as far as it is known; NULL if nothing is known.
-- example: SELECT seen_where('1', 'process003', TIMESTAMP '2022-06-14 01:30:14.5') AS text
create or replace macro seen_where(node, process, seen_at) as
    nullif(concat_ws(
        ', ', 'on node ' || node, process, 'at ' || strftime(seen_at, '%Y-%m-%d %H:%M:%S')
    ), '');
