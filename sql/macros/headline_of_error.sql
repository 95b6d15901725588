-- What is the headline of an error?
-- Its type (without modules), the first line of its message, or of its text, cut to fit 99 characters, and how often it
-- happened.
-- example: SELECT headline_of_error('builtins.ValueError', 'no number', NULL, 25) AS headline
create or replace macro headline_of_error(exception_type, exception_message, text, occurrences) as
    cut_words(
        coalesce(
            nullif(concat_ws(
                ': ', regexp_extract(exception_type, '[^.]*$'), nullif(trim(exception_message), '')
            ), ''),
            nullif(trim(text), ''), 'error'
        ),
        99 - case when occurrences > 1 then len(counted(occurrences, 'time', 'times')) + 3 else 0 end
    ) || case when occurrences > 1 then ' (' || counted(occurrences, 'time', 'times') || ')' else '' end;
