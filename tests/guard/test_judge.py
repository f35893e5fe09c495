"""The judge alone: values that are open, updates, days, and which lists are certain."""

from __future__ import annotations

from datetime import date
from typing import Any

import pytest

import kb
from kb.library.calls import Leaf, Unresolved, read_request
from kb.library.judge import Judge, Ruling
from kb.library.rules import RULES, Severity

LOCAL, PLAIN = "ml.g5.xlarge", "ml.m5.xlarge"
OPEN = Unresolved("the parameter Key has no default")
GIVEN = Unresolved("it refers to Key", is_given=True)


def judged(operation: str, parameters: Any, **options: Any) -> list[Ruling]:
    return [ruling for part in read_request(operation, parameters) for ruling in Judge(operation, part, **options)]


def training(key: Any, *types: Any, **more: Any) -> dict[str, Any]:
    return {"ResourceConfig": {"InstancePreferences": [{"InstanceType": each} for each in types], **key, **more}}


def rules(rulings: list[Ruling]) -> list[str]:
    return [ruling.rule for ruling in rulings]


def test_a_ruling_says_what_it_is_about() -> None:
    parameters = {"ResourceConfig": {"InstanceType": LOCAL, "VolumeKmsKeyId": "key"}}
    [ruling] = judged("CreateTrainingJob", parameters)
    assert (ruling.rule, ruling.severity, ruling.outcome) == ("key-rejected", Severity.ERROR, kb.Outcome.REJECTED)
    assert (ruling.setting.path, ruling.setting.place) == ("ResourceConfig.InstanceType", None)
    assert kb.volume_kms(LOCAL, "training").reason in ruling.message
    assert [each.setting.path for each in ruling.harmed] == ["ResourceConfig.InstanceType"]
    assert ruling.url
    assert ruling.fix


def test_leaves_carry_their_place() -> None:
    leaf = Leaf(LOCAL, ("Resources", "Job", 3))
    [ruling] = judged("CreateTrainingJob", {"ResourceConfig": {"InstanceType": leaf, "VolumeKmsKeyId": Leaf("k", ())}})
    assert (ruling.setting.value, ruling.setting.place) == (LOCAL, leaf.place)


@pytest.mark.parametrize(
    ("key", "expected"),
    [({"VolumeKmsKeyId": GIVEN}, "key-rejected"), ({"VolumeKmsKeyId": OPEN}, "not-checked"), ({}, None)],
)
def test_a_key_that_is_open_is_given_or_not_checked(key: dict[str, Any], expected: str | None) -> None:
    found = judged("CreateTrainingJob", {"ResourceConfig": {"InstanceType": LOCAL, **key}})
    assert rules(found) == ([expected] if expected else [])
    if expected == "not-checked":
        assert OPEN.reason in found[0].message
        assert found[0].setting.path == "ResourceConfig.VolumeKmsKeyId"


@pytest.mark.parametrize("value", [OPEN, {"Fn::Unheard": 1}, ["a"]])
def test_a_type_that_is_open_is_not_checked(value: Any) -> None:
    found = judged("CreateTrainingJob", {"ResourceConfig": {"InstanceType": value, "VolumeKmsKeyId": "key"}})
    assert rules(found) == ["not-checked"]


@pytest.mark.parametrize("value", [None, "", "system"])
def test_what_names_no_type_is_no_type(value: Any) -> None:
    assert rules(judged("CreateApp", {"ResourceSpec": {"InstanceType": value}})) == []


@pytest.mark.parametrize("other", [OPEN, "ml.newer2.xlarge", "ml.t2.medium"])
def test_a_choice_with_a_type_that_nothing_is_known_of_is_uncertain(other: Any) -> None:
    if isinstance(other, str) and kb.get(other):
        assert kb.volume_kms(other, "training").outcome is kb.Outcome.NOT_OFFERED
    key = {"VolumeKmsKeyId": "key"}
    of_keys = [each for each in judged("CreateTrainingJob", training(key, LOCAL, other)) if each.rule in KEYS]
    assert [(each.rule, each.severity) for each in of_keys] == [("mixed-types", Severity.ERROR)]
    assert [each.setting.value for each in of_keys[0].harmed] == [LOCAL]
    # nothing is known to be harmed
    assert not [each for each in judged("CreateTrainingJob", training(key, PLAIN, other)) if each.rule in KEYS]


KEYS = {rule for rule in RULES if rule.startswith("key-")} | {"mixed-types"}


def test_an_update_leaves_the_key_that_was_given() -> None:
    groups = {"ClusterName": "c", "InstanceGroups": [{"InstanceType": LOCAL}]}
    assert rules(judged("CreateCluster", groups, require_key=True)) == ["key-missing"]
    assert rules(judged("UpdateCluster", groups, require_key=True)) == []


def test_a_required_key_that_is_open_is_not_checked() -> None:
    parameters = {"ResourceConfig": {"InstanceType": PLAIN, "VolumeKmsKeyId": OPEN}}
    assert rules(judged("CreateTrainingJob", parameters)) == []
    [ruling] = judged("CreateTrainingJob", parameters, require_key=True)
    assert ruling.message.startswith("Whether the required volume key is given is not known here")


def test_the_day_answers() -> None:
    parameters = {"ResourceConfig": {"InstanceType": "ml.trn2.48xlarge", "VolumeKmsKeyId": "key"}}
    then, now = (
        {each.rule for each in judged("CreateTrainingJob", parameters, day=day)} & KEYS
        for day in (date(2025, 7, 1), None)
    )
    assert (then, now) == (set(), {"key-rejected"})


def test_a_key_without_a_type_is_told_only_where_no_type_can_be_hidden() -> None:
    parameters = {"KmsKeyId": "key", "ProductionVariants": []}
    assert rules(judged("CreateEndpointConfig", parameters)) == ["key-effect-unknown"]
    assert rules(judged("CreateEndpointConfig", parameters, is_whole=False)) == []
