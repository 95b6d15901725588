-- Which settings do the arguments of the batch driver give, as a JSON object?
-- For arguments as the launcher prints them, a list of Python; an option that is not there is left out.
-- example: SELECT options_in('[''--mini_batch_size'', ''10'', ''--error_threshold'', ''5'']') AS options
create or replace macro options_in(arguments) as
    to_json({
        mini_batch_size: nullif(regexp_extract(arguments, '--mini_batch_size[''", =]+([^''", ]+)', 1), ''),
        error_threshold: nullif(regexp_extract(arguments, '--error_threshold[''", =]+([^''", ]+)', 1), ''),
        output_action: nullif(regexp_extract(arguments, '--output_action[''", =]+([^''", ]+)', 1), ''),
        logging_level: nullif(regexp_extract(arguments, '--logging_level[''", =]+([^''", ]+)', 1), ''),
        run_timeout_s: nullif(regexp_extract(arguments, '--run_invocation_timeout[''", =]+([^''", ]+)', 1), ''),
        max_tries: nullif(regexp_extract(arguments, '--run_max_try[''", =]+([^''", ]+)', 1), ''),
        process_count_per_node:
            nullif(regexp_extract(arguments, '--process_count_per_node[''", =]+([^''", ]+)', 1), ''),
        first_task_creation_timeout_s:
            nullif(regexp_extract(arguments, '--first_task_creation_timeout[''", =]+([^''", ]+)', 1), '')
    });
