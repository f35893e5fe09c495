"""Documents: their size, how they are split, what they are made of, and what cannot be made."""

from __future__ import annotations

import json
from pathlib import Path
from typing import Any

import pytest

import kb
from kb.dataset.curated import CURATED, read_curated
from kb.dataset.paths import data_dir, snapshot_file
from kb.errors import PolicyError
from kb.library.lookup import use
from kb.policy import Kind, make_policy
from kb.policy.demands import actions_of, families, fold
from kb.policy.documents import LIMITS, Group, documents, size_of, text_of
from tests.policy.requests import KEY_FORMS, OURS, is_denied

EVERYTHING: list[dict[str, Any]] = [
    {"kind": kind, "fold_families": folds, "deny_local_storage": strict}
    for kind in Kind
    for folds in (False, True)
    for strict in (False, True)
]


@pytest.mark.parametrize("options", EVERYTHING, ids=str)
def test_every_document_fits_and_can_be_attached(options: dict[str, Any]) -> None:
    policy = make_policy(kb.workloads(), key_arns=[OURS], **options)
    for text, size in zip(policy.texts, policy.sizes, strict=True):
        # the two ways of counting, written once more
        assert size == (len(text.encode()) if policy.kind is Kind.SCP else len("".join(text.split())))
        assert size <= policy.limit == {Kind.IDENTITY: 6144, Kind.SCP: 5120}[policy.kind]
        document = json.loads(text)
        assert set(document) == {"Version", "Statement"}
        sids = [statement["Sid"] for statement in document["Statement"]]
        assert all(sid.isalnum() for sid in sids)
        assert len(set(sids)) == len(sids)
        assert {statement["Effect"] for statement in document["Statement"]} == {"Deny"}


def test_split_documents_deny_together_what_one_would() -> None:
    whole = make_policy(kb.workloads(), fold_families=True)
    groups_in_one = {name for document in whole.documents for s in document["Statement"] for name in s["Action"]}
    split = make_policy(kb.workloads())
    assert len(split.documents) > len(whole.documents)
    assert {
        name for document in split.documents for s in document["Statement"] for name in s["Action"]
    } == groups_in_one
    for demand in split.demands:
        for types in (["ml.m5.xlarge"], ["ml.g5.xlarge"], None):
            for key in ({}, KEY_FORMS["our key"]):
                asked = (demand.action.name, types, key)
                assert is_denied(split.documents, *asked) is is_denied(whole.documents, *asked)
        # only the documents that speak of the action decide on it
        alone = [d for d in split.documents if f"sagemaker:{demand.action.name}" in json.dumps(d)]
        assert is_denied(alone, demand.action.name, ["ml.m5.xlarge"], {}) is demand.action.has_volume_key


