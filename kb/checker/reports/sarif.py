"""SARIF 2.1.0, as code scanning services read it."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable
from typing import Any
from urllib.parse import quote

from kb._version import __version__
from kb.checker.model import Finding
from kb.library.lookup import snapshot
from kb.library.rules import RULES, Rule

SCHEMA = "https://docs.oasis-open.org/sarif/sarif/v2.1.0/errata01/os/schemas/sarif-schema-2.1.0.json"


def render(findings: Iterable[Finding]) -> dict[str, Any]:
    """Return the log as plain data."""
    driver = {
        "name": "kb check",
        "version": __version__,
        "properties": {"dataVersion": snapshot().data_version},
        "rules": [_rule(rule) for rule in RULES.values()],
    }
    results = [_result(finding) for finding in findings]
    return {
        "$schema": SCHEMA,
        "version": "2.1.0",
        "runs": [{"tool": {"driver": driver}, "columnKind": "unicodeCodePoints", "results": results}],
    }


def _rule(rule: Rule) -> dict[str, Any]:
    return {
        "id": rule.id,
        "shortDescription": {"text": f"{rule.title}."},
        "fullDescription": {"text": rule.explanation},
        "defaultConfiguration": {"level": rule.severity.word},
    }


def _result(finding: Finding) -> dict[str, Any]:
    location: dict[str, Any] = {
        "physicalLocation": {
            "artifactLocation": {"uri": quote(finding.file.removeprefix("./"), safe="/")},
            "region": {"startLine": finding.line},
        }
    }
    if finding.resource:
        location["logicalLocations"] = [{"fullyQualifiedName": finding.resource, "kind": "resource"}]
    facts = ("operation", "workload", "instance_type", "outcome", "url")
    result: dict[str, Any] = {
        "ruleId": finding.rule,
        "ruleIndex": list(RULES).index(finding.rule),
        "level": finding.severity.word,
        "message": {"text": f"{finding.message} {finding.fix}".strip()},
        "locations": [location],
        "partialFingerprints": {"kbCheck/v1": _fingerprint(finding)},
        "properties": {name: getattr(finding, name) for name in facts if getattr(finding, name)},
    }
    if finding.suppressed is not None:
        result["suppressions"] = [{"kind": "inSource", "justification": finding.suppressed}]
    return result


def _fingerprint(finding: Finding) -> str:
    """What stays the same while lines move: the file, the rule, and what it is about."""
    parts = (finding.file, finding.rule, finding.resource, finding.workload or "", finding.instance_type or "")
    return hashlib.sha256("\n".join(parts).encode("utf-8", "replace")).hexdigest()[:32]
