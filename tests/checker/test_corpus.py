"""The corpus: every finding that a person marked is made, and no other."""

from __future__ import annotations

import csv
import shlex
from collections import Counter
from pathlib import Path

import pytest

from kb.checker.model import Finding, Options
from kb.checker.readers import READERS
from kb.checker.run import Target, check_target
from kb.checker.suppressions import Config
from kb.library.rules import RULES

CORPUS = Path(__file__).parent / "corpus"


def rows(name: str) -> list[dict[str, str]]:
    with (CORPUS / name).open(encoding="utf-8", newline="") as file:
        return list(csv.DictReader(file))


FILES = {row["file"]: shlex.split(row["options"]) for row in rows("files.csv")}
EXPECTED = Counter((row["file"], int(row["line"]), row["rule"], row["severity"]) for row in rows("expected.csv"))


def options(words: list[str]) -> Options:
    region = words[words.index("--region") + 1] if "--region" in words else None
    return Options(require_key="--require-key" in words, region=region)


def findings(file: str) -> tuple[str | None, list[Finding]]:
    result = check_target(Target(CORPUS / file, was_named=True), options(FILES[file]), Config())
    return result.format, [finding for finding in result.findings if finding.suppressed is None]


@pytest.mark.parametrize("file", FILES)
def test_exactly_what_was_marked_is_found(file: str) -> None:
    _, found = findings(file)
    made = Counter((file, each.line, each.rule, each.severity.word) for each in found)
    expected = Counter({key: count for key, count in EXPECTED.items() if key[0] == file})
    assert made == expected, [f"{each.line} {each.rule}: {each.message}" for each in found]


def test_the_corpus_is_whole() -> None:
    kept = {path.relative_to(CORPUS).as_posix() for path in CORPUS.rglob("*") if path.is_file()}
    assert kept == {*FILES, "files.csv", "expected.csv", "README.md"}
    assert len(FILES) >= 80
    assert {key[0] for key in EXPECTED} <= FILES.keys()


def test_the_corpus_has_every_rule_format_and_traps() -> None:
    made = {key[2] for key in EXPECTED}
    # files that cannot be read are made by the tests of robustness
    assert made == RULES.keys() - {"unreadable"}
    assert {findings(file)[0] for file in FILES} >= {*READERS, "Terraform"}
    about = [row["about"] for row in rows("files.csv")]
    assert sum(text.startswith("trap") for text in about) >= 15


def test_clean_files_are_a_good_part() -> None:
    assert len(FILES.keys() - {key[0] for key in EXPECTED}) >= 15
