-- The commonest value of a group, the greatest of several: `mode` takes the one that it meets first.
CREATE OR REPLACE TEMP MACRO commonest(value) AS
    list_reverse_sort(list_transform(map_entries(histogram(value)), lambda e: {'n': e.value, 'k': e.key}))[1].k;
