"""What a reader of a policy has to know and JSON has no place for: where it comes from, and what it cannot do."""

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
    """Return the text that belongs beside the documents. The same policy gives the same text."""
    sections = {
        "Demanded": _demanded(policy),
        "Not enforced": _unjudged(policy),
        "Families": _families(policy),
        "Limits": _limits(policy),
    }
    lines = [
        f"IAM policy on the volume key of SageMaker, made by kb {__version__} from data version {policy.data_version}.",
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


def _demanded(policy: Policy) -> Iterator[str]:
    for demand in policy.demands:
        yield f"{demand.action.name} ({demand.action.workload}): {_demand(demand)}"


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
        text += " A request that names no type points to a definition made before, and needs none."
    if not demand.action.has_instance_types:
        text += " It has no condition key for instance types: a request that starts no instance needs a key too."
    return text + _weakness(demand)


def _weakness(demand: Demand) -> str:
    """What speaks against the verdicts that the demand rests on."""
    workload = demand.action.workload
    verdicts = [kb.volume_kms(name, workload) for name in snapshot().type_names]
    text = ""
    if any(verdict.basis == "inferred" and verdict.basis_note for verdict in verdicts):
        text += " The rule is inferred."
    if any(verdict.evidence_changed for verdict in verdicts):
        text += " The evidence changed and nobody has confirmed the rule since (`kb rule review`)."
    contradicting = {
        contradiction.url: contradiction
        for verdict in verdicts
        for contradiction in verdict.contradictions
        if (contradiction.says_outcome in UNUSABLE) != (verdict.outcome in UNUSABLE)
    }
    if contradicting:
        text += (
            " AWS contradicts itself on whether a key can be used with local storage here: "
            f"{', '.join(sorted(contradicting))}."
        )
    return text


def _unjudged(policy: Policy) -> Iterator[str]:
    for action in policy.unjudged:
        what = "the volume key" if action.has_instance_types else "the volume key or instance types"
        yield f"{action.name} ({action.workload}): it has no condition key for {what}; no key is demanded."
    if not policy.unjudged:
        yield "Every action of these workloads has a condition key for the volume key."


def _families(policy: Policy) -> Iterator[str]:
    if not policy.folded:
        yield (
            "None is folded: every type is named. A type that appears after this data version is not exempt: without "
            "a key it is denied until the policy is made anew, whatever storage it has."
        )
        return
    effect = "exempt, even if it has no local storage and could use a key"
    if policy.denies_local_storage:
        effect = "allowed, even if it has local storage"
    yield (
        f"A size that a folded family gains after this data version is {effect}. All sizes seen so far agree in "
        "having local storage or not, which is an observation and no promise of AWS. Types outside these families "
        "are named one by one, and a new one is not exempt."
    )
    for pattern, types in policy.folded.items():
        sizes = ", ".join(name.removeprefix(pattern.removesuffix("*")) for name in types)
        yield f"{pattern} stands for {len(types)}: {sizes}"


def _limits(policy: Policy) -> Iterable[str]:
    yield "The policy only denies; what is to be allowed, other policies must allow."
    yield (
        "A request that names several types needs the key as soon as one of them is not exempt. Given a key, such a "
        "list passes the policy, and SageMaker refuses it where one of its types refuses a key."
    )
    yield (
        "sagemaker:InstanceTypes is documented as all types of the request, but not field by field. Where AWS leaves "
        "out one that is named in an instance group, preference or pool, it is not judged. A request that reaches IAM "
        "without any type (a serverless variant, say) needs a key."
    )
    yield (
        "The volume key is one value per request. Where a request gives several (tuning with several definitions), "
        "that each of them has one cannot be demanded."
    )
    yield (
        "sagemaker:VolumeKmsKey is deprecated in favour of sagemaker:VolumeKmsKeyArn. A request passes when either "
        "holds a key as demanded. The condition key is an ARN; a request that gives a key's id or alias may be denied."
    )
    if not policy.denies_local_storage:
        yield (
            "An exempt type is not denied for giving a key that is not among those demanded: SageMaker refuses the "
            "request, or accepts the key without using it for the data. Its storage stays outside any customer key."
        )
        yield "A type whose verdict is unknown, or that is not offered for the workload, is not exempt."
    yield (
        "Keys for output in S3, resources that exist already, and endpoints made from an older configuration are not "
        "judged. Pipelines and monitoring start jobs with their execution role: the policy must reach that role too."
    )
    if policy.kind is Kind.SCP:
        yield "A service control policy does not reach the management account or service-linked roles."
