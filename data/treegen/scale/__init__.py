"""Trees of any size for benchmarks: simulated jobs, filled up with spliced blocks of text.

Rendering a record at a time would make a benchmark wait for its input. So varied blocks are rendered
once, with marks where time stamps and ids belong, and the marks are replaced block by block.
"""
