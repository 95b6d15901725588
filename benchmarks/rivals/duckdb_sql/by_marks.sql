-- Folds file by file: a mark is put before every head with one expression, the text is split at the marks; only the line
-- numbers need a window function. Much quicker than line by line.
-- {start}: what a head starts with.
texts AS (
    SELECT
        filename,
        right(content, 1) <> chr(10) AS cut,
        string_split(
            regexp_replace(content, '\n({start})', chr(10) || chr(1) || '\1', 'g'), chr(10) || chr(1)
        ) AS parts
    FROM read_text(getvariable('files'))
),
split AS (
    SELECT filename, cut, len(parts) AS records, unnest(parts) AS text, unnest(range(1, len(parts) + 1)) AS record
    FROM texts
),
records AS (
    SELECT
        filename,
        text,
        (1 + coalesce(
            sum(1 + length(text) - length(replace(text, chr(10), ''))) OVER (
                PARTITION BY filename ORDER BY record ROWS BETWEEN UNBOUNDED PRECEDING AND 1 PRECEDING
            ),
            0
        ))::BIGINT AS line_no,
        cut AND record = records AS cut
    FROM split
)
