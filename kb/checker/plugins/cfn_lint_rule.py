"""What the rules of cfn-lint have in common; apart from them, because cfn-lint takes every rule of their module."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any
from weakref import WeakKeyDictionary

from cfnlint.helpers import REGION_PRIMARY
from cfnlint.rules import CloudFormationLintRule, RuleMatch

from kb.checker.documents import Marked
from kb.checker.findings import check, merged
from kb.checker.model import Finding, Options
from kb.checker.readers import cloudformation
from kb.library.rules import Severity

#: Findings by template, so that each is checked once and not once for every rule.
_found: WeakKeyDictionary[Any, dict[bool, list[Finding]]] = WeakKeyDictionary()


class StorageRule(CloudFormationLintRule):  # type: ignore[misc] # cfn-lint has no types
    """Reports the findings of one rule that have one severity."""

    rule_id: str
    level: Severity
    tags = ["sagemaker", "kms", "encryption"]  # noqa: RUF012 - as cfn-lint declares it
    source_url = "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html"

    def __init__(self) -> None:
        super().__init__()
        if self.rule_id == "key-missing":
            self.config_definition = {"require_key": {"default": False, "type": "boolean"}}
            self.configure()

    def match(self, cfn: Any) -> Iterator[RuleMatch]:
        """Yield what is found in a template."""
        require_key = self.rule_id == "key-missing"
        if require_key and not self.config["require_key"]:
            return
        for finding in _findings(cfn, require_key=require_key):
            if finding.rule == self.rule_id and finding.severity == self.level:
                place = (finding.line - 1, 0, finding.line - 1, 0)
                resource = finding.resource.partition(".")[0]
                yield RuleMatch(["Resources", resource], f"{finding.message} {finding.fix}".strip(), location=place)


def _findings(cfn: Any, *, require_key: bool) -> list[Finding]:
    kept = _found.setdefault(cfn, {})
    if require_key not in kept:
        is_chosen = any(region != REGION_PRIMARY for region in cfn.regions)
        regions: list[str | None] = list(cfn.regions) if is_chosen else [None]
        options = [Options(require_key=require_key, region=region) for region in regions]
        is_known = cloudformation.recognizes(cfn.template)
        calls = cloudformation.calls(cfn.template, Marked(cfn.template), (), cfn=cfn) if is_known else ()
        raw = (found for call in calls for wanted in options for found in check(call, wanted, cfn.filename or ""))
        kept[require_key] = [finding for finding in merged(raw) if finding.suppressed is None]
    return kept[require_key]
