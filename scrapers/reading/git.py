"""Reads the history of a package from its git repository: release tags, commits of the main line, file contents."""

from __future__ import annotations

import re
import shutil
import subprocess
from dataclasses import dataclass
from datetime import UTC, datetime
from pathlib import Path

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
    """A git directory to read."""

    def __init__(self, git_dir: Path) -> None:
        self.git_dir = git_dir
        program = shutil.which("git")
        if program is None:
            raise ScrapeError("git", "program not found", "Install git to read a git history.")
        # An optional lock would write into a repository that is only read here.
        self._command = [program, "--no-optional-locks", "--git-dir", str(git_dir)]
        self._run("rev-parse", "--git-dir")

    def releases(self) -> list[Commit]:
        """Release tags (digits and dots, perhaps a leading v), oldest version first."""
        fields = "%(refname:short) %(committerdate:unix) %(*committerdate:unix)"
        lines = self._text("for-each-ref", "refs/tags", f"--format={fields}").splitlines()
        tags = (line.split() for line in lines)
        releases = (Commit(tag, _utc(seconds[-1])) for tag, *seconds in tags if _RELEASE.fullmatch(tag) and seconds)
        return sorted(releases, key=lambda commit: version_of(commit.name) or ())

    def commits(self, paths: list[str]) -> list[Commit]:
        """Commits of the main line that touched a path (also by removing it), oldest first."""
        output = self._text("log", "--first-parent", "--reverse", "--format=%H %ct", "HEAD", "--", *paths)
        return [Commit(name, _utc(seconds)) for name, seconds in (line.split() for line in output.splitlines())]

    def blobs(self, places: list[tuple[str, str]]) -> dict[tuple[str, str], str]:
        """Object id of each (commit or tag, path); places that do not exist are left out."""
        names = "".join(f"{commit}:{path}\n" for commit, path in places)
        output = self._text("cat-file", "--batch-check=%(objecttype) %(objectname)", stdin=names.encode())
        found = (line.partition(" ") for line in output.splitlines())
        return {place: name for place, (kind, _, name) in zip(places, found, strict=True) if kind == "blob"}

    def content(self, blob: str) -> bytes:
        """The bytes of an object."""
        remedy = "Fetch the repository again, with all files."
        return self._run("cat-file", "blob", blob, what=f"object {blob} is not in this clone", remedy=remedy)

    def _text(self, *arguments: str, stdin: bytes = b"") -> str:
        return self._run(*arguments, stdin=stdin).decode("utf-8")

    def _run(
        self,
        *arguments: str,
        stdin: bytes = b"",
        what: str = "",
        remedy: str = "Name a git directory: a bare clone, or the .git folder of a work tree.",
    ) -> bytes:
        done = subprocess.run([*self._command, *arguments], input=stdin, capture_output=True, check=False)
        if done.returncode:
            message = done.stderr.decode("utf-8", "replace").strip().splitlines() or ["no message"]
            raise ScrapeError(str(self.git_dir), f"{what or f'git {arguments[0]} failed'} ({message[-1]})", remedy)
        return done.stdout


def version_of(text: str) -> tuple[int, ...] | None:
    """A release number as numbers that compare; None where the text is none ("git-34d6cad5ab")."""
    return tuple(int(part) for part in text.removeprefix("v").split(".")) if _RELEASE.fullmatch(text) else None


def _utc(seconds: str) -> datetime:
    return datetime.fromtimestamp(int(seconds), UTC)
