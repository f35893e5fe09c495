"""Rules of cfn-lint: ``cfn-lint --append-rules kb.checker.plugins.cfn_lint -- template.yaml``.

Each rule of ``kb check`` has a number here, with the letter of its severity: ``E9901`` for a key that is refused. Notes
are informational, so cfn-lint shows them with ``--include-checks I`` only. Keys are required with
``--configure-rule E9904:require_key=true``; Regions count where ``--regions`` names others than cfn-lint's default.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator
from typing import Any
from weakref import WeakKeyDictionary

from cfnlint.helpers import REGION_PRIMARY
from cfnlint.rules import CloudFormationLintRule, RuleMatch

from kb.checker.documents import Marked
from kb.checker.findings import check, merged
from kb.checker.model import Finding, Options
from kb.checker.readers import cloudformation
from kb.library.rules import RULES, Severity

#: Numbers are stable: suppressions in templates and pipelines name them.
NUMBERS = {
    "key-rejected": 9901,
    "key-not-applied": 9902,
    "key-covers-ebs-only": 9903,
    "key-missing": 9904,
    "key-effect-unknown": 9905,
    "mixed-types": 9906,
    "volume-size": 9907,
    "unknown-type": 9908,
    "not-offered": 9909,
    "not-in-region": 9910,
    "not-checked": 9911,
}
_LETTERS = {Severity.ERROR: "E", Severity.WARNING: "W", Severity.NOTE: "I"}
#: Findings by template, so that each is checked once and not once for every rule.
_found: WeakKeyDictionary[Any, dict[bool, list[Finding]]] = WeakKeyDictionary()


class StorageRule:
    """Reports the findings of one rule that have one severity.

    It goes before cfn-lint's own class and does not derive from it: cfn-lint would take it for a rule without an id.
    """

    rule_id: str
    level: Severity
    config: dict[str, Any]
    configure: Callable[[], None]
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
                yield RuleMatch(
                    ["Resources", finding.resource.partition(".")[0]],
                    f"{finding.message} {finding.fix}".strip(),
                    location=(finding.line - 1, 0, finding.line - 1, 0),
                )


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


def _rule_class(rule_id: str, level: Severity) -> type[StorageRule]:
    """Make the rule for the findings of one rule that have one severity."""
    rule = RULES[rule_id]
    number = f"{_LETTERS[level]}{NUMBERS[rule_id]}"
    return type(
        f"Rule{number}",
        (StorageRule, CloudFormationLintRule),
        {
            "__doc__": f"{rule.title}.",
            "id": number,
            "shortdesc": rule.title,
            "description": rule.explanation,
            "rule_id": rule_id,
            "level": level,
        },
    )


_made = [_rule_class(rule_id, level) for rule_id in NUMBERS for level in Severity]
globals().update({each.__name__: each for each in _made})