def test_a_group_goes_into_the_next_document_only_when_it_does_not_fit() -> None:
    def group(name: str, length: int) -> Group:
        return Group((name,), True, ("ml." + "x" * length,), True, None)

    overhead = size_of(text_of(documents([group("A", 0)], (), Kind.SCP)[0], Kind.SCP), Kind.SCP)
    room = LIMITS[Kind.SCP] - overhead
    assert len(documents([group("A", room)], (), Kind.SCP)) == 1
    with pytest.raises(PolicyError, match=r"statements on A are 5,121 characters long, over the limit of 5,120"):
        documents([group("A", room + 1)], (), Kind.SCP)
    assert len(documents([group("A", room // 3), group("B", room // 3)], (), Kind.SCP)) == 1
    found = documents([group("A", room - 9), group("B", 9), group("C", 9)], (), Kind.SCP)
    assert [sorted(set(json.dumps(d).split('"sagemaker:')[1][0])) for d in found] == [["A"], ["B"]]


def test_too_many_keys_do_not_fit() -> None:
    arns = [f"arn:aws:kms:eu-west-1:111122223333:key/{number:08x}-12ab-34cd-56ef-1234567890ab" for number in range(60)]
    with pytest.raises(PolicyError, match="ask for fewer workloads or keys"):
        make_policy(key_arns=arns)


def test_the_same_question_gives_the_same_bytes() -> None:
    first = make_policy(["endpoint", "training", "training"], key_arns=[OURS, OURS.replace("eu-west-1", "*")])
    again = make_policy([" Training ", "endpoint"], key_arns=[OURS.replace("eu-west-1", "*"), OURS, f" {OURS}"])
    assert first.texts == again.texts
    assert first == again


def test_only_whole_families_that_are_treated_alike_are_folded() -> None:
    known = families()
    g5 = known["g5"]
    assert fold(g5) == {"ml.g5.*": tuple(sorted(g5))}
    some = g5 - {"ml.g5.xlarge"}
    assert fold(some) == {name: (name,) for name in sorted(some)}
    # a family of one size says nothing about a second
    assert fold(known["p4d"]) == {"ml.p4d.24xlarge": ("ml.p4d.24xlarge",)}
    for pattern, sizes in make_policy(fold_families=True).folded.items():
        assert known[kb.lookup(sizes[0]).family] == set(sizes)
        assert len({kb.lookup(name).has_instance_store for name in sizes}) == 1, pattern


@pytest.mark.parametrize(
    ("arn", "hint"),
    [
        ("", "is not the ARN of a KMS key"),
        ("1234abcd-12ab-34cd-56ef-1234567890ab", "is not the ARN of a KMS key"),
        ("arn:aws:kms:eu-west-1:111122223333:alias/mine", "an alias does not work"),
        ("arn:aws:kms:eu-west-1:*:key/*", "is not the ARN of a KMS key"),
        ("arn:aws:s3:::bucket", "is not the ARN of a KMS key"),
        (OURS + '", "*', "is not the ARN of a KMS key"),
        ("*", "is not the ARN of a KMS key"),
    ],
)
def test_a_malformed_key_is_refused(arn: str, hint: str) -> None:
    with pytest.raises(PolicyError, match=hint):
        make_policy(key_arns=[arn])


@pytest.mark.parametrize(
    "arn",
    [
        OURS,
        "arn:aws-cn:kms:cn-north-1:111122223333:key/mrk-0123456789abcdef0123456789abcdef",
        "arn:aws-us-gov:kms:us-gov-west-1:111122223333:key/*",
        "arn:aws:kms:*:111122223333:key/*",
    ],
)
def test_keys_of_every_partition_are_taken(arn: str) -> None:
    assert make_policy(["notebook"], key_arns=[arn]).key_arns == (arn,)


def test_unknown_and_missing_workloads_are_refused() -> None:
    with pytest.raises(kb.UnknownWorkload, match=r"the workloads are: .*automl, endpoint"):
        make_policy(["training", "serving"])
    with pytest.raises(PolicyError, match="no workload was given"):
        make_policy([])


def test_nothing_to_demand_is_said_and_not_an_empty_policy() -> None:
    with pytest.raises(PolicyError, match="nothing to demand for hyperpod: CreateCluster, UpdateCluster cannot be"):
        make_policy(["hyperpod"])
    assert make_policy(["hyperpod"], deny_local_storage=True).documents
    with pytest.raises(PolicyError, match="CreateInferenceExperiment, CreateOptimizationJob"):
        make_policy(["optimization", "inference_experiment"], deny_local_storage=True)


def test_every_operation_of_every_workload_is_either_demanded_of_or_named() -> None:
    policy = make_policy(kb.workloads())
    names = {action.name for action in actions_of(kb.workloads())}
    assert names == {d.action.name for d in policy.demands} | {a.name for a in policy.unjudged}
    assert {"CreateCluster", "CreateModelPackage", "UpdateNotebookInstance"} <= {a.name for a in policy.unjudged}
    # CreateAlgorithm starts jobs of two workloads; it has no condition key in either
    pairs = [(action.name, action.workload) for action in actions_of(kb.workloads())]
    assert len(set(pairs)) == len(pairs)
    assert len({d.action.name for d in policy.demands}) == len(policy.demands)


def test_a_policy_answers_from_the_snapshot_in_use(tmp_path: Path) -> None:
    ours = snapshot_file().read_text(encoding="utf-8")
    other = ours.replace("\ntraining\tCreateTrainingJob\ttrue\ttrue\n", "\ntraining\tCreateAnotherJobs\ttrue\ttrue\n")
    other = other.replace(f"data_version\t{kb.DATA_VERSION}", "data_version\t2027.01.01")
    path = tmp_path / "snapshot.txt"
    path.write_text(other, encoding="utf-8")
    try:
        use(path)
        made = make_policy(["training"])
    finally:
        use(snapshot_file())
    assert [demand.action.name for demand in made.demands] == ["CreateAnotherJobs"]
    assert made.documents[0]["Statement"][0]["Action"] == ["sagemaker:CreateAnotherJobs"]
    assert made.data_version == "2027.01.01"
    assert [demand.action.name for demand in make_policy(["training"]).demands] == ["CreateTrainingJob"]


def test_the_actions_are_those_of_the_curated_tables() -> None:
    tables = {table.name: read_curated(table.path(data_dir()), table) for table in CURATED}
    expected = {
        (row["workload"], name): (False, False)
        for row in tables["workloads"]
        for name in row["operations"].split(", ")
        if name
    }
    for row in tables["iam_condition_keys"]:
        if row["workload"]:
            keys = (row["has_volume_kms_key"] == "true", row["has_instance_types"] == "true")
            expected[row["workload"], row["action"]] = keys
    actions = actions_of(kb.workloads())
    assert {(a.workload, a.name): (a.has_volume_key, a.has_instance_types) for a in actions} == expected
    assert [(a.workload, a.name) for a in actions] == sorted(expected)
