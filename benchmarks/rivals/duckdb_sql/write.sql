-- The records of a way to fold, taken apart and written as `ingest` writes them.
-- The first place is for the way (by_*.sql), which gives `records` (filename, text, line_no, cut); {head}: the regular
-- expression of a head; {form}, {event}, {node}, {fields}: the events (events.py); {parquet}: the file to write.
COPY (
    WITH {records},
    parted AS (
        SELECT *, regexp_extract(text, '{head}', ['time', 'logger', 'level', 'pid', 'thread', 'func']) AS head
        FROM records
    ),
    told AS (
        SELECT
            sources.job_id,
            sources.file_id,
            parted.line_no,
            parted.cut,
            sources.node,
            sources.process,
            nullif(head.pid, '')::BIGINT AS pid,
            nullif(replace(head.time, ',', '.'), '')::TIMESTAMP AS time,
            sources.source,
            nullif(head.level, '') AS level,
            nullif(head.thread, '')::BIGINT AS thread,
            nullif(head.logger, '') AS logger,
            nullif(head.func, '') AS func,
            rtrim(regexp_replace(parted.text, '{head}', ''), chr(10) || chr(13)) AS message
        FROM parted
        JOIN sources USING (filename)
    ),
    formed AS (SELECT *, {form} AS form FROM told)
    SELECT * EXCLUDE (form, node), coalesce(node, {node}) AS node, {event} AS event, {fields} AS fields
    FROM formed
) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880);
