"""Files that are replaced whole or not at all, one by one or several together, and folders for work in progress."""

from __future__ import annotations

import contextlib
import errno
import glob
import json
import os
import shutil
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path

from kb.errors import InputError

#: Names the files that are about to take the place of others; while it is there, that is to be completed.
JOURNAL = ".replacing.json"
_SUFFIX = ".new"
_SCRATCH = ".kb-scratch-"


def replace_atomically(path: Path, content: bytes) -> None:
    """Write `content` to a temporary file in the same folder, flush it to disk, and put it in the place of `path`.

    What an interrupted earlier call left behind is removed. The file keeps its mode, and a link to it stays a link.

    Raises:
        OSError: the file cannot be written; `path` is as it was.
    """
    target = real(path)
    temporary = _write_beside(target, content)
    try:
        temporary.replace(target)
    finally:
        temporary.unlink(missing_ok=True)
    sync(target.parent)


def publish(temporary: Path, path: Path) -> None:
    """Flush a finished file to disk and put it in the place of `path`, in one step.

    Raises:
        OSError: it cannot be done; `path` is as it was.
    """
    target = real(path)
    sync(temporary)
    try:
        temporary.replace(target)
    except OSError as error:
        if error.errno != errno.EXDEV:
            raise
        with scratch(target.parent) as folder:  # from another file system by way of a copy
            publish(Path(shutil.copyfile(temporary, folder / target.name)), target)
    sync(target.parent)


def real(path: Path) -> Path:
    """Return the file that a path means, through every link, so that replacing it leaves the links as they are."""
    return Path(os.path.realpath(path))


@contextlib.contextmanager
def scratch(home: Path | None = None) -> Iterator[Path]:
    """Give a new empty folder that is removed at the end; what killed processes left behind is removed first.

    The process that works in such a folder holds its lock, which the system takes back when the process dies. So an
    abandoned folder is known for one, whatever the number of its process was.

    Args:
        home: Folder to make it in; by default the system's folder for temporary files.

    Raises:
        OSError: it cannot be made.
    """
    base = home or Path(tempfile.gettempdir())
    if os.name == "posix":  # elsewhere there is no such lock
        for leftover in base.glob(f"{_SCRATCH}*"):
            with contextlib.suppress(OSError), turn(leftover, wait=False):
                shutil.rmtree(leftover, ignore_errors=True)
    while True:
        folder = Path(tempfile.mkdtemp(prefix=_SCRATCH, dir=base))
        with contextlib.ExitStack() as stack:
            try:
                stack.enter_context(turn(folder, wait=False))
            except (BlockingIOError, FileNotFoundError):  # another process took it for abandoned before it was locked
                continue
            if folder.is_dir():
                stack.callback(shutil.rmtree, folder, ignore_errors=True)
                yield folder
                return


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
        ValueError: a file is not below `root`, as the two are given; nothing was written.
        InputError: an earlier journal is damaged.
    """
    names = {path: path.relative_to(root).as_posix() for path in contents}
    root.mkdir(parents=True, exist_ok=True)
    with turn(root):
        _finish(root)
        written: dict[str, str] = {}
        try:
            for path, content in sorted(contents.items()):
                temporary = _write_beside(path, content)
                written[names[path]] = (Path(names[path]).parent / temporary.name).as_posix()
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
    for leftover in path.parent.glob(f".{glob.escape(path.name)}.*{_SUFFIX}"):
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
def turn(folder: Path, *, wait: bool = True) -> Iterator[None]:
    """Hold the lock of a folder; the system ends the turn of a process that dies.

    Args:
        folder: The folder.
        wait: Wait until no other process holds it.

    Raises:
        BlockingIOError: another process holds it, and nobody waits.
        OSError: there is no such folder.
    """
    try:
        import fcntl
    except ImportError:  # not on Windows, where nothing but this courtesy is missing
        yield
        return
    descriptor = os.open(folder, os.O_RDONLY)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX if wait else fcntl.LOCK_EX | fcntl.LOCK_NB)
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
