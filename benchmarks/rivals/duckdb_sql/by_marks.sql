-- Folds file by file: a mark is put before every head with one expression, the text is split at the marks; only the line
-- numbers need a window function. Much quicker than line by line.
-- {head}: the head's regular expression; {form}, {event}, {node}, {fields}: the events (events.py); {start}: what a head starts with; {parquet}: the file to write.
COPY (
    WITH texts AS (
        SELECT
            filename,
            right(content, 1) <> chr(10) AS cut,
            string_split(
                regexp_replace(content, '\n({start})', chr(10) || chr(1) || '\1', 'g'), chr(10) || chr(1)
            ) AS parts
        FROM read_text(getvariable('files'))
    ),
    records AS (
        SELECT filename, cut, len(parts) AS records, unnest(parts) AS text, unnest(range(1, len(parts) + 1)) AS record
        FROM texts
    ),
    parted AS (
        SELECT
            *,
            1 + coalesce(
                sum(1 + length(text) - length(replace(text, chr(10), ''))) OVER (
                    PARTITION BY filename ORDER BY record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
                ),
                0
            ) AS line_no,
            regexp_extract(text, '{head}', ['at', 'logger', 'level', 'pid', 'thread', 'func']) AS head
        FROM records
    ),
    told AS (
        SELECT
            sources.job_id,
            sources.file_id,
            parted.line_no::BIGINT AS line_no,
            parted.cut AND parted.record = parted.records AS cut,
            sources.node,
            sources.process,
            nullif(head.pid, '')::BIGINT AS pid,
            nullif(replace(head.at, ',', '.'), '')::TIMESTAMP AS "at",
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
