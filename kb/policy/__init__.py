"""IAM policies that require a customer key for every type that can use one. Standard library only.

>>> from kb.policy import make_policy
>>> policy = make_policy(["training"])
>>> [statement["Sid"] for statement in policy.documents[0]["Statement"]]
['RequireKeyForTypes1', 'RequireKeyWithoutTypes']
"""

from __future__ import annotations

from kb.policy.documents import Kind
from kb.policy.making import SEED_WORKLOADS, Policy, make_policy

__all__ = ["SEED_WORKLOADS", "Kind", "Policy", "make_policy"]
