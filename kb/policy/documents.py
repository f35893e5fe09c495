"""Writes the statements of a policy, in as few documents as their size allows.

Every statement denies, so the documents together deny what a single document would, and can be split between actions.
A list of types cannot be split: each of two statements with half of it would deny what the other one exempts.
"""

from __future__ import annotations

import json
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from enum import StrEnum
from typing import Any

from kb.errors import PolicyError

Document = dict[str, Any]

#: Condition keys of the volume key. AWS renamed the first to the second ("deprecated"); which of them a request carries
#: is not documented for the time between, so a statement holds only where neither is as demanded.
#: https://docs.aws.amazon.com/service-authorization/latest/reference/list_amazonsagemaker.html
VOLUME_KEYS = ("sagemaker:VolumeKmsKey", "sagemaker:VolumeKmsKeyArn")
INSTANCE_TYPES = "sagemaker:InstanceTypes"


class Kind(StrEnum):
    """What you attach the policy as."""

    IDENTITY = "identity"
    """A managed policy of a user, group or role."""
    SCP = "scp"
    """A service control policy of an organization."""


#: Greatest size of one document, in characters.
#: https://docs.aws.amazon.com/IAM/latest/UserGuide/reference_iam-quotas.html
#: https://docs.aws.amazon.com/organizations/latest/userguide/orgs_reference_limits.html
LIMITS = {Kind.IDENTITY: 6144, Kind.SCP: 5120}


@dataclass(frozen=True)
class Group:
    """Actions with the same requirements. Types are names or patterns.

    Attributes:
        actions: Their names, sorted.
        needs_key: Whether the policy can require a key.
        exempt: Types that need no key.
        is_key_needed_without_types: Whether a request that names no type needs a key.
        allowed: The only types that may be named; None if any may.
    """

    actions: tuple[str, ...]
    needs_key: bool
    exempt: tuple[str, ...]
    is_key_needed_without_types: bool
    allowed: tuple[str, ...] | None


def text_of(document: Document, kind: Kind) -> str:
    """Write a document: indented, or as short as possible where the limit counts white space."""
    if kind is Kind.SCP:
        return json.dumps(document, separators=(",", ":")) + "\n"
    return json.dumps(document, indent=2) + "\n"


def size_of(text: str, kind: Kind) -> int:
    """Count the characters that the limit counts: IAM ignores white space, Organizations does not."""
    return len(text) if kind is Kind.SCP else sum(not character.isspace() for character in text)


def documents(groups: Sequence[Group], key_arns: Sequence[str], kind: Kind) -> tuple[Document, ...]:
    """Write the groups into documents, filling one after the other.

    Raises:
        PolicyError: one group alone is too large.
    """
    shared: list[list[Group]] = []
    for group in groups:
        size = _size([group], key_arns, kind)
        if size > LIMITS[kind]:
            raise PolicyError(
                f"the statements on {', '.join(group.actions)} are {size:,} characters long, over the limit of "
                f"{LIMITS[kind]:,} for one policy, and cannot be split; "
                "ask for fewer workloads or keys, or fold families (--fold)"
            )
        if shared and _size([*shared[-1], group], key_arns, kind) <= LIMITS[kind]:
            shared[-1].append(group)
        else:
            shared.append([group])
    return tuple(_document(each, key_arns) for each in shared)


def _size(groups: Sequence[Group], key_arns: Sequence[str], kind: Kind) -> int:
    return size_of(text_of(_document(groups, key_arns), kind), kind)


def _document(groups: Sequence[Group], key_arns: Sequence[str]) -> Document:
    without_key = _without_key(key_arns)
    statements = []
    keyed = [group for group in groups if group.needs_key]
    always = [g for g in keyed if not g.exempt and g.is_key_needed_without_types]
    by_type = [g for g in keyed if g not in always]
    if always:
        statements.append(_deny("RequireKey", _actions(always), without_key))
    for number, group in enumerate(by_type, start=1):
        condition = without_key | _names_other_than(group.exempt)
        statements.append(_deny(f"RequireKeyForTypes{number}", group.actions, condition))
    typeless = [g for g in by_type if g.is_key_needed_without_types]
    if typeless:
        # holds where the key is missing, and where it is there but empty
        nothing = {"ForAllValues:StringNotLike": {INSTANCE_TYPES: ["*"]}}
        statements.append(_deny("RequireKeyWithoutTypes", _actions(typeless), without_key | nothing))
    limited = [g for g in groups if g.allowed is not None]
    for number, group in enumerate(limited, start=1):
        statements.append(_deny(f"AllStorageUnderKey{number}", group.actions, _names_other_than(group.allowed or ())))
    return {"Version": "2012-10-17", "Statement": statements}


def _without_key(key_arns: Sequence[str]) -> Document:
    """The condition that holds for a request with no key, or with none of these."""
    if key_arns:
        return {"ArnNotLike": {key: list(key_arns) for key in VOLUME_KEYS}}
    return {"Null": dict.fromkeys(VOLUME_KEYS, "true")}


def _names_other_than(types: Sequence[str]) -> Document:
    """The condition that holds for a request that names at least one type that is not among these."""
    if types:
        return {"ForAnyValue:StringNotLike": {INSTANCE_TYPES: list(types)}}
    return {"ForAnyValue:StringLike": {INSTANCE_TYPES: ["*"]}}


def _deny(sid: str, actions: Sequence[str], condition: Document) -> Document:
    return {
        "Sid": sid,
        "Effect": "Deny",
        "Action": [f"sagemaker:{name}" for name in actions],
        "Resource": "*",
        "Condition": condition,
    }


def _actions(groups: Iterable[Group]) -> tuple[str, ...]:
    return tuple(sorted(name for group in groups for name in group.actions))
