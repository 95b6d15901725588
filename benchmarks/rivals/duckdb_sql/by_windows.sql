-- Folds line by line: every line gets the number of heads above it, lines of one number are joined.
-- {head}: the head's regular expression.
texts AS (
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
folded AS (
    SELECT filename, cut, record, min(line_no) AS line_no, string_agg(line, chr(10) ORDER BY line_no) AS text
    FROM counted
    GROUP BY filename, cut, record
),
records AS (
    SELECT filename, text, line_no, cut AND record = max(record) OVER (PARTITION BY filename) AS cut
    FROM folded
    WHERE record > 0 OR trim(text) <> ''
)
