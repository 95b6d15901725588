-- Which text of an error is searched for known issues?
-- Its type, message and headline as one text; NULL if it has none of them.
-- example: SELECT error_text('ValueError', 'no number: n/a', NULL) AS text
create or replace macro error_text(exception_type, exception_message, headline) as
    nullif(concat_ws(chr(10), nullif(concat_ws(': ', exception_type, exception_message), ''), headline), '');
