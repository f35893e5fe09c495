"""The rules for cfn-lint, run by its own command line."""

from __future__ import annotations

import json
import os
import subprocess
import sys
from collections import Counter
from pathlib import Path
from typing import Any

import pytest

from kb.checker.plugins.cfn_lint import NUMBERS
from kb.library.rules import RULES, Severity
from tests.checker.test_corpus import CORPUS, EXPECTED, FILES

ROOT = Path(__file__).parents[2]
TEMPLATES = sorted(name for name in FILES if name.startswith("cloudformation/"))
LETTERS = {"error": "E", "warning": "W", "note": "I"}


def lint(*arguments: str | Path) -> list[dict[str, Any]]:
    """Findings of our rules that cfn-lint reports."""
    command = [sys.executable, "-c", "from cfnlint.runner import main; main()", "--format", "json"]
    command += ["--append-rules", "kb.checker.plugins.cfn_lint", "--include-checks", "I"]
    done = subprocess.run(
        [*command, *map(str, arguments)],
        capture_output=True,
        text=True,
        env={**os.environ, "PYTHONPATH": str(ROOT)},
        cwd=ROOT,
        check=False,
        timeout=300,
    )
    assert done.stdout, done.stderr
    numbers = {str(number) for number in NUMBERS.values()}
    return [match for match in json.loads(done.stdout) if match["Rule"]["Id"][1:] in numbers]


def test_every_rule_about_a_request_has_a_number_of_its_own() -> None:
    assert NUMBERS.keys() == RULES.keys() - {"unreadable", "suppression"}
    assert len(set(NUMBERS.values())) == len(NUMBERS)


def test_cfn_lint_reports_what_kb_check_reports() -> None:
    # findings in comments and metadata are suppressed in their own ways; options are given in other tests
    plain = [name for name in TEMPLATES if not FILES[name] and "suppress" not in name]
    found = Counter(
        (Path(match["Filename"]).name, match["Location"]["Start"]["LineNumber"], match["Rule"]["Id"])
        for match in lint("--", *(CORPUS / name for name in plain))
    )
    expected: Counter[tuple[str, int, str]] = Counter()
    for (file, line, rule, severity), count in EXPECTED.items():
        if file in plain:
            expected[Path(file).name, line, f"{LETTERS[severity]}{NUMBERS[rule]}"] += count
    # cfn-lint itself makes one of findings that are alike
    assert set(found) == set(expected)
    assert len(found) > 30


@pytest.mark.soak
def test_keys_are_required_where_that_is_configured() -> None:
    file = CORPUS / "cloudformation" / "require-key.yaml"
    assert lint("--", file) == []
    found = lint("--configure-rule", "E9904:require_key=true", "--", file)
    assert [match["Rule"]["Id"] for match in found] == ["E9904"] * 3


@pytest.mark.soak
def test_regions_count_where_they_are_named() -> None:
    file = CORPUS / "cloudformation" / "not-in-region.yaml"
    assert lint("--", file) == []
    found = lint("--regions", "eu-west-3", "--", file)
    assert [(match["Rule"]["Id"], match["Location"]["Start"]["LineNumber"]) for match in found] == [("W9910", 9)]


def test_the_ways_of_cfn_lint_to_suppress_findings_work(tmp_path: Path) -> None:
    text = (CORPUS / "cloudformation" / "endpoint-nvme-key.yaml").read_text(encoding="utf-8")
    by_cfn_lint = "    Metadata: {cfn-lint: {config: {ignore_checks: [E9902]}}}\n    Properties:"
    by_kb = "    Metadata: {kb: {ignore: {key-not-applied: why}}}\n    Properties:"
    files = [tmp_path / f"{name}.yaml" for name in ("plain", "by-cfn-lint", "by-kb")]
    for file, properties in zip(files, ("    Properties:", by_cfn_lint, by_kb), strict=True):
        file.write_text(text.replace("    Properties:", properties))
    found = lint("--", *files)
    assert [(match["Rule"]["Id"], Path(match["Filename"]).name) for match in found] == [("E9902", "plain.yaml")]
    assert lint("--ignore-checks", "E9902", "--", files[0]) == []


@pytest.mark.parametrize("level", Severity)
def test_severities_have_the_letters_of_cfn_lint(level: Severity) -> None:
    import kb.checker.plugins.cfn_lint as module

    assert getattr(module, f"Rule{LETTERS[level.word]}9906").id == f"{LETTERS[level.word]}9906"
