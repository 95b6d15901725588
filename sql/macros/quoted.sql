-- What is a text as it stands in a query?
-- Between quotes, its own quotes doubled.
create or replace macro quoted(text) as '''' || replace(text, '''', '''''') || '''';
