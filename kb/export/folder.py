"""The folder of an export: what belongs to it, its list of checksums, and replacing it as a whole.

A new folder is made beside the old one and takes its place when it is complete. Only a folder of which every file was
written by an export is ever replaced.
"""

from __future__ import annotations

import hashlib
import re
import shutil
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path

from kb.dataset.files import sync, turn
from kb.errors import ExportError
from kb.export.copies import FORMATS as PER_TABLE

#: Lists every other file of the folder, as `sha256sum` does.
CHECKSUMS = "SHA256SUMS"
DATABASE = "kb.sqlite"
#: The lookup snapshot of the same data, for the web site; made with the SQLite file.
LOOKUP = "lookup.txt"
DESCRIPTOR = "datapackage.json"

_LINE = re.compile(r"[0-9a-f]{64} [ *](.+)")
_NAME = re.compile(
    rf"{re.escape(DATABASE)}|{re.escape(LOOKUP)}|{re.escape(DESCRIPTOR)}|({'|'.join(PER_TABLE)})/\w+\.\1"
)
_FOREIGN_SHOWN = 3


def formats_in(folder: Path) -> set[str]:
    """Return the formats that an earlier export left in a folder.

    Raises:
        ExportError: it holds something else too, so that no export may replace it.
    """
    owned = _owned(folder)
    foreign = list(_foreign(folder, owned))
    if foreign:
        more = len(foreign) - _FOREIGN_SHOWN
        shown = ", ".join(foreign[:_FOREIGN_SHOWN]) + (f" and {more} more" if more > 0 else "")
        raise ExportError(
            f"{folder}: holds what no export wrote ({shown}); nothing was changed; "
            "take that away, or give another folder"
        )
    found = {name.partition("/")[0] for name in owned if (folder / name).exists()}
    return found & {*PER_TABLE} | ({"sqlite"} if DATABASE in found else set())


@contextmanager
def replacing(folder: Path) -> Iterator[Path]:
    """Give a new empty folder to fill; it takes the place of `folder` when the block ends without an error.

    A process that dies leaves the old folder or the new one; one that dies between the two renames leaves the old one
    under another name, and the next call puts it back. Two processes take turns.

    Raises:
        ExportError: the folder cannot be replaced, or holds foreign files; it is as it was.
        OSError: a folder cannot be made or renamed; the old one is as it was.
    """
    if folder.is_mount() or Path.cwd().is_relative_to(folder):
        raise ExportError(
            f"{folder}: an export replaces its folder as a whole, which a mount point or the working folder does not "
            "allow; give a folder inside it"
        )
    folder.parent.mkdir(parents=True, exist_ok=True)
    new, old = (folder.with_name(f".kb-export-{age}-{folder.name}") for age in ("new", "old"))
    with turn(folder.parent):
        try:
            _tidy(folder, new, old)
            new.mkdir()
            yield new
            for path in (*new.rglob("*"), new):
                sync(path)
            formats_in(folder)  # refuses what is no export
            if folder.exists():
                shutil.copymode(folder, new)
                folder.rename(old)
            new.rename(folder)
            sync(folder.parent)
        finally:
            _tidy(folder, new, old)


def checksums(folder: Path) -> dict[str, tuple[int, str]]:
    """Return size in bytes and SHA-256 of every file in a folder, by its path there, sorted."""
    paths = {path.relative_to(folder).as_posix(): path for path in folder.rglob("*") if path.is_file()}
    return {name: (path.stat().st_size, _sha256(path)) for name, path in sorted(paths.items())}


def _sha256(path: Path) -> str:
    with path.open("rb") as file:
        return hashlib.file_digest(file, "sha256").hexdigest()


def _owned(folder: Path) -> set[str]:
    """Files that the list of checksums names and that have the name of an export, and the list itself."""
    try:
        text = (folder / CHECKSUMS).read_text(encoding="utf-8")
    except (OSError, ValueError):
        return set()
    names = {found[1] for line in text.splitlines() if (found := _LINE.fullmatch(line))}
    return {CHECKSUMS} | {name for name in names if _NAME.fullmatch(name)}


def _foreign(folder: Path, owned: set[str]) -> Iterator[str]:
    if folder.exists() and not folder.is_dir():
        raise ExportError(f"{folder}: is a file; give the name of a folder")
    for entry in sorted(folder.iterdir()) if folder.exists() else ():
        if entry.name in PER_TABLE and entry.is_dir() and not entry.is_symlink():
            names = [f"{entry.name}/{path.name}" for path in sorted(entry.iterdir())]
        else:
            names = [entry.name]
        yield from (name for name in names if name not in owned or not (folder / name).is_file())


def _tidy(folder: Path, new: Path, old: Path) -> None:
    """Put the old folder back if nothing took its place, and remove what is left over."""
    if old.exists() and not folder.exists():
        old.rename(folder)
    for leftover in (new, old):
        shutil.rmtree(leftover, ignore_errors=True)
