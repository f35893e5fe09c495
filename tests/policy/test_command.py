"""``kb policy``: what goes where, files, and wrong usage."""

from __future__ import annotations

import json
import subprocess
import sys
from pathlib import Path

import pytest

import kb as library
from kb.policy import make_policy
from kb.policy.explanation import explain
from tests.cli.conftest import Run
from tests.policy.requests import OURS


def test_one_document_goes_to_standard_output(kb: Run) -> None:
    found = kb("policy", "--fold")
    assert found.status == 0
    assert found.json == make_policy(fold_families=True).documents[0]
    assert f"from data version {library.DATA_VERSION}" in found.stderr
    assert "ml.g5.* stands for 8: 12xlarge" in found.stderr


def test_several_documents_go_one_on_a_line(kb: Run) -> None:
    found = kb("policy")
    expected = make_policy().documents
    assert len(expected) > 1
    assert [json.loads(line) for line in found.stdout.splitlines()] == list(expected)
    assert f"{len(expected)} documents, one per line" in found.stderr
    assert "attach all of them" in found.stderr


def test_files(kb: Run, tmp_path: Path) -> None:
    found = kb("policy", "-w", "training", "--key-arn", OURS, "--kind", "scp", "--output", tmp_path / "new")
    policy = make_policy(["training"], key_arns=[OURS], kind="scp")
    assert found.stdout.splitlines() == [
        str(tmp_path / "new" / name) for name in ("volume-key-1.json", "volume-key.txt")
    ]
    assert (tmp_path / "new" / "volume-key-1.json").read_text() == policy.texts[0]
    assert (tmp_path / "new" / "volume-key.txt").read_text() == explain(policy) == found.stderr


def test_a_document_of_another_policy_is_not_left_beside(kb: Run, tmp_path: Path) -> None:
    assert kb("policy", "--output", tmp_path).status == 0
    before = (tmp_path / "volume-key-1.json").read_text()
    found = kb("policy", "--fold", "--output", tmp_path)
    assert found.status == 1
    assert "volume-key-2.json would stay beside the new policy" in found.stderr
    assert (tmp_path / "volume-key-1.json").read_text() == before


@pytest.mark.parametrize(
    ("arguments", "status", "message"),
    [
        (["--key-arn", "alias/x"], 2, "'alias/x' is not the ARN of a KMS key"),
        (["--workload", "serving"], 1, "unknown workload 'serving'"),
        (["--workload", "hyperpod"], 1, "nothing to demand for hyperpod"),
        (["--kind", "rcp"], 2, "'rcp' is not one of"),
    ],
)
def test_wrong_usage(kb: Run, arguments: list[str], status: int, message: str) -> None:
    found = kb("policy", *arguments)
    assert (found.status, found.stdout) == (status, "")
    assert message in found.stderr


def test_the_explanation_says_what_cannot_be_enforced() -> None:
    text = explain(make_policy(library.workloads()))
    flat = " ".join(text.split())
    assert "CreateCluster (hyperpod): it has no condition key for the volume key;" in flat
    assert (
        "CreateModelPackage (packaged_transform_validation): it has no condition key for the volume key or inst" in flat
    )
    assert "CreateTrainingJob (training): a key, unless every type named is one of 64 that cannot use one" in flat
    assert "CreateMonitoringSchedule (monitoring): a key, unless" in flat
    assert "refers to an existing definition and needs no key" in flat
    assert "The rule is inferred." in flat
    assert "None is folded" in flat
    assert text == explain(make_policy(library.workloads()))
    assert "is denied until you make the policy again" in flat
    assert max(map(len, text.splitlines())) <= 120


def test_the_explanation_lists_every_type_behind_a_pattern() -> None:
    for is_strict in (False, True):
        policy = make_policy(fold_families=True, deny_local_storage=is_strict)
        flat = " ".join(explain(policy).split())
        patterns = {
            value
            for text in policy.texts
            for statement in json.loads(text)["Statement"]
            for tests in statement["Condition"].values()
            for value in tests.get("sagemaker:InstanceTypes", [])
            if value != "*" and "*" in value
        }
        assert set(policy.folded) == patterns
        for pattern, types in policy.folded.items():
            sizes = ", ".join(name.rpartition(".")[2] for name in types)
            assert f"{pattern} stands for {len(types)}: {sizes}" in flat
        assert "AWS does not promise it" in flat


def test_the_library_needs_nothing_else() -> None:
    code = (
        "import sys; from kb.policy import make_policy; from kb.policy.explanation import explain;"
        "explain(make_policy()); print({'click', 'duckdb'} & set(sys.modules))"
    )
    done = subprocess.run([sys.executable, "-c", code], capture_output=True, text=True, check=True)
    assert done.stdout == "set()\n"
