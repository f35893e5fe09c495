"""Readings kept as files, so that what a source showed can be parsed again without the source.

One folder per reading: `<folder>/<source>/<date>-<number>/`, with the documents as they were read and `reading.json`,
which says what they are. A folder appears under its name only when it is complete.
"""

from __future__ import annotations

import json
import shutil
from collections.abc import Iterator
from datetime import date
from pathlib import Path

from scrapers.base import Document, Reading, ScrapeError
from scrapers.reading import jsontree

_DESCRIPTION = "reading.json"
_REMEDY = "Keep the reading again, or take its folder out."


def keep(folder: Path, source: str, reading: Reading) -> Path:
    """Write a reading to files.

    Returns:
        The new folder.

    Raises:
        OSError: It cannot be written; nothing is left behind under its name.
    """
    home = folder / source
    home.mkdir(parents=True, exist_ok=True)
    number = 1
    while (target := home / f"{reading.observed_on}-{number:03}").exists():
        number += 1
    temporary = home / f".{target.name}.tmp"
    shutil.rmtree(temporary, ignore_errors=True)
    temporary.mkdir()
    documents = []
    for position, document in enumerate(reading.documents):
        file = f"{position:04}{Path(document.name).suffix}"
        with document.open() as source_stream, (temporary / file).open("wb") as stream:
            shutil.copyfileobj(source_stream, stream)
        documents.append(
            {
                "name": document.name,
                "url": document.url,
                "profile": document.profile,
                "file": file,
                "sha256": document.sha256,
                "is_large": document.file is not None,
            }
        )
    description = {
        "origin": reading.origin,
        "observed_on": reading.observed_on.isoformat(),
        "unread": sorted(reading.unread),
        "failures": list(reading.failures),
        "documents": documents,
    }
    (temporary / _DESCRIPTION).write_text(
        json.dumps(description, indent=1, ensure_ascii=False) + "\n", encoding="utf-8"
    )
    temporary.rename(target)
    return target


def kept(folder: Path, source: str) -> Iterator[Reading]:
    """Read the kept readings of a source, oldest first.

    Raises:
        ScrapeError: There are none, or one of them is damaged.
    """
    folders = sorted(path for path in (folder / source).glob("[0-9]*") if path.is_dir())
    if not folders:
        raise ScrapeError(str(folder / source), "no kept readings", "Keep some with --keep-raw first.")
    for path in folders:
        yield _reading(path)


def _reading(folder: Path) -> Reading:
    file = folder / _DESCRIPTION
    try:
        content = file.read_bytes()
    except OSError as error:
        raise ScrapeError(str(file), f"cannot be read ({error.strerror})", _REMEDY) from error
    root = jsontree.load(Document(str(file), content))
    try:
        observed_on = date.fromisoformat(root["observed_on"].text())
    except ValueError as error:
        raise ScrapeError(str(file), f"observed_on is no date ({error})", _REMEDY) from error
    return Reading(
        root["origin"].text(),
        observed_on,
        tuple(_document(folder, node) for node in root["documents"].elements()),
        frozenset(_texts(root["unread"])),
        tuple(_texts(root["failures"])),
    )


def _document(folder: Path, node: jsontree.Node) -> Document:
    path = folder / Path(node["file"].text()).name
    is_large = node["is_large"].boolean() == "true"
    try:
        document = Document(
            node["name"].text(),
            b"" if is_large else path.read_bytes(),
            node["url"].any_text(),
            node["profile"].any_text(),
            path if is_large else None,
        )
        sha256 = document.sha256
    except OSError as error:
        raise ScrapeError(str(path), f"cannot be read ({error.strerror})", _REMEDY) from error
    if sha256 != node["sha256"].text():
        raise ScrapeError(str(path), "not the bytes that were kept", _REMEDY)
    return document


def _texts(node: jsontree.Node) -> list[str]:
    return [element.any_text() for element in node.elements(may_be_empty=True)]
