"""The same evaluation by an IAM simulator from outside this project, where it is installed.

It is a Node package, so it is no dependency of the tests. To run them with it, in a folder of your choice:
``npm install @cloud-copilot/iam-simulate``, and ``KB_IAM_SIMULATE=that/folder pytest tests/policy``.
"""

from __future__ import annotations

import json
import os
import subprocess
from pathlib import Path
from typing import Any

import pytest

from kb.library.lookup import snapshot
from kb.policy import make_policy
from tests.policy.requests import ACTIONS, KEY_FORMS, OURS, is_denied

MODULES = os.environ.get("KB_IAM_SIMULATE", "")
pytestmark = pytest.mark.skipif(not MODULES, reason="KB_IAM_SIMULATE does not name a folder with the simulator")

RESOURCES = {
    "CreateTrainingJob": "training-job/x",
    "CreateHyperParameterTuningJob": "hyper-parameter-tuning-job/x",
    "CreateProcessingJob": "processing-job/x",
    "CreateTransformJob": "transform-job/x",
    "CreateEndpointConfig": "endpoint-config/x",
    "CreateNotebookInstance": "notebook-instance/x",
}


def simulate(kind: str, documents: tuple[dict[str, Any], ...], cases: list[tuple[str, str, dict[str, Any]]]) -> Any:
    question = {"modules": str(Path(MODULES).resolve()), "kind": kind, "documents": documents, "cases": cases}
    script = Path(__file__).with_name("second_engine.mjs")
    done = subprocess.run(["node", script], input=json.dumps(question), capture_output=True, text=True, check=False)
    assert done.returncode == 0, done.stderr
    return json.loads(done.stdout)


@pytest.mark.parametrize("is_strict", [False, True])
@pytest.mark.parametrize("kind", ["identity", "scp"])
@pytest.mark.parametrize("fold", [False, True])
def test_both_engines_agree(kind: str, fold: bool, is_strict: bool) -> None:
    policy = make_policy(kind=kind, key_arns=[OURS], fold_families=fold, deny_local_storage=is_strict)
    names = snapshot().type_names
    lists: list[list[str] | None] = [*([name] for name in names), None, [], ["ml.m5.xlarge", "ml.g5.xlarge"]]
    # the engine takes only what the newest reference names, and so not the old name of the key
    keys = [KEY_FORMS[form] for form in ("no key", "our key", "foreign key")]
    cases, expected = [], []
    for action, resource in RESOURCES.items():
        for types in lists:
            for key in keys:
                context = {**key, **({} if types is None else {"sagemaker:InstanceTypes": types})}
                cases.append((action, resource, context))
                expected.append("ExplicitlyDenied" if is_denied(policy.documents, action, types, key) else "Allowed")
    answer = simulate(kind, policy.documents, cases)
    assert answer["findings"] == []
    assert set(RESOURCES) == set(ACTIONS)
    assert [(c, g, w) for c, g, w in zip(cases, answer["results"], expected, strict=True) if g != w] == []
