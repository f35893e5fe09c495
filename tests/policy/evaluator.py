"""A small evaluator of IAM policies, written from AWS's description of the evaluation logic and from nothing of kb.

It knows what the tests need: Allow and Deny, actions with wildcards, the string, ARN, Null and Bool operators with
IfExists, and the two set operators. `test_evaluator.py` holds it against documented examples.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable, Mapping
from functools import cache
from typing import Any, Literal

Context = Mapping[str, str | list[str]]
Decision = Literal["allowed", "denied", "not allowed"]


class UnsupportedPolicyError(Exception):
    """The policy uses something that the evaluator does not know, or that IAM's rules forbid."""


def decide(policies: Iterable[Mapping[str, Any]], action: str, context: Context) -> Decision:
    """Evaluate policies together: a Deny that applies wins, then an Allow, else the request is not allowed."""
    lowered = {name.lower(): value for name, value in context.items()}
    effects = {
        statement["Effect"]
        for policy in policies
        for statement in policy["Statement"]
        if _names(statement, action) and _holds(statement.get("Condition", {}), lowered)
    }
    if "Deny" in effects:
        return "denied"
    return "allowed" if "Allow" in effects else "not allowed"


def _names(statement: Mapping[str, Any], action: str) -> bool:
    if set(statement) - {"Sid", "Effect", "Action", "Resource", "Condition"} or statement["Resource"] != "*":
        raise UnsupportedPolicyError(statement)
    named = statement["Action"]
    return any(_like(action.lower(), each.lower()) for each in ([named] if isinstance(named, str) else named))


def _holds(condition: Mapping[str, Mapping[str, Any]], context: Context) -> bool:
    return all(
        _test(operator, context.get(key.lower()), [values] if isinstance(values, str) else list(values))
        for operator, tests in condition.items()
        for key, values in tests.items()
    )


def _test(operator: str, found: str | list[str] | None, values: list[str]) -> bool:
    if not values:
        raise UnsupportedPolicyError(f"{operator} without values")
    if operator == "Null":
        return any((found is None or found == []) == (value == "true") for value in values)
    quantifier, _, rest = operator.rpartition(":")
    name = rest.removesuffix("IfExists")
    positive = name.replace("Not", "")
    match = _MATCHES.get(positive)
    if match is None:
        raise UnsupportedPolicyError(operator)

    def one(have: str) -> bool:
        # several values: one of them for a match, none of them for a negated match
        return any(match(have, want) for want in values) != (name != positive)

    if quantifier:
        # an empty string counts as an empty set
        members = [value for value in ([found] if isinstance(found, str) else found or []) if value]
        return {"ForAllValues": all, "ForAnyValue": any}[quantifier](map(one, members))
    if isinstance(found, list):
        raise UnsupportedPolicyError(f"{operator} on a key with several values needs a set operator")
    if found is None:
        return rest.endswith("IfExists") or name != positive
    return one(found)


@cache
def _pattern(text: str) -> re.Pattern[str]:
    return re.compile("".join({"*": ".*", "?": "."}.get(character, re.escape(character)) for character in text))


def _like(have: str, want: str) -> bool:
    if "*" in want or "?" in want:
        return _pattern(want).fullmatch(have) is not None
    return have == want


def _arn_like(have: str, want: str) -> bool:
    """Compare the six parts of two ARNs one by one; what is no ARN matches nothing."""
    parts, patterns = have.split(":", 5), want.split(":", 5)
    return len(parts) == len(patterns) == 6 and all(map(_like, parts, patterns))


_MATCHES: dict[str, Callable[[str, str], bool]] = {
    "StringEquals": lambda have, want: have == want,
    "StringEqualsIgnoreCase": lambda have, want: have.lower() == want.lower(),
    "StringLike": _like,
    "ArnEquals": _arn_like,
    "ArnLike": _arn_like,
    "Bool": lambda have, want: have.lower() == want.lower(),
}
