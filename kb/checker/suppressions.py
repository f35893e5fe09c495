"""Suppressing findings, with a reason: comments in the file, and rows of a configuration file.

A comment ``# kb:ignore[key-rejected] reason`` (in Terraform also ``//``) holds for the findings of its line. Alone on
its line it holds for the next one; if a resource begins there, for the whole resource.
"""

from __future__ import annotations

import re
import tomllib
from collections.abc import Iterable, Iterator
from dataclasses import dataclass, field, replace
from fnmatch import fnmatchcase
from pathlib import Path
from typing import Any

from kb.checker.model import Finding
from kb.errors import KBError
from kb.library.rules import RULES

#: Read from the current folder where no other file is named.
CONFIG_NAME = ".kb-check.toml"
#: Findings about these cannot be suppressed in the file they are about.
_ALWAYS = frozenset({"unreadable", "suppression"})

_COMMENT = re.compile(r"(?P<before>.*?)(?:#|//)\s*kb:ignore\[(?P<rules>[^\]]*)\]\s*(?P<reason>.*)")
_ONLY_COMMENT = re.compile(r"\s*(#|//|$)")


class ConfigError(KBError):
    """The configuration file is wrong; the text says where."""


@dataclass
class Suppression:
    """One decision to suppress findings.

    Attributes:
        rules: Ids of the rules.
        reason: Why.
        line: Line it holds for; None for the whole file.
        stands_at: Line where it is written; None in a configuration file.
        files: Pattern of file names; None for the file it is in.
        resource: Pattern of the names of resources; None for all.
        used: Whether it has suppressed a finding.
    """

    rules: frozenset[str]
    reason: str
    line: int | None = None
    stands_at: int | None = None
    files: str | None = None
    resource: str | None = None
    used: bool = False

    def is_for(self, file: str) -> bool:
        """Whether it is meant for a file."""
        return self.files is None or _fits(file, self.files)

    def matches(self, finding: Finding) -> bool:
        """Whether it applies to a finding."""
        return (
            finding.rule in self.rules - _ALWAYS
            and self.line in (None, finding.line, finding.resource_line)
            and fnmatchcase(finding.resource, self.resource or "*")
            and self.is_for(finding.file)
        )


@dataclass
class Config:
    """What a configuration file says.

    Attributes:
        region: Region in which types must be offered; None for any.
        require_key: Whether keys are required; None where not said.
        fail_on: Minimum severity that makes the command fail; None where not said.
        exclude: Patterns of files in folders that are left out.
        suppressions: Findings that are suppressed.
    """

    region: str | None = None
    require_key: bool | None = None
    fail_on: str | None = None
    exclude: tuple[str, ...] = ()
    suppressions: list[Suppression] = field(default_factory=list)

    def excludes(self, name: str) -> bool:
        """Whether a file of a folder is left out."""
        return any(_fits(name, pattern) for pattern in self.exclude)


def read_config(path: Path | None) -> Config:
    """Read a configuration file.

    Args:
        path: The file; None for the one of the current folder, if there is one.

    Raises:
        ConfigError: it cannot be read, is no TOML, or says something unknown; the text says where.
    """
    file = path or Path(CONFIG_NAME)
    if path is None and not file.is_file():
        return Config()
    try:
        data = tomllib.loads(file.read_text(encoding="utf-8"))
    except (OSError, UnicodeDecodeError, tomllib.TOMLDecodeError) as error:
        raise ConfigError(f"{file}: cannot be read: {error}") from error
    _expect(
        file, "the file", data, {"region": str, "require-key": bool, "fail-on": str, "exclude": list, "ignore": list}
    )
    exclude = data.get("exclude", [])
    if not all(isinstance(pattern, str) for pattern in exclude):
        raise ConfigError(f"{file}: exclude must be a list of strings")
    if data.get("fail-on", "error") not in FAIL_ON:
        raise ConfigError(f"{file}: fail-on must be one of {', '.join(FAIL_ON)}")
    return Config(
        region=data.get("region"),
        require_key=data.get("require-key"),
        fail_on=data.get("fail-on"),
        exclude=tuple(exclude),
        suppressions=[_row(file, number, row) for number, row in enumerate(data.get("ignore", []), 1)],
    )


