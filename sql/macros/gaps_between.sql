-- How much lies between each value of a sorted list and the next?
-- One value less than the list has; empty for a single value, NULL for NULL.
create or replace macro gaps_between(sorted) as
    list_transform(range(1, len(sorted)), lambda i: sorted[i + 1] - sorted[i]);
