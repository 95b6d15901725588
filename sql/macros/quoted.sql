-- What is a text as it stands in a query?
-- Between quotes, its own quotes doubled.
-- example: SELECT quoted('it''s') AS text
create or replace macro quoted(text) as '''' || replace(text, '''', '''''') || '''';
