-- How is a text quoted in a query?
-- In single quotes, with its own quotes doubled.
-- example: SELECT quoted('it''s') AS text
create or replace macro quoted(text) as '''' || replace(text, '''', '''''') || '''';
