"""The evaluator against the examples of AWS's documentation, told in our words, so that it may judge policies."""

from __future__ import annotations

from typing import Any

import pytest

from tests.policy.evaluator import Context, UnsupportedPolicyError, decide

KEY = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"


def holds(operator: str, values: Any, context: Context, key: str = "aws:TagKeys") -> bool:
    statement = {"Effect": "Deny", "Action": "iam:Tag*", "Resource": "*", "Condition": {operator: {key: values}}}
    return decide([{"Statement": [statement]}], "iam:TagRole", context) == "denied"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition_examples-multi-valued-context-keys.html
@pytest.mark.parametrize(
    ("tags", "denied"),
    [
        (["key1:legal"], False),
        (["key1:hr", "key1:personnel"], False),
        (["key2:audit"], True),
        (None, True),
    ],
)
def test_documented_deny_with_for_all_values(tags: list[str] | None, denied: bool) -> None:
    context: Context = {} if tags is None else {"aws:TagKeys": tags}
    assert holds("ForAllValues:StringNotLike", "key1*", context) is denied


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-single-vs-multi-valued-context-keys.html
@pytest.mark.parametrize(
    ("operator", "requested", "expected"),
    [
        ("ForAllValues:StringLike", ["PostDateTime", "Message"], True),
        ("ForAllValues:StringLike", ["PostDateTime", "UserName"], False),
        ("ForAllValues:StringLike", [], True),
        ("ForAllValues:StringLike", [""], True),
        ("ForAnyValue:StringLike", ["UserName", "PostDateTime"], True),
        ("ForAnyValue:StringLike", ["UserName"], False),
        ("ForAnyValue:StringLike", [], False),
        ("ForAnyValue:StringLike", [""], False),
        ("ForAnyValue:StringNotLike", ["PostDateTime", "UserName"], True),
        ("ForAnyValue:StringNotLike", ["PostDateTime", "Message"], False),
        ("ForAnyValue:StringNotLike", [], False),
    ],
)
def test_documented_set_operators(operator: str, requested: list[str], expected: bool) -> None:
    assert holds(operator, ["PostDateTime", "Message", "Tags"], {"aws:TagKeys": requested}) is expected


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_elements_condition_operators.html
@pytest.mark.parametrize(
    ("operator", "values", "found", "expected"),
    [
        ("StringEquals", "a", "a", True),
        ("StringEquals", "a", "A", False),
        ("StringEquals", ["a", "b"], "b", True),
        ("StringEquals", "a", None, False),
        ("StringNotEquals", ["a", "b"], "b", False),
        ("StringNotEquals", ["a", "b"], "c", True),
        ("StringNotEquals", "a", None, True),
        ("StringEqualsIgnoreCase", "a", "A", True),
        ("StringLike", "ml.g5.*", "ml.g5.xlarge", True),
        ("StringLike", "ml.g5.*", "ml.g5n.xlarge", False),
        ("StringLike", "ml.?5.*", "ml.g5.xlarge", True),
        ("StringLike", "ml.*", None, False),
        ("StringLikeIfExists", "ml.*", None, True),
        ("StringNotLike", "ml.*", None, True),
        ("ArnEquals", KEY, KEY, True),
        ("ArnLike", KEY.replace("eu-west-1", "*"), KEY, True),
        ("ArnLike", "arn:aws:kms:*", KEY, False),
        ("ArnLike", KEY, "1234abcd-12ab-34cd-56ef-1234567890ab", False),
        ("ArnNotLike", KEY, None, True),
        ("ArnNotEquals", [KEY, KEY[:-1] + "0"], KEY, False),
        ("Null", "true", None, True),
        ("Null", "true", "x", False),
        ("Null", "false", "x", True),
        ("Null", "false", None, False),
        ("Bool", "true", "true", True),
        ("Bool", "true", None, False),
        ("BoolIfExists", "true", None, True),
    ],
)
def test_documented_operators(operator: str, values: Any, found: str | None, expected: bool) -> None:
    assert holds(operator, values, {} if found is None else {"k": found}, key="k") is expected


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_condition-logic-multiple-context-keys-or-values.html
def test_operators_and_keys_must_all_hold() -> None:
    condition = {"StringEquals": {"a": "1", "b": "2"}, "Null": {"c": "true"}}
    policy = {"Statement": [{"Effect": "Allow", "Action": "s:*", "Resource": "*", "Condition": condition}]}
    full = {"A": "1", "B": "2"}
    assert decide([policy], "s:Get", full) == "allowed"
    for other in ({"A": "1"}, {**full, "B": "3"}, {**full, "C": "x"}):
        assert decide([policy], "s:Get", other) == "not allowed"


# https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_policies_evaluation-logic.html
def test_a_deny_in_any_policy_wins() -> None:
    allow = {"Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}
    deny = {"Statement": [{"Effect": "Deny", "Action": ["s:Put*"], "Resource": "*"}]}
    assert decide([allow, deny], "s:PutItem", {}) == "denied"
    assert decide([deny, allow], "S:putitem", {}) == "denied"
    assert decide([allow, deny], "s:GetItem", {}) == "allowed"
    assert decide([deny], "s:GetItem", {}) == "not allowed"


@pytest.mark.parametrize(
    "condition", [{"StringEquals": {"k": "a"}}, {"NumericEquals": {"k": "1"}}, {"Null": {"k": []}}]
)
def test_what_it_does_not_know_is_an_error(condition: dict[str, Any]) -> None:
    policy = {"Statement": [{"Effect": "Deny", "Action": "*", "Resource": "*", "Condition": condition}]}
    with pytest.raises(UnsupportedPolicyError):
        decide([policy], "s:Get", {"k": ["a", "b"]})
