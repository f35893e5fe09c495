"""A copy of the data folder in which a refresh works, and the way back: every changed file in one step, or none."""

from __future__ import annotations

import contextlib
import shutil
from collections.abc import Iterator
from pathlib import Path

from kb.dataset.files import finish_replacing, replace_together, turn
from kb.errors import InputError, KBError

#: What a refresh may change, below the data folder. The curated tables are copied too, and never written back.
_GROWING = ("scrapes.csv", "observations/*.csv")
_CURATED = ("curated/*.csv",)


class BusyError(KBError):
    """Another refresh is at work on the same data folder, or the folder changed during this one."""


class Staging:
    """A copy of a data folder.

    Attributes:
        origin: The data folder.
        folder: The copy.
    """

    def __init__(self, origin: Path, folder: Path) -> None:
        """Make the copy, after completing what a killed process left half done in the data folder.

        Raises:
            InputError: There is no such folder, or the journal of a killed process is damaged.
            OSError: A file cannot be copied.
        """
        self.origin, self.folder = origin, folder
        if not (origin / "observations").is_dir():
            raise InputError(origin, 0, "no data folder; it must hold observations/ and curated/")
        finish_replacing(origin)
        folder.mkdir(parents=True)
        for path in [*_files(origin, _GROWING), *_files(origin, _CURATED)]:
            (folder / path).parent.mkdir(exist_ok=True)
            shutil.copyfile(origin / path, folder / path)
        self._before = _contents(folder)

    def changed(self) -> dict[Path, bytes]:
        """What differs from the state at the start: new bytes by path relative to the data folder."""
        return {path: content for path, content in _contents(self.folder).items() if self._before.get(path) != content}

    def commit(self) -> tuple[Path, ...]:
        """Put every changed file into the data folder, all in one step.

        Returns:
            The files written, relative to the data folder.

        Raises:
            BusyError: Somebody else changed a log or scrapes.csv since the copy was made; nothing was written.
            OSError: A file cannot be written.
        """
        changed = self.changed()
        if not changed:
            return ()
        finish_replacing(self.origin)
        now = _contents(self.origin)
        if now != self._before:
            path = min(path for path in {*now, *self._before} if now.get(path) != self._before.get(path))
            raise BusyError(f"{self.origin / path}: changed while the sources were read; run it again")
        replace_together(self.origin, {self.origin / path: content for path, content in changed.items()})
        return tuple(sorted(changed))

    def in_origin(self, text: str) -> str:
        """A message in which paths of the copy read as those of the data folder."""
        return text.replace(str(self.folder), str(self.origin))


@contextlib.contextmanager
def alone(data_dir: Path) -> Iterator[None]:
    """Let no second refresh work on the same data folder; the system ends the turn of a process that dies.

    On Windows, where folders have no locks, a second refresh is found out only when it commits.

    Raises:
        BusyError: Another one is at work.
    """
    with contextlib.ExitStack() as stack:
        try:
            with contextlib.suppress(FileNotFoundError, NotADirectoryError):  # `Staging` refuses what is no data folder
                stack.enter_context(turn(data_dir / "observations", wait=False))
        except BlockingIOError:
            raise BusyError(f"{data_dir}: another refresh is at work there; wait for it") from None
        yield


def _files(root: Path, patterns: tuple[str, ...]) -> list[Path]:
    found = (path for pattern in patterns for path in root.glob(pattern))
    return sorted(path.relative_to(root) for path in found if not path.name.startswith("."))


def _contents(root: Path) -> dict[Path, bytes]:
    return {path: (root / path).read_bytes() for path in _files(root, _GROWING)}
