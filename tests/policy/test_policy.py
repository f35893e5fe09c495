"""The policies, evaluated: every type, action and way to give a key, and requests that name several types or none."""

from __future__ import annotations

from collections import defaultdict
from itertools import combinations_with_replacement
from typing import Any

import pytest

import kb
from kb.library.lookup import snapshot
from kb.policy import SEED_WORKLOADS, Kind, make_policy
from tests.policy.requests import ACTIONS, FOREIGN, KEY_FORMS, OURS, is_denied, needs_key

TYPES = snapshot().type_names
OPTIONS: list[dict[str, Any]] = [
    {},
    {"fold_families": True},
    {"kind": "scp"},
    {"key_arns": [OURS]},
    {"key_arns": [OURS, OURS.replace("1234abcd", "1234abce")], "fold_families": True, "kind": "scp"},
    {"key_arns": ["arn:aws:kms:*:111122223333:key/*"]},
]


def by_kind(workload: str) -> dict[str, str]:
    """One type for each outcome that the workload has."""
    found: dict[str, str] = {}
    for name in TYPES:
        found.setdefault(kb.volume_kms(name, workload).outcome.value, name)
    return found


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_exactly_what_should_be_denied_is_denied(options: dict[str, Any]) -> None:
    documents = make_policy(**options).documents
    wrong = []
    counts: dict[tuple[str, str, bool], int] = defaultdict(int)
    for action, workload in ACTIONS.items():
        for name in TYPES:
            for form, key in KEY_FORMS.items():
                is_good = form.startswith("our key") or (form == "foreign key" and "key_arns" not in options)
                expected = needs_key(workload, [name]) and not is_good
                if is_denied(documents, action, [name], key) is not expected:
                    wrong.append((action, name, form))
                counts[action, form, expected] += 1
    assert not wrong
    # the table is no empty promise: each action has types on both sides, but for the notebook, which exempts none
    for action in ACTIONS:
        assert counts[action, "no key", True] > 300
        assert (counts[action, "no key", False] > 30) is (action != "CreateNotebookInstance")


def test_exempt_types_are_those_with_local_storage() -> None:
    """The same from EC2's side: what is offered and exempt has disks, what is offered and not exempt has none."""
    documents = make_policy().documents
    for action, workload in ACTIONS.items():
        for each in kb.find(workload=workload):
            is_exempt = not is_denied(documents, action, [each.instance_type], {})
            assert each.has_instance_store is not None
            assert is_exempt is (each.has_instance_store and workload != "notebook"), (action, each.instance_type)


@pytest.mark.parametrize("options", OPTIONS, ids=str)
def test_requests_that_name_several_types(options: dict[str, Any]) -> None:
    documents = make_policy(**options).documents
    for action, workload in ACTIONS.items():
        samples = [*by_kind(workload).values(), "ml.new9.xlarge"]
        for pair in combinations_with_replacement(samples, 2):
            known = [name for name in pair if name in TYPES]
            expected = len(known) < 2 or needs_key(workload, known)
            for types in (pair, pair[::-1], (*pair, pair[0])):
                assert is_denied(documents, action, types, {}) is expected, (action, types)
                assert not is_denied(documents, action, types, KEY_FORMS["our key"])
                foreign = expected and "key_arns" in options
                assert is_denied(documents, action, types, KEY_FORMS["foreign key"]) is foreign


@pytest.mark.parametrize("types", [None, [], [""]])
def test_requests_that_name_no_type_need_a_key(types: list[str] | None) -> None:
    for options in OPTIONS:
        documents = make_policy(**options).documents
        for action in ACTIONS:
            assert is_denied(documents, action, types, {})
            assert not is_denied(documents, action, types, KEY_FORMS["our key"])
            assert is_denied(documents, action, types, KEY_FORMS["foreign key"]) is ("key_arns" in options)


def test_a_new_type_is_not_exempt_unless_its_family_is_folded() -> None:
    plain, folded = make_policy().documents, make_policy(fold_families=True).documents
    assert "ml.g5.96xlarge" not in TYPES
    assert is_denied(plain, "CreateTrainingJob", ["ml.g5.96xlarge"], {})
    assert not is_denied(folded, "CreateTrainingJob", ["ml.g5.96xlarge"], {})
    # r5d is offered for endpoints in some sizes only, and g5n is another family
    assert is_denied(folded, "CreateEndpointConfig", ["ml.r5d.96xlarge"], {})
    assert is_denied(folded, "CreateTrainingJob", ["ml.g5n.xlarge"], {})


