-- How does a sentence name a few of many?
-- The first ones of a list, separated by commas, and how many more there are: "a, b and 4 more". NULL for NULL or an
-- empty list.
-- example: SELECT some_of(['a', 'b', 'c', 'd'], 2) AS text
create or replace macro some_of(names, shown) as
    nullif(list_aggregate(names[:shown]::varchar[], 'string_agg', ', '), '')
    || case when len(names) > shown then ' and ' || (len(names) - shown) || ' more' else '' end;
