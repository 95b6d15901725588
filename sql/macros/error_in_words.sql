-- What does an error say, as one text?
-- Its type (without modules) and its message, else its text, else "error".
-- example: SELECT error_in_words('builtins.ValueError', 'no number', NULL) AS said
create or replace macro error_in_words(exception_type, exception_message, text) as
    coalesce(
        nullif(concat_ws(': ', regexp_extract(exception_type, '[^.]*$'), nullif(trim(exception_message), '')), ''),
        nullif(trim(text), ''), 'error'
    );
