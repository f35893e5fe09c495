"""What Datasette shows about the database: its tables and columns from the schema, and the files in ``queries/``."""

from __future__ import annotations

from functools import cache
from typing import Any

from kb.dataset import queries
from kb.dataset.paths import queries_dir
from kb.dataset.schema import TABLES, Table
from kb.export.datapackage import LICENCE
from kb.library.lookup import snapshot

#: Name of the database on the site, and so the first part of the addresses of its tables.
DATABASE = "kb"
TITLE = "SageMaker storage and KMS keys"

_DESCRIPTION = (
    "Which SageMaker instance types are Nitro, which have local NVMe storage, and what happens to a customer KMS "
    "key on each of them, per workload, per Region, and since when. Every fact has a source and a date."
)

#: Columns whose values are offered as filters beside a table.
_FACETS = {
    "instance_types": ["status", "has_instance_store", "hypervisor", "gpu_name"],
    "instance_types_history": ["status"],
    "kms_verdicts": ["workload", "outcome", "basis", "evidence_changed"],
    "kms_verdicts_history": ["workload", "outcome"],
    "kms_rules": ["workload", "documentation"],
    "offerings": ["workload", "region", "basis"],
    "region_listings": ["component", "region"],
    "observations": ["source", "fact"],
    "enum_members": ["enum_shape"],
    "conflicts": ["fact"],
    "changes": ["kind", "workload"],
    "name_heuristic": ["is_right", "error"],
    "scrapes": ["source"],
    "watched_sentences": ["source", "status", "bears_on"],
    "workload_facts": ["workload", "fact"],
    "volume_size_rules": ["workload", "on_local_storage"],
}

#: Tables that are read from the newest row on.
_NEWEST_FIRST = {"versions": "version", "changes": "changed_on", "scrapes": "observed_on"}


def metadata() -> dict[str, Any]:
    """Return the metadata for `Datasette(metadata=...)`."""
    return {
        "title": TITLE,
        "description": _DESCRIPTION,
        "license": LICENCE["name"],
        "license_url": LICENCE["path"],
        "source": "AWS's APIs and documentation, row by row in the table sources",
        "source_url": f"/{DATABASE}/sources",
        "databases": {
            DATABASE: {
                "description": f"{_DESCRIPTION} Data version {snapshot().data_version}.",
                "tables": {table.name: _table(table) for table in TABLES},
                "queries": {name: _query(query) for name, query in shipped().items()},
            }
        },
    }


@cache
def shipped() -> dict[str, queries.Query]:
    """Return every file in ``queries/`` by name, read once."""
    return queries.load(queries_dir())


def _query(query: queries.Query) -> dict[str, Any]:
    return {
        "sql": query.sql_for("sqlite"),
        "title": query.title,
        "description": query.description,
        "params": [parameter.name for parameter in query.parameters],
    }


def _table(table: Table) -> dict[str, Any]:
    settings = {
        "facets": _FACETS.get(table.name),
        "sort_desc": _NEWEST_FIRST.get(table.name),
        "label_column": table.key[0] if len(table.key) == 1 else None,
    }
    return {
        "description": table.description,
        "columns": {column.name: column.comment() for column in table.columns},
        **{name: value for name, value in settings.items() if value is not None},
    }
