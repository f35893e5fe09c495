-- title: Which families run on Nitro, and which of those have local storage?
-- description: One row per family and answer, families not on Nitro first. So far every type with local storage runs on Nitro, but most types on Nitro have none.
SELECT
    CASE WHEN t.is_nitro THEN 'yes' WHEN NOT t.is_nitro THEN 'no' ELSE 'unknown' END AS is_nitro,
    t.family,
    max(t.nitro_version) AS nitro_version,
    count(*) AS types,
    count(CASE WHEN t.has_instance_store THEN 1 END) AS with_local_storage,
    count(CASE WHEN NOT t.has_instance_store THEN 1 END) AS without_local_storage,
    count(*) - count(t.has_instance_store) AS unknown
FROM instance_types AS t
GROUP BY CASE WHEN t.is_nitro THEN 'yes' WHEN NOT t.is_nitro THEN 'no' ELSE 'unknown' END, t.family
ORDER BY is_nitro, t.family
