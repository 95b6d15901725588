"""The SQL of the product: files, what their heads say, and how they become relations of a database."""
