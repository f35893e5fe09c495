"""Describes the CSV files as a Frictionless data package: tables and columns with types, keys, units and sources."""

from __future__ import annotations

import json
from collections.abc import Mapping
from typing import Any

from kb.dataset.database import Connection
from kb.dataset.schema import TABLES, Column, Table, table
from kb.dataset.schema.core import TYPES

#: The licence under which the tables are given away.
LICENCE = {
    "name": "Apache-2.0",
    "title": "Apache License 2.0",
    "path": "https://www.apache.org/licenses/LICENSE-2.0",
}

#: What was read by a program left a row in scrapes; rules and curated facts were read by a person.
_SOURCES_READ = """
    SELECT source, title, url, licence FROM sources
    WHERE source IN (SELECT source FROM scrapes) OR kind IN ('rules', 'curated')
    ORDER BY source"""


def render(connection: Connection, data_version: str, files: Mapping[str, tuple[int, str]]) -> str:
    """Return the text of ``datapackage.json``.

    Args:
        connection: To the built database.
        data_version: Its data version, whose day is the day of the package.
        files: Size in bytes and SHA-256 of the CSV files, by name.
    """
    sources = _sources(connection)
    licences = ", ".join(sorted({f"'{source['licence']}'" for source in sources.values()}))
    descriptor = {
        "profile": "tabular-data-package",
        "name": "sagemaker-storage-kb",
        "title": "SageMaker storage knowledge base",
        "description": (
            "Which SageMaker instance types have local NVMe storage, and what happens to a customer KMS key on each of "
            "them, per workload, with evidence and dates. The tables are under the licence named here; the licence "
            f"of what they were made from stands beside each source: {licences}."
        ),
        "version": data_version,
        "created": f"{data_version.replace('.', '-')}T00:00:00Z",
        "licenses": [LICENCE],
        "sources": list(sources.values()),
        "resources": [_resource(connection, each, sources, *files[f"{each.name}.csv"]) for each in TABLES],
    }
    return json.dumps(descriptor, indent=2) + "\n"


def _sources(connection: Connection) -> dict[str, dict[str, str]]:
    rows = connection.execute(_SOURCES_READ).fetchall()
    return {source: {"title": title, "path": url, "licence": licence} for source, title, url, licence in rows}


def _resource(
    connection: Connection, each: Table, sources: Mapping[str, dict[str, str]], size: int, sha256: str
) -> dict[str, Any]:
    resource: dict[str, Any] = {
        "profile": "tabular-data-resource",
        "name": each.name,
        "path": f"csv/{each.name}.csv",
        "description": each.description,
        "format": "csv",
        "mediatype": "text/csv",
        "encoding": "utf-8",
        "bytes": size,
        "hash": f"sha256:{sha256}",
        "schema": _schema(each),
    }
    named = [sources[name] for name in _named_sources(connection, each) if name in sources]
    return {**resource, "sources": named} if named else resource


def _named_sources(connection: Connection, each: Table) -> list[str]:
    """Sources that the rows of a table name, sorted."""
    columns = [column for column, target in each.references.items() if target == "sources"]
    asked = " UNION ".join(
        f"SELECT DISTINCT {column} FROM {each.name} WHERE {column} IS NOT NULL" for column in columns
    )
    return sorted(row[0] for row in connection.execute(asked).fetchall()) if columns else []


def _schema(each: Table) -> dict[str, Any]:
    foreign = [
        {
            "fields": [column],
            # a table names itself by an empty name
            "reference": {"resource": "" if target == each.name else target, "fields": list(table(target).key)},
        }
        for column, target in each.references.items()
    ]
    return {
        "fields": [_field(column) for column in each.columns],
        "missingValues": [""],
        **({"primaryKey": list(each.key)} if each.has_whole_key else {}),
        **({"foreignKeys": foreign} if foreign else {}),
    }


def _field(column: Column) -> dict[str, Any]:
    return {
        "name": column.name,
        "type": TYPES[column.type].frictionless,
        "format": "default",
        "description": column.description,
        **({"unit": column.unit} if column.unit else {}),
        # never NULL: an empty cell is empty text here
        **({"missingValues": []} if column.may_be_empty else {}),
        **({"constraints": {"required": True}} if column.required else {}),
    }
