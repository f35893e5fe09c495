"""The text that goes with a policy, since JSON has no comments: what it requires, and what it cannot enforce."""

from __future__ import annotations

import textwrap
from collections import Counter
from collections.abc import Iterable, Iterator

import kb
from kb._version import __version__
from kb.library.lookup import snapshot
from kb.policy.demands import UNUSABLE, Demand
from kb.policy.documents import Kind
from kb.policy.making import Policy

_WIDTH = 100


def explain(policy: Policy) -> str:
    """Return the text to keep beside the documents. The same policy gives the same text."""
    sections = {
        "Required": [f"{each.action.name} ({each.action.workload}): {_demand(each)}" for each in policy.demands],
        "Not enforced": _unjudged(policy),
        "Families": _families(policy),
        "Limits": _limits(policy),
    }
    lines = [
        f"IAM policy for the SageMaker volume key, made by kb {__version__} from data version {policy.data_version}.",
        *_wrapped(_documents(policy), ""),
        *_wrapped(f"Keys: {', '.join(policy.key_arns) or 'any'}.", ""),
    ]
    for title, texts in sections.items():
        lines += ["", title]
        for text in texts:
            lines += _wrapped(text, "  - ")
    return "\n".join(lines) + "\n"


def _wrapped(text: str, first: str) -> list[str]:
    indent = " " * len(first)
    return textwrap.wrap(
        text, _WIDTH, initial_indent=first, subsequent_indent=indent, break_long_words=False, break_on_hyphens=False
    )


def _documents(policy: Policy) -> str:
    name = "Service control policy" if policy.kind is Kind.SCP else "Identity policy"
    sizes = ", ".join(f"{size:,}" for size in policy.sizes)
    counted = "" if policy.kind is Kind.SCP else ", white space not counted"
    text = f"{name} in {len(policy.documents)} document(s) of {sizes} characters (limit {policy.limit:,}{counted})"
    return f"{text}; attach all of them." if len(policy.documents) > 1 else f"{text}."


def _demand(demand: Demand) -> str:
    parts = []
    if demand.action.has_volume_key and demand.exempt:
        outcomes = Counter(kb.volume_kms(name, demand.action.workload).outcome.value for name in sorted(demand.exempt))
        counts = ", ".join(f"{number} {outcome}" for outcome, number in sorted(outcomes.items()))
        parts.append(f"a key, unless every type named is one of {len(demand.exempt)} that cannot use one ({counts})")
    elif demand.action.has_volume_key:
        parts.append("a key, always" if demand.is_key_needed_without_types else "a key for every type")
    if demand.allowed is not None:
        parts.append(f"only the {len(demand.allowed)} types whose storage is all under the key")
    text = "; ".join(parts) + "."
    if not demand.is_key_needed_without_types:
        text += " A request that names no type refers to an existing definition and needs no key."
    if not demand.action.has_instance_types:
        text += " It has no condition key for instance types, so a request that starts no instance needs a key too."
    return text + _weakness(demand)


def _weakness(demand: Demand) -> str:
    """What casts doubt on the verdicts behind the demand."""
    workload = demand.action.workload
    verdicts = [kb.volume_kms(name, workload) for name in snapshot().type_names]
    text = ""
    if any(verdict.basis == "inferred" and verdict.basis_note for verdict in verdicts):
        text += " The rule is inferred."
    if any(verdict.evidence_changed for verdict in verdicts):
        text += " The evidence changed and the rule awaits review (`kb rule review`)."
    contradicting = {
        contradiction.url: contradiction
        for verdict in verdicts
        for contradiction in verdict.contradictions
        if (contradiction.says_outcome in UNUSABLE) != (verdict.outcome in UNUSABLE)
    }
    if contradicting:
        text += (
            " AWS's pages disagree on whether a key can be used with local storage here: "
            f"{', '.join(sorted(contradicting))}."
        )
    return text


def _unjudged(policy: Policy) -> Iterator[str]:
    for action in policy.unjudged:
        what = "the volume key" if action.has_instance_types else "the volume key or instance types"
        yield f"{action.name} ({action.workload}): it has no condition key for {what}; no key is required."
    if not policy.unjudged:
        yield "Every action of these workloads has a condition key for the volume key."


def _families(policy: Policy) -> Iterator[str]:
    if not policy.folded:
        yield (
            "None is folded: every type is named. A type that appears after this data version is not exempt: a request "
            "without a key is denied until you make the policy again, whatever storage the type has."
        )
        return
    exempt = "exempt, even if it has no local storage and could use a key"
    effect = "allowed, even if it has local storage" if policy.denies_local_storage else exempt
    yield (
        f"A size that a folded family gains after this data version is {effect}. So far all sizes of a family agree on "
        "local storage, but AWS does not promise it. Types outside these families are named one by one, and a new one "
        "is not exempt."
    )
    for pattern, types in policy.folded.items():
        sizes = ", ".join(name.removeprefix(pattern.removesuffix("*")) for name in types)
        yield f"{pattern} stands for {len(types)}: {sizes}"


_LIMITS = (
    "The policy only denies. Other policies must allow what you want to allow.",
    "A request that names several types needs a key if any of them is not exempt. With a key it passes the policy, and "
    "SageMaker rejects it if one of its types does not accept a key.",
    "AWS documents sagemaker:InstanceTypes as the list of all types in the request, but not field by field. If AWS "
    "leaves out a type named in an instance group, preference or pool, the policy does not see it. A request that "
    "reaches IAM without a type (such as a serverless variant) needs a key.",
    "IAM sees one volume key per request. If a request has several definitions, as in tuning, the policy cannot "
    "require a key in each of them.",
    "sagemaker:VolumeKmsKey is deprecated in favor of sagemaker:VolumeKmsKeyArn. A request passes if either holds an "
    "accepted key. The condition key is an ARN, so a request with a key ID or alias may be denied.",
)
_EXEMPT_LIMITS = (
    "A request for an exempt type passes with any key. SageMaker rejects the request, or accepts the key and does not "
    "use it for the data. The storage stays outside any customer key.",
    "A type with an unknown verdict, or that is not offered for the workload, is not exempt.",
)
_OTHER_LIMITS = (
    "The policy does not check keys for output in S3, existing resources, or endpoints created from an older "
    "configuration. Pipelines and monitoring start jobs with their execution role, so attach it to that role too.",
)
_SCP_LIMITS = ("A service control policy does not affect the management account or service-linked roles.",)


def _limits(policy: Policy) -> Iterable[str]:
    exempt = () if policy.denies_local_storage else _EXEMPT_LIMITS
    return (*_LIMITS, *exempt, *_OTHER_LIMITS, *(_SCP_LIMITS if policy.kind is Kind.SCP else ()))
