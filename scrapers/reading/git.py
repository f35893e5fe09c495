"""Reads the history of a package from its git repository: release tags, commits of the main line, file contents."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path
from types import TracebackType
from typing import Self

from scrapers.base import ScrapeError

_RELEASE = re.compile(r"v?\d+(\.\d+)+")


@dataclass(frozen=True)
class Commit:
    """A commit.

    Attributes:
        name: Release tag or full commit id: what git and the repository's web pages understand.
        committed_on: When it was committed, UTC.
    """

    name: str
    committed_on: datetime


class Repository:
    """A git directory, open for reading; use it in a `with` statement."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        program = shutil.which("git")
        if program is None:
            raise ScrapeError("git", "program not found", "Install git to read a git history.")
        # An optional lock would write into a repository that is only read here.
        self._command = [program, "--no-optional-locks", "--git-dir", str(git_dir)]
        self._batch: subprocess.Popen[bytes] | None = None
        self._run("rev-parse", "--git-dir")

    def __enter__(self) -> Self:
        return self

    def __exit__(self, kind: type[BaseException] | None, error: BaseException | None, tb: TracebackType | None) -> None:
        if self._batch is not None:
            self._batch.communicate()
            self._batch = None

    def releases(self) -> list[Commit]:
        """Release tags (digits and dots, perhaps a leading v), oldest version first."""
        fields = "%(refname:short) %(committerdate:unix) %(*committerdate:unix)"
        releases = []
        for line in self._run("for-each-ref", "refs/tags", f"--format={fields}").splitlines():
            tag, *seconds = line.split()
            if _RELEASE.fullmatch(tag) and seconds:
                releases.append(Commit(tag, _utc(seconds[-1])))
        return sorted(releases, key=lambda commit: version_of(commit.name) or ())

    def commits(self, paths: list[str]) -> list[Commit]:
        """Commits of the main line that touched a path (also by removing it), oldest first."""
        output = self._run("log", "--first-parent", "--reverse", "--format=%H %ct", "HEAD", "--", *paths)
        return [Commit(name, _utc(seconds)) for name, seconds in (line.split() for line in output.splitlines())]

    def blobs(self, places: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Object id of each (commit or tag, path); places that do not exist are left out."""
        names = "".join(f"{commit}:{path}\n" for commit, path in places)
        output = self._run("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=names.encode())
        found = {}
        for place, line in zip(places, output.splitlines(), strict=True):
            kind, _, name = line.partition(" ")
            if kind == "blob":
                found[place] = name
        return found

    def content(self, blob: str) -> bytes:
        """The bytes of an object."""
        if self._batch is None:
            self._batch = subprocess.Popen(
                [*self._command, "cat-file", "--batch"], stdin=subprocess.PIPE, stdout=subprocess.PIPE
            )
        stdin, stdout = self._batch.stdin, self._batch.stdout
        if stdin is None or stdout is None:
            raise ScrapeError(str(self.git_dir), "git does not answer", "Try again.")
        try:
            stdin.write(blob.encode() + b"\n")
            stdin.flush()
        except OSError as error:
            raise ScrapeError(str(self.git_dir), f"git stopped ({error.strerror})", "Check the clone.") from error
        header = stdout.readline().split()
        if len(header) != 3 or header[1] != b"blob":
            raise ScrapeError(
                f"{self.git_dir}, object {blob}", "is not in this clone", "Fetch the repository again, with all files."
            )
        size = int(header[2])
        content = stdout.read(size)
        stdout.read(1)
        if len(content) != size:
            raise ScrapeError(f"{self.git_dir}, object {blob}", "was cut off", "Fetch the repository again.")
        return content

    def _run(self, *arguments: str, stdin: bytes = b"") -> str:
        done = subprocess.run([*self._command, *arguments], input=stdin, capture_output=True, check=False)
        if done.returncode:
            message = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise ScrapeError(
                str(self.git_dir),
                f"git {arguments[0]} failed ({message[-1]})",
                "Name a git directory: a bare clone, or the .git folder of a work tree.",
            )
        return done.stdout.decode("utf-8")


def version_of(text: str) -> tuple[int, ...] | None:
    """A release number as numbers that compare; None where the text is none ("git-34d6cad5ab")."""
    return tuple(int(part) for part in text.removeprefix("v").split(".")) if _RELEASE.fullmatch(text) else None


def _utc(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
