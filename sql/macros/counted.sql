-- How does a sentence say how many there are?
-- `counted(1, 'attempt', 'attempts')` is "1 attempt", 12345 of them are "12,345 attempts"; NULL for NULL.
-- example: SELECT counted(1, 'attempt', 'attempts') AS one, counted(12345, 'attempt', 'attempts') AS many
create or replace macro counted(number, one, many) as
    format('{:,}', number::bigint) || ' ' || case when number = 1 then one else many end;
