-- How does a sentence say how many there are?
-- `counted(1, 'try', 'tries')` is "1 try", 12345 of them are "12,345 tries"; NULL for NULL.
-- example: SELECT counted(1, 'try', 'tries') AS one, counted(12345, 'try', 'tries') AS many
create or replace macro counted(number, one, many) as
    format('{:,}', number::bigint) || ' ' || case when number = 1 then one else many end;
