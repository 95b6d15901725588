-- Which module or package does an error say is missing?
-- Its first part: `sklearn` of `sklearn.metrics`; empty if the text names none.
-- example: SELECT module_in('No module named ''sklearn.metrics''') AS module
create or replace macro module_in(message) as
    replace(regexp_extract(
        message,
        '(?:No module named [''"`]?|Missing optional dependency [''"`]?|there is no package called [''"`‘]?'
            || '|Can''t locate |install the |requires (?:the )?[''`]?)([\w:/-]+)',
        1
    ), '/', '::');
