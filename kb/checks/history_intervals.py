"""History tables hold intervals that neither overlap nor leave gaps."""

from __future__ import annotations

from kb.checks.core import Check

#: Tables whose rows per key must cover every day from the first on.
_WITHOUT_GAPS = {
    "instance_types_history": "instance_type",
    "kms_verdicts_history": "instance_type, workload",
    "kms_rules": "workload",
    "volume_size_rules": "workload",
    "workload_enums": "workload",
    "watched_sentences_history": "sentence_id",
}
#: Tables in which a key may be away for a while (a type that left an enum and came back).
_WITH_GAPS = {
    "enum_members": "enum_shape, enum_value",
    "observations": "subject, fact, scope, source",
    "region_listings": "component, region, instance_type",
}


def _query(table: str, key: str, may_have_gaps: bool) -> str:
    gap = "" if may_have_gaps else "WHEN valid_to < next_from THEN 'gap from ' || valid_to || ' to ' || next_from "
    end = "" if may_have_gaps else "WHEN next_from IS NULL AND valid_to IS NOT NULL THEN 'ends on ' || valid_to "
    return f"""
SELECT '{table}: ' || concat_ws(' ', {key}) || ' ' || valid_from AS subject,
    CASE
        WHEN valid_to <= valid_from THEN 'ends on ' || valid_to || ', not after it began'
        WHEN next_from IS NOT NULL AND valid_to IS NULL THEN 'open, but another interval begins on ' || next_from
        WHEN valid_to > next_from THEN 'overlaps with ' || next_from
        {gap}{end}
    END AS detail
FROM (SELECT *, lead(valid_from) OVER (PARTITION BY {key} ORDER BY valid_from) AS next_from FROM {table})
WHERE detail IS NOT NULL"""


CHECK = Check(
    name="history_intervals",
    description="intervals of a history neither overlap nor leave gaps",
    scope=(*_WITHOUT_GAPS, *_WITH_GAPS),
    sql="\nUNION ALL".join(
        [
            *(_query(table, key, may_have_gaps=False) for table, key in _WITHOUT_GAPS.items()),
            *(_query(table, key, may_have_gaps=True) for table, key in _WITH_GAPS.items()),
        ]
    ),
)
