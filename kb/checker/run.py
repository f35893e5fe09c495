"""Checks files: finds them, reads each within limits, and gathers the findings. One bad file never stops the others."""

from __future__ import annotations

import glob
import os
from collections.abc import Iterable, Iterator
from dataclasses import dataclass
from pathlib import Path

from kb.checker import suppressions
from kb.checker.documents import MAXIMUM_BYTES, NoFile, Unreadable, decode, read_bytes
from kb.checker.findings import check, merged
from kb.checker.model import Finding, Options
from kb.checker.readers import OF_INTEREST, SUFFIXES, read
from kb.checker.suppressions import Config
from kb.errors import MissingExtraError
from kb.library.rules import RULES, Severity

#: Folders that are never looked into.
SKIPPED_FOLDERS = frozenset({".git", ".hg", ".svn", ".terraform", ".venv", "__pycache__", "node_modules", "venv"})
#: The name by which standard input is given.
STDIN = "-"


@dataclass(frozen=True)
class FileResult:
    """What came of one file.

    Attributes:
        file: The file, as it was named.
        format: Format it was read as; None where it is of no known one, or could not be read.
        findings: Findings in order of lines, suppressed ones included.
    """

    file: str
    format: str | None
    findings: tuple[Finding, ...]


@dataclass(frozen=True)
class Target:
    """A file to check.

    Attributes:
        path: The file.
        was_named: Whether it was named itself, and not found in a folder.
    """

    path: Path
    was_named: bool


def targets(paths: Iterable[str], config: Config, *, lenient: bool = False) -> Iterator[Target]:
    """Yield the files that are meant, each once: files as named, and those of folders that may be of interest.

    Symbolic links to folders are not followed, so that loops cannot occur. With `lenient`, named files count as found.
    """
    seen: set[Path] = set()
    for text in paths:
        for target in _meant(text, config):
            # resolve() fails on loops of links; such a file is reported when it is read
            try:
                real = target.path.resolve()
            except (OSError, RuntimeError):
                real = target.path.absolute()
            if real not in seen:
                seen.add(real)
                yield Target(target.path, was_named=target.was_named and not lenient)


def _meant(text: str, config: Config) -> Iterator[Target]:
    """Files that one argument means: a folder, a file, or a pattern that the shell left alone."""
    path = Path(text)
    if path.is_dir():
        yield from _in_folder(path, config)
        return
    matches = [] if path.exists() else sorted(glob.glob(text, recursive=True))  # noqa: PTH207 - the pattern may be absolute
    if not matches:
        yield Target(path, was_named=True)
    for match in matches:
        if not Path(match).is_dir():
            yield Target(Path(match), was_named=True)


def _in_folder(folder: Path, config: Config) -> Iterator[Target]:
    for root, folders, names in os.walk(folder):
        folders[:] = sorted(name for name in folders if name not in SKIPPED_FOLDERS)
        for name in sorted(names):
            path = Path(root) / name
            if path.suffix in SUFFIXES and not config.excludes(path.as_posix()):
                yield Target(path, was_named=False)


def check_target(target: Target, options: Options, config: Config) -> FileResult:
    """Check a file."""
    name, path = target.path.as_posix(), target.path
    severity = RULES["unreadable"].severity if target.was_named else Severity.WARNING
    try:
        content = read_bytes(path)
        # of a folder, only a file that has anything of what requests have
        if not target.was_named and len(content) <= MAXIMUM_BYTES and not OF_INTEREST.search(content):
            return FileResult(name, None, ())
        text = decode(content)
    except NoFile as error:
        return FileResult(name, None, (_unreadable(name, error, severity),) if target.was_named else ())
    except Unreadable as error:
        return FileResult(name, None, (_unreadable(name, error, severity),))
    return check_text(text, name, options, config, path=path, severity=severity)


def check_bytes(content: bytes, name: str, options: Options, config: Config) -> FileResult:
    """Check what came from standard input."""
    try:
        return check_text(decode(content), name, options, config)
    except Unreadable as error:
        return FileResult(name, None, (_unreadable(name, error, RULES["unreadable"].severity),))


def check_text(
    text: str,
    name: str,
    options: Options,
    config: Config,
    *,
    path: Path | None = None,
    severity: Severity = Severity.ERROR,
) -> FileResult:
    """Check a text.

    Args:
        text: Content of a file.
        name: Its name, for the findings and for telling its format.
        options: What is wanted.
        config: Suppressions that hold beside those in the text.
        path: Where the file is; None for standard input.
        severity: How bad it is if the text cannot be read.
    """
    comments, problems = suppressions.in_text(text, name)
    try:
        found = read(text, path, name, options.region)
        if found is None:
            return FileResult(name, None, tuple(problems))
        form, calls = found
        raw = merged(finding for call in calls for finding in check(call, options, name))
    except Exception as error:
        return FileResult(name, None, (*problems, _unreadable(name, error, severity, text.count("\n") + 1)))
    findings = [*suppressions.apply(raw, [*comments, *config.suppressions])]
    findings += [*problems, *suppressions.needless(comments, name)]
    return FileResult(name, form, tuple(sorted(findings, key=lambda each: each.line)))


def _unreadable(name: str, error: Exception, severity: Severity, lines: int | None = None) -> Finding:
    """Say that a file could not be read or checked; parsers tell the end of a text as the line after it."""
    text, fix = str(error), "Fix or exclude the file."
    if isinstance(error, MissingExtraError):
        fix = ""
    elif isinstance(error, RecursionError):
        text = "not read: it is nested too deeply"
    elif not isinstance(error, Unreadable):
        # a fault of this program, or of one it uses; the other files are checked all the same
        text = f"not checked: an internal error ({type(error).__name__}: {error}); please report it"
    line = error.line if isinstance(error, Unreadable) else 1
    return Finding("unreadable", severity, name, min(line, lines or line), f"{text[:1].upper()}{text[1:]}.", fix)


def needless_rows(config: Config, results: Iterable[FileResult], file: str) -> Iterator[Finding]:
    """Yield a finding for each row of the configuration that fits a checked file and suppresses nothing in it."""
    names = [result.file for result in results]
    meant = [each for each in config.suppressions if any(map(each.is_for, names))]
    yield from suppressions.needless(meant, file)
