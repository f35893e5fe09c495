"""Files that are replaced whole or not at all, one by one or several together."""

from __future__ import annotations

import contextlib
import json
import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from kb.errors import InputError

#: Names the files that are about to take the place of others; while it is there, that is to be completed.
JOURNAL = ".replacing.json"
_SUFFIX = ".new"


def replace_atomically(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file in the same folder, flush it to disk, and put it in the place of `path`.

    What an interrupted earlier call left behind is removed. The file keeps its mode.

    Raises:
        OSError: the file cannot be written; `path` is as it was.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".{path.name}.*.tmp"):
        leftover.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=".tmp", dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        publish(temporary, path)
    finally:
        temporary.unlink(missing_ok=True)


def publish(temporary: Path, path: Path) -> None:
    """Flush a finished file to disk and put it in the place of `path`, in one step.

    Raises:
        OSError: it cannot be done; `path` is as it was.
    """
    sync(temporary)
    temporary.replace(path)
    sync(path.parent)


def replace_together(root: Path, contents: Mapping[Path, bytes]) -> None:
    """Replace several files below `root` as one: a process that dies at any moment leaves all old, or all new.

    The new files are written beside the old ones, then a journal is written that names them all, then each takes the
    place of its old one. Until the journal is there, nothing has happened; once it is, `finish_replacing` completes
    what is left, and every reader calls that first. Two processes take turns.

    Args:
        root: Folder that holds the journal.
        contents: New bytes by file; files and folders that are not there yet are made.

    Raises:
        OSError: a file cannot be written; if it is about the new files, everything is as it was.
        InputError: an earlier journal is damaged.
    """
    root.mkdir(parents=True, exist_ok=True)
    with turn(root):
        _finish(root)
        written: dict[str, str] = {}
        try:
            for path, content in sorted(contents.items()):
                temporary = _write_beside(path, content)
                written[path.relative_to(root).as_posix()] = temporary.relative_to(root).as_posix()
            replace_atomically(root / JOURNAL, json.dumps(written, indent=1).encode())
        except BaseException:
            if not (root / JOURNAL).exists():
                for name in written.values():
                    (root / name).unlink(missing_ok=True)
            raise
        _finish(root)


def finish_replacing(root: Path) -> bool:
    """Complete what a process that died in `replace_together` left half done.

    Returns:
        Whether there was anything to complete.

    Raises:
        InputError: the journal is damaged.
        OSError: a file cannot be replaced.
    """
    if not (root / JOURNAL).exists():
        return False
    with turn(root):
        return _finish(root)


def _write_beside(path: Path, content: bytes) -> Path:
    """Write `content` to a file in the same folder and flush it to disk; remove what killed processes left there."""
    path.parent.mkdir(parents=True, exist_ok=True)
    for leftover in path.parent.glob(f".{path.name}.*{_SUFFIX}"):
        leftover.unlink(missing_ok=True)
    descriptor, name = tempfile.mkstemp(prefix=f".{path.name}.", suffix=_SUFFIX, dir=path.parent)
    temporary = Path(name)
    try:
        with os.fdopen(descriptor, "wb") as file:
            file.write(content)
        temporary.chmod(path.stat().st_mode & 0o777 if path.exists() else 0o644)
        sync(temporary)
    except BaseException:
        temporary.unlink(missing_ok=True)
        raise
    return temporary


def _finish(root: Path) -> bool:
    journal = root / JOURNAL
    try:
        pairs = json.loads(journal.read_bytes())
    except FileNotFoundError:
        return False
    except ValueError:
        pairs = None
    if not isinstance(pairs, dict) or not all(_is_pair(*pair) for pair in pairs.items()):
        raise InputError(journal, 0, "not a list of files to replace; take the folder back to its last committed state")
    for name, temporary in pairs.items():
        # a file that is not there any more took its place before the process died
        with contextlib.suppress(FileNotFoundError):
            (root / temporary).replace(root / name)
        sync((root / name).parent)
    journal.unlink()
    sync(root)
    return True


def _is_pair(name: object, temporary: object) -> bool:
    """Whether these are a file below the root and a new one beside it."""
    if not isinstance(name, str) or not isinstance(temporary, str) or ".." in name.split("/") or name.startswith("/"):
        return False
    old, new = Path(name), Path(temporary)
    return old.parent == new.parent and new.name.startswith(f".{old.name}.") and new.name.endswith(_SUFFIX)


@contextlib.contextmanager
def turn(root: Path) -> Iterator[None]:
    """Wait until no other process replaces files in this folder; the system ends the turn of one that dies."""
    try:
        import fcntl
    except ImportError:  # not on Windows, where nothing but this courtesy is missing
        yield
        return
    descriptor = os.open(root, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        yield
    finally:
        os.close(descriptor)


def sync(path: Path) -> None:
    """Flush a file or folder to disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
