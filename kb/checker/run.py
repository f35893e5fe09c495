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
from kb.checker.suppressions import Config, Suppression
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
    seen: set[str] = set()
    for text in paths:
        for target in _meant(text, config):
            # unlike Path.resolve(), this takes loops of links as they are; such a file is reported when it is read
            real = os.path.realpath(target.path)
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
    for file in map(Path, matches or [text]):
        if not file.is_dir():
            yield Target(file, was_named=True)


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
    except Unreadable as error:
        is_told = target.was_named or not isinstance(error, NoFile)
        return FileResult(name, None, (_unreadable(name, error, severity, ""),) if is_told else ())
    # of a folder, only a file that has anything of what requests have
    if not target.was_named and len(content) <= MAXIMUM_BYTES and not OF_INTEREST.search(content):
        return FileResult(name, None, ())
    return check_bytes(content, name, options, config, path=path, severity=severity)


def check_bytes(
    content: bytes,
    name: str,
    options: Options,
    config: Config,
    *,
    path: Path | None = None,
    severity: Severity = Severity.ERROR,
) -> FileResult:
    """Check the content of a file, or of standard input.

    Args:
        content: The content, or as much of it as may be read and one byte more.
        name: Name of the file, for the findings and for telling its format.
        options: What is wanted.
        config: Suppressions that hold beside those in the text.
        path: Where the file is; None for standard input.
        severity: How bad it is if the file cannot be read.
    """
    text, comments, problems = "", list[Suppression](), list[Finding]()
    try:
        text = decode(content)
        comments, problems = suppressions.in_text(text, name)
        found = read(text, path, name, options.region)
        if found is None:
            return FileResult(name, None, tuple(problems))
        form, calls = found
        raw = merged(finding for call in calls for finding in check(call, options, name))
    except Exception as error:
        return FileResult(name, None, (*problems, _unreadable(name, error, severity, text)))
    findings = [
        *suppressions.apply(raw, [*comments, *config.suppressions]),
        *problems,
        *suppressions.needless(comments, name),
    ]
    return FileResult(name, form, tuple(sorted(findings, key=lambda each: each.line)))


def _unreadable(name: str, error: Exception, severity: Severity, text: str) -> Finding:
    """Say that a file could not be read or checked."""
    problem, fix, line = str(error), "Fix or exclude the file.", 1
    match error:
        case Unreadable():
            # parsers tell the end of a text as the line after it
            line = min(error.line, text.count("\n") + 1)
        case MissingExtraError():
            fix = ""
        case RecursionError():
            problem = "not read: it is nested too deeply"
        case _:
            # a fault of this program, or of one it uses; the other files are checked all the same
            problem = f"not checked: an internal error ({type(error).__name__}: {error}); please report it"
    return Finding("unreadable", severity, name, line, f"{problem[:1].upper()}{problem[1:]}.", fix)


def needless_rows(config: Config, results: Iterable[FileResult], file: str) -> Iterator[Finding]:
    """Yield a finding for each row of the configuration that fits a checked file and suppresses nothing in it."""
    names = [result.file for result in results]
    meant = [each for each in config.suppressions if any(map(each.is_for, names))]
    yield from suppressions.needless(meant, file)