#: Values of --fail-on.
FAIL_ON = ("error", "warning", "note", "never")


def _row(file: Path, number: int, row: Any) -> Suppression:
    where = f"[[ignore]] number {number}"
    if not isinstance(row, dict):
        raise ConfigError(f"{file}: {where} must be a table")
    _expect(file, where, row, {"rules": list, "reason": str, "files": str, "resource": str})
    rules, reason = [str(rule) for rule in row.get("rules", [])], row.get("reason", "").strip()
    problem = _wrong_rules(rules) or ("" if reason else "reason is missing; say why these findings may be suppressed")
    if problem:
        raise ConfigError(f"{file}: {where}: {problem}")
    return Suppression(frozenset(rules), reason, files=row.get("files", "*"), resource=row.get("resource"))


def _wrong_rules(rules: list[str]) -> str:
    """Say what is wrong with the names of rules; nothing where all are known."""
    wrong = ", ".join(rule for rule in rules if rule not in RULES)[:80]
    problem = f"there is no rule {wrong}" if wrong else "" if rules else "no rule is named"
    return f"{problem}; the rules are {', '.join(RULES)}" if problem else ""


def _expect(file: Path, where: str, table: dict[str, Any], kinds: dict[str, type]) -> None:
    for name, value in table.items():
        if name not in kinds:
            raise ConfigError(f"{file}: {where} has an unknown name {name!r}; known are {', '.join(kinds)}")
        if not isinstance(value, kinds[name]):
            word = {str: "a string", bool: "true or false", list: "a list"}[kinds[name]]
            raise ConfigError(f"{file}: {where}: {name} must be {word}")


def in_text(text: str, file: str) -> tuple[list[Suppression], list[Finding]]:
    """Find the comments of a file that suppress findings, and what is wrong with them."""
    found: list[Suppression] = []
    problems: list[Finding] = []
    lines = text.split("\n") if "kb:ignore" in text else []
    for number, match in enumerate(map(_COMMENT.match, lines), 1):
        if match is None:
            continue
        rules = [rule.strip() for rule in match["rules"].split(",") if rule.strip()]
        if problem := _wrong_rules(rules):
            problem = f"{problem[:1].upper()}{problem[1:]}."
            problems.append(_problem(file, number, problem, "Use rules of kb check --rules."))
        elif not match["reason"].strip():
            fix = "Say why after the bracket: kb:ignore[RULE] REASON."
            problems.append(_problem(file, number, "A suppression without a reason does nothing.", fix))
        else:
            # alone on its line, it holds for the next one that has something other than comments
            below = () if match["before"].strip() else enumerate(lines[number:], number + 1)
            target = next((n for n, line in below if not _ONLY_COMMENT.match(line)), number)
            found.append(Suppression(frozenset(rules), match["reason"].strip(), target, number))
    return found, problems


def apply(findings: Iterable[Finding], suppressions: list[Suppression]) -> Iterator[Finding]:
    """Yield the findings, those that are suppressed with the reason."""
    for finding in findings:
        reason = finding.suppressed
        for suppression in suppressions:
            if suppression.matches(finding):
                suppression.used = True
                reason = reason or suppression.reason
        yield replace(finding, suppressed=reason)


def needless(suppressions: Iterable[Suppression], file: str) -> Iterator[Finding]:
    """Yield a finding for each comment that suppresses nothing."""
    for each in suppressions:
        if not each.used:
            text = f"There is no finding of {', '.join(sorted(each.rules))} here to suppress."
            yield _problem(file, each.stands_at or 1, text, "Remove the suppression.")


def _problem(file: str, line: int, message: str, fix: str) -> Finding:
    return Finding("suppression", RULES["suppression"].severity, file, line, message, fix)


def _fits(name: str, pattern: str) -> bool:
    """Whether a file name fits a pattern, as a whole or from any folder on."""
    normal = name.replace("\\", "/").removeprefix("./")
    return fnmatchcase(normal, pattern) or fnmatchcase(f"/{normal}", f"*/{pattern}")
