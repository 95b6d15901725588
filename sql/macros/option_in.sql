-- Which value do the arguments of a command give an option?
-- For a list of Python or JSON, or a command line; NULL where the option is not there or has no value.
-- example: SELECT option_in('[''--mini_batch_size'', ''10'', ''--error_threshold'', ''-1'']', 'error_threshold') AS
-- value
create or replace macro option_in(arguments, option) as
    nullif(regexp_extract(arguments, '--' || option || '[''", =]+(-?[^''", \]-][^''", \]]*)', 1), '');
