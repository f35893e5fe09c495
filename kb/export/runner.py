"""Runs an export: every table of the built database in each format, a description and checksums, in one folder."""

from __future__ import annotations

import sqlite3
from collections.abc import Callable, Collection
from contextlib import closing
from dataclasses import dataclass
from pathlib import Path

from kb.dataset.database import Connection, build_info, connect, row_counts
from kb.dataset.schema import TABLES
from kb.errors import ExportError, need
from kb.export import copies, datapackage, snapshot, sqlite
from kb.export.folder import CHECKSUMS, DATABASE, DESCRIPTOR, LOOKUP, checksums, formats_in, replacing

#: The formats, in the order in which they are written.
FORMATS = ("sqlite", *copies.FORMATS)

#: Called before each step with its number (from 1), the number of steps, and its title.
Progress = Callable[[int, int, str], None]


@dataclass(frozen=True)
class ExportResult:
    """What an export made.

    Attributes:
        folder: Where it is.
        formats: The formats there.
        files: Size in bytes of each file, by its path in the folder.
        sha256: SHA-256 of each file but the list of checksums, by its path.
        rows: Rows per table.
        data_version: CalVer of the newest change.
    """

    folder: Path
    formats: tuple[str, ...]
    files: dict[str, int]
    sha256: dict[str, str]
    rows: dict[str, int]
    data_version: str


def export(
    database: Path,
    folder: Path,
    formats: Collection[str] = FORMATS,
    progress: Progress | None = None,
) -> ExportResult:
    """Write the tables of a built database into a folder, which is replaced as a whole.

    Formats that an earlier export left in the folder are written again too, so that all of it comes from one database.

    Args:
        database: The DuckDB file.
        folder: Folder to make or replace.
        formats: Formats to write, of `FORMATS`.
        progress: Told of each step.

    Raises:
        DatabaseError, MissingExtraError: as for `kb.dataset.database.connect`.
        ExportError: there is no such format, or the folder cannot be written or holds foreign files; it is as it was.
    """
    unknown = sorted(set(formats) - set(FORMATS))
    if unknown or not formats:
        wrong = f"unknown format {unknown[0]!r}" if unknown else "no format to export"
        raise ExportError(f"{wrong}; the formats are: {', '.join(FORMATS)}")
    module = need("duckdb", "build", "An export")
    target = folder.resolve()
    with closing(connect(database)) as connection:
        try:
            with replacing(target) as new:
                wanted = formats_in(target).union(formats)
                written = tuple(name for name in FORMATS if name in wanted)
                return _write(connection, new, folder, written, progress or (lambda number, of, title: None))
        except OSError as error:
            raise ExportError(f"{error.filename or folder}: {error.strerror}; nothing was replaced") from error
        except (module.Error, sqlite3.Error) as error:
            raise ExportError(f"{folder}: cannot be written: {str(error).strip()}; nothing was replaced") from error


def _write(connection: Connection, new: Path, folder: Path, formats: tuple[str, ...], tell: Progress) -> ExportResult:
    """Fill the new folder; `folder` is the name it will have."""
    total = len(formats) + 2
    version = build_info(connection)["data_version"]
    for number, name in enumerate(formats, 1):
        tell(number, total, name)
        _write_format(connection, new, name, version)
    tell(total - 1, total, "checksums")
    found = checksums(new)
    lines = [f"{sha256}  {name}\n" for name, (_, sha256) in found.items()]
    (new / CHECKSUMS).write_text("".join(lines), encoding="utf-8", newline="\n")
    tell(total, total, "publishing")
    return ExportResult(
        folder=folder,
        formats=formats,
        files={name: size for name, (size, _) in found.items()} | {CHECKSUMS: (new / CHECKSUMS).stat().st_size},
        sha256={name: sha256 for name, (_, sha256) in found.items()},
        rows=row_counts(connection),
        data_version=version,
    )


def _write_format(connection: Connection, new: Path, name: str, version: str) -> None:
    if name == "sqlite":
        sqlite.write(connection, new / DATABASE)
        (new / LOOKUP).write_text(snapshot.render(connection), encoding="utf-8", newline="\n")
        return
    inside = new / name
    inside.mkdir()
    for table in TABLES:
        copies.write(connection, table, inside / f"{table.name}.{name}", version)
    if name == "csv":
        text = datapackage.render(connection, version, checksums(inside))
        (new / DESCRIPTOR).write_text(text, encoding="utf-8", newline="\n")
