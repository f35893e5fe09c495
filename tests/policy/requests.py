"""Requests as IAM sees them, and what must become of them according to the verdicts."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import Any

import kb
from tests.policy.evaluator import decide

OURS = "arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
FOREIGN = "arn:aws:kms:eu-west-1:444455556666:key/ffffffff-12ab-34cd-56ef-1234567890ab"
ALLOW_ALL = {"Version": "2012-10-17", "Statement": [{"Effect": "Allow", "Action": "*", "Resource": "*"}]}

#: Every action with both condition keys, with the workload by whose verdicts it is judged.
ACTIONS = {
    "CreateTrainingJob": "training",
    "CreateHyperParameterTuningJob": "tuning",
    "CreateProcessingJob": "processing",
    "CreateTransformJob": "transform",
    "CreateEndpointConfig": "endpoint",
    "CreateNotebookInstance": "notebook",
}

#: The ways in which a request may carry a key, for IAM: not at all, and under either name of the condition key.
KEY_FORMS: dict[str, dict[str, str]] = {
    "no key": {},
    "our key": {"sagemaker:VolumeKmsKeyArn": OURS},
    "our key, old name": {"sagemaker:VolumeKmsKey": OURS},
    "foreign key": {"sagemaker:VolumeKmsKeyArn": FOREIGN},
}


def is_denied(
    documents: Iterable[dict[str, Any]], action: str, types: Sequence[str] | None, key: dict[str, str]
) -> bool:
    context: dict[str, str | list[str]] = {**key}
    if types is not None:
        context["sagemaker:InstanceTypes"] = list(types)
    return decide([ALLOW_ALL, *documents], f"sagemaker:{action}", context) == "denied"


def needs_key(workload: str, types: Sequence[str]) -> bool:
    """Whether a request must give a key: no type named, or one with which a key may be of use."""
    useless = {"rejected", "not_applied"}
    return not types or any(kb.volume_kms(name, workload).outcome.value not in useless for name in types)
