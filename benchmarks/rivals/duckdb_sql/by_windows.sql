-- Folds line by line: every line gets the number of heads above it, lines of one number are joined.
-- {head}: the head's regular expression; {form}, {event}, {node}, {fields}: the events (events.py); {parquet}: the file to write.
COPY (
    WITH texts AS (
        SELECT filename, string_split(content, chr(10)) AS parts, right(content, 1) <> chr(10) AS cut
        FROM read_text(getvariable('files'))
    ),
    lines AS (
        SELECT filename, cut, unnest(parts) AS line, unnest(range(1, len(parts) + 1)) AS line_no
        FROM texts
    ),
    counted AS (
        SELECT
            filename, cut, line, line_no,
            sum(regexp_matches(line, '{head}')::INTEGER) OVER (
                PARTITION BY filename ORDER BY line_no ROWS UNBOUNDED PRECEDING
            ) AS record
        FROM lines
    ),
    records AS (
        SELECT filename, cut, record, min(line_no) AS line_no, string_agg(line, chr(10) ORDER BY line_no) AS text
        FROM counted
        GROUP BY filename, cut, record
    ),
    parted AS (
        SELECT
            *,
            regexp_extract(text, '{head}', ['at', 'logger', 'level', 'pid', 'thread', 'func']) AS head,
            record = max(record) OVER (PARTITION BY filename) AS last
        FROM records
    ),
    told AS (
        SELECT
            sources.job_id,
            sources.file_id,
            parted.line_no,
            parted.cut AND parted.last AS cut,
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
        WHERE parted.record > 0 OR trim(parted.text) <> ''
    ),
    formed AS (SELECT *, {form} AS form FROM told)
    SELECT * EXCLUDE (form, node), coalesce(node, {node}) AS node, {event} AS event, {fields} AS fields
    FROM formed
) TO '{parquet}' (FORMAT parquet, COMPRESSION zstd, COMPRESSION_LEVEL 1, ROW_GROUP_SIZE 122880);
