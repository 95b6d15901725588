-- What is the fix of a known issue for one error?
-- In the fix, `{module}` is the module that the error names, `{package}` the package that contains it: some packages
-- have another name than their module.
-- example: SELECT fix_for('Add {package}.', 'No module named ''sklearn.metrics''') AS fix
create or replace macro fix_for(fix, message) as
    case
        when not contains(fix, '{') then fix
        else replace(
            replace(fix, '{module}', coalesce(nullif(module_in(message), ''), 'it')),
            '{package}',
            coalesce(
                map_extract_value(
                    map {
                        'sklearn': 'scikit-learn', 'cv2': 'opencv-python-headless', 'yaml': 'pyyaml',
                        'PIL': 'pillow', 'bs4': 'beautifulsoup4', 'skimage': 'scikit-image',
                        'dotenv': 'python-dotenv', 'Crypto': 'pycryptodome', 'dateutil': 'python-dateutil',
                        'fitz': 'pymupdf', 'docx': 'python-docx', 'pptx': 'python-pptx', 'serial': 'pyserial',
                        'jose': 'python-jose', 'attr': 'attrs', 'magic': 'python-magic', 'jwt': 'pyjwt',
                        'OpenSSL': 'pyopenssl', 'git': 'gitpython', 'faiss': 'faiss-cpu',
                        'MySQLdb': 'mysqlclient', 'psycopg2': 'psycopg2-binary',
                        'Levenshtein': 'python-levenshtein'
                    },
                    module_in(message)
                ),
                nullif(module_in(message), ''),
                'that it names'
            )
        )
    end;
