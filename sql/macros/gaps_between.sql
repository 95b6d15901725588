-- What is the difference between each value of a list and the next?
-- One value less than the list has; empty for a single value, NULL for NULL. Negative where the list is not sorted.
-- example: SELECT gaps_between([10, 13, 20]) AS gaps, gaps_between([10]) AS of_one
create or replace macro gaps_between(numbers) as
    list_transform(range(1, len(numbers)), lambda i: numbers[i + 1] - numbers[i]);
