-- What is the headline of an error?
-- The first line of its text, cut to fit 99 characters, and how often it happened. Give columns, not expressions.
-- example: SELECT headline_of_error('ValueError: no number', 25) AS headline
create or replace macro headline_of_error(said, occurrences) as
    cut_words(said, 99 - case when occurrences > 1 then len(counted(occurrences, 'time', 'times')) + 3 else 0 end)
    || case when occurrences > 1 then ' (' || counted(occurrences, 'time', 'times') || ')' else '' end;
