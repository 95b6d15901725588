-- What are the key facts of an error?
-- Its whole text if the headline has only a part of it, a remark, where it was seen first, the check that explains it,
-- and the usual cause of the known issue that it matches, as far as these exist.
-- example: SELECT evidence_of_error(NULL, NULL, 2, 'on node 1', 'bad_inputs', NULL) AS evidence
create or replace macro evidence_of_error(whole, remark, occurrences, seen, explained_by, cause) as
    coalesce(
        nullif(concat_ws(
            '; ',
            rtrim(cut_words(regexp_replace(trim(whole), '\s+', ' ', 'g'), 2000), '.'),
            remark,
            case when occurrences > 1 then 'first ' || seen else seen end,
            'caused by ' || explained_by,
            'usual cause: ' || rtrim(cause, '.')
        ), ''),
        counted(coalesce(occurrences, 1), 'report', 'reports') || ' without a time or a node'
    );