def test_folding_changes_no_answer_on_a_known_type() -> None:
    for is_strict in (False, True):
        plain = make_policy(kb.workloads(), deny_local_storage=is_strict)
        folded = make_policy(kb.workloads(), fold_families=True, deny_local_storage=is_strict)
        assert folded.folded
        assert sum(folded.sizes) < sum(plain.sizes)
        for demand in plain.demands:
            for name in TYPES:
                for key in ({}, KEY_FORMS["our key"]):
                    asked = (demand.action.name, [name], key)
                    assert is_denied(folded.documents, *asked) is is_denied(plain.documents, *asked), asked


def test_other_actions_are_left_alone() -> None:
    documents = make_policy(kb.workloads()).documents
    for action in ("DescribeTrainingJob", "CreateCluster", "UpdateNotebookInstance", "CreateEndpoint", "CreateApp"):
        assert not is_denied(documents, action, ["ml.m5.xlarge"], {})


@pytest.mark.parametrize("kind", Kind)
def test_denying_local_storage_allows_only_what_is_all_under_the_key(kind: Kind) -> None:
    documents = make_policy(kind=kind, key_arns=[OURS], deny_local_storage=True).documents
    for action, workload in ACTIONS.items():
        for name in TYPES:
            covered = kb.volume_kms(name, workload).all_storage_under_key
            assert is_denied(documents, action, [name], {})
            assert is_denied(documents, action, [name], KEY_FORMS["foreign key"])
            assert is_denied(documents, action, [name], KEY_FORMS["our key"]) is not covered
        assert is_denied(documents, action, ["ml.m5.xlarge", "ml.g5.xlarge"], KEY_FORMS["our key"])
        assert is_denied(documents, action, ["ml.new9.xlarge"], KEY_FORMS["our key"])
        assert not is_denied(documents, action, None, KEY_FORMS["our key"])
    # the type can be changed later, without any key in the request
    assert is_denied(documents, "UpdateNotebookInstance", ["ml.g5.xlarge"], {})
    assert not is_denied(documents, "UpdateNotebookInstance", ["ml.m5.xlarge"], {})


def test_a_schedule_that_points_to_a_definition_needs_no_key() -> None:
    for is_strict in (False, True):
        documents = make_policy(["monitoring", "monitoring_job_definition"], deny_local_storage=is_strict).documents
        for action in ("CreateMonitoringSchedule", "UpdateMonitoringSchedule"):
            assert not is_denied(documents, action, None, {})
            assert is_denied(documents, action, ["ml.m5.xlarge"], {})
            assert is_denied(documents, action, ["ml.g5.xlarge"], {}) is is_strict
        assert is_denied(documents, "CreateModelQualityJobDefinition", None, {})
        assert is_denied(documents, "CreateModelQualityJobDefinition", ["ml.m5.xlarge"], {})


@pytest.mark.parametrize("workload", ["automl", "labeling", "studio"])
def test_where_no_type_can_be_exempted_a_key_is_always_needed(workload: str) -> None:
    policy = make_policy([workload], key_arns=[OURS])
    for demand in policy.demands:
        for types in (None, ["ml.m5.xlarge"], ["ml.g5.xlarge"]):
            assert is_denied(policy.documents, demand.action.name, types, {})
            assert is_denied(policy.documents, demand.action.name, types, {"sagemaker:VolumeKmsKeyArn": FOREIGN})
            assert not is_denied(policy.documents, demand.action.name, types, KEY_FORMS["our key"])


def test_a_type_of_which_the_verdict_is_unknown_is_not_exempt() -> None:
    unknown = [name for name in TYPES if kb.volume_kms(name, "studio").outcome is kb.Outcome.UNKNOWN]
    assert unknown
    assert is_denied(make_policy(["studio"]).documents, "CreateDomain", unknown, {})


def test_the_seed_workloads_are_the_default() -> None:
    assert make_policy().workloads == tuple(sorted(SEED_WORKLOADS))
    assert {demand.action.name for demand in make_policy().demands} == set(ACTIONS)
