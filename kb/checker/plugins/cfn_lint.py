"""Rules of cfn-lint: ``cfn-lint --append-rules kb.checker.plugins.cfn_lint -- template.yaml``.

Each rule of ``kb check`` has a number here, with the letter of its severity: ``E9901`` for a key that is refused. Notes
are informational, so cfn-lint shows them with ``--include-checks I`` only. Keys are required with
``--configure-rule E9904:require_key=true``; Regions count where ``--regions`` names others than cfn-lint's default.
"""

from __future__ import annotations

from kb.checker.plugins import cfn_lint_rule
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


def _rule_class(rule_id: str, level: Severity) -> type[cfn_lint_rule.StorageRule]:
    """Make the rule for the findings of one rule that have one severity."""
    rule = RULES[rule_id]
    number = f"{_LETTERS[level]}{NUMBERS[rule_id]}"
    members = {
        "__doc__": f"{rule.title}.",
        "id": number,
        "shortdesc": rule.title,
        "description": rule.explanation,
        "rule_id": rule_id,
        "level": level,
    }
    return type(f"Rule{number}", (cfn_lint_rule.StorageRule,), members)


for _rule_id in NUMBERS:
    for _level in Severity:
        _class = _rule_class(_rule_id, _level)
        globals()[_class.__name__] = _class
del _class
