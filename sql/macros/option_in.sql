-- Which value does a command's list of arguments give to an option?
-- For a list of Python or JSON, or a command line; NULL if the option is missing or has no value.
-- example: SELECT option_in('[''--mini_batch_size'', ''10'', ''--error_threshold'', ''-1'']', 'error_threshold') AS
-- value
create or replace macro option_in(arguments, option) as
    nullif(regexp_extract(arguments, '--' || option || '[''", =]+(-?[^''", \]-][^''", \]]*)', 1), '');
