"""Fills the table of the nearest types, with the library's own measure of how far one type is from another."""

from __future__ import annotations

from kb.dataset.database import Connection
from kb.library.alternatives.distance import near_without_local_storage
from kb.library.model import InstanceType


def fill(connection: Connection) -> None:
    """Fill ``nearest_types`` from ``instance_types``."""
    columns = [name for name in InstanceType._fields if name not in ("valid_from", "valid_to")]
    found = connection.execute(f"SELECT {', '.join(columns)} FROM instance_types").fetchall()
    types = (InstanceType(**dict(zip(columns, row, strict=True), valid_from=None, valid_to=None)) for row in found)
    rows = sorted(near_without_local_storage(types))
    connection.execute(
        "INSERT INTO nearest_types SELECT unnest(?::VARCHAR[]), unnest(?::VARCHAR[]), unnest(?::DOUBLE[])",
        [[row[position] for row in rows] for position in range(3)],
    )
