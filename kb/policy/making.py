"""Makes a policy from workloads and keys, with everything that its reader has to know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

from kb.errors import PolicyError
from kb.library.lookup import known_workload, snapshot
from kb.policy.demands import Action, Demand, actions_of, demand_of, fold
from kb.policy.documents import LIMITS, Document, Group, Kind, documents, size_of, text_of

#: The ways SageMaker runs instances that its guide names on encryption at rest.
SEED_WORKLOADS = ("training", "tuning", "processing", "transform", "endpoint", "notebook")

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY_ARN = re.compile(
    rf"arn:aws[a-z-]*:kms:(?:[a-z]{{2,}}(?:-[a-z]+)+-\d+|\*):\d{{12}}:key/(?:{_UUID}|mrk-[0-9a-f]{{32}}|\*)"
)


@dataclass(frozen=True)
class Policy:
    """A policy, as one or more documents.

    Attributes:
        kind: What you attach it as.
        workloads: The workloads it covers, sorted.
        key_arns: The keys it accepts, sorted; empty if it accepts any key.
        documents: The policy documents. Attach all of them.
        demands: What it requires of each action.
        unjudged: Actions for which it cannot require a key.
        folded: For each pattern such as ``ml.g5.*``, the known types it stands for.
        denies_local_storage: Whether it denies every type that keeps data outside the key.
        data_version: CalVer of the data it was made from.
    """

    kind: Kind
    workloads: tuple[str, ...]
    key_arns: tuple[str, ...]
    documents: tuple[Document, ...]
    demands: tuple[Demand, ...]
    unjudged: tuple[Action, ...]
    folded: dict[str, tuple[str, ...]]
    denies_local_storage: bool
    data_version: str

    @property
    def texts(self) -> tuple[str, ...]:
        """The documents as JSON, ready to attach."""
        return tuple(text_of(document, self.kind) for document in self.documents)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Size of each document, in the characters that the limit counts."""
        return tuple(size_of(text, self.kind) for text in self.texts)

    @property
    def limit(self) -> int:
        """Maximum size of one document, in characters."""
        return LIMITS[self.kind]


def make_policy(
    workloads: Iterable[str] = SEED_WORKLOADS,
    *,
    key_arns: Iterable[str] = (),
    kind: Kind | str = Kind.IDENTITY,
    fold_families: bool = False,
    deny_local_storage: bool = False,
) -> Policy:
    """Make a policy that denies requests without a customer key, except for types that cannot use one.

    Args:
        workloads: Workloads to cover, in any order.
        key_arns: ARNs of the keys to accept; by default any key.
        kind: ``identity`` or ``scp``.
        fold_families: Write ``ml.g5.*`` if the policy treats all known sizes of a family alike.
        deny_local_storage: Allow only types whose ML storage is all under the key.

    Returns:
        The policy. Which types are exempt comes from the verdicts of :func:`kb.volume_kms`.

    Raises:
        UnknownWorkload: there is no such workload.
        PolicyError: an ARN is malformed, no action has a condition key for what is required, or the policy does not
            fit into documents of the permitted size.
    """
    wanted = _known(workloads)
    arns = tuple(sorted({read_key_arn(arn) for arn in key_arns}))
    kind = Kind(kind)
    actions = actions_of(wanted)
    demands = tuple(filter(None, (demand_of(each, deny_local_storage=deny_local_storage) for each in actions)))
    unjudged = tuple(each for each in actions if not each.has_volume_key)
    if not demands:
        names = ", ".join(action.name for action in unjudged)
        raise PolicyError(
            f"nothing to demand for {', '.join(wanted)}: {names} cannot be judged by volume key; "
            "choose other workloads (`kb workloads` lists them)"
        )
    groups, folded = _groups(demands, fold_families=fold_families)
    return Policy(
        kind=kind,
        workloads=wanted,
        key_arns=arns,
        documents=documents(groups, arns, kind),
        demands=demands,
        unjudged=unjudged,
        folded=folded,
        denies_local_storage=deny_local_storage,
        data_version=snapshot().data_version,
    )


def read_key_arn(text: str) -> str:
    """Read the ARN of a KMS key; Region and key may be ``*``.

    Raises:
        PolicyError: it is not the ARN of a key.
    """
    arn = text.strip()
    if _KEY_ARN.fullmatch(arn):
        return arn
    hint = "; the condition key holds the ARN of the key itself, so an alias does not work" if ":alias/" in arn else ""
    raise PolicyError(
        f"{arn[:120]!r} is not the ARN of a KMS key, such as "
        f"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab{hint}"
    )


def _known(workloads: Iterable[str]) -> tuple[str, ...]:
    names = {known_workload(workload) for workload in workloads}
    if not names:
        raise PolicyError("no workload was given; `kb workloads` lists them")
    return tuple(sorted(names))


def _groups(demands: Iterable[Demand], *, fold_families: bool) -> tuple[list[Group], dict[str, tuple[str, ...]]]:
    """Put actions with the same demands together; also return the patterns used, with the types they stand for."""
    folded: dict[str, tuple[str, ...]] = {}

    def listed(types: frozenset[str]) -> tuple[str, ...]:
        if not fold_families:
            return tuple(sorted(types))
        patterns = fold(types)
        folded.update((pattern, sizes) for pattern, sizes in patterns.items() if pattern not in sizes)
        return tuple(sorted(patterns))

    actions: dict[tuple[bool, frozenset[str], bool, frozenset[str] | None], list[str]] = defaultdict(list)
    for demand in demands:
        same = (demand.action.has_volume_key, demand.exempt, demand.is_key_needed_without_types, demand.allowed)
        actions[same].append(demand.action.name)
    groups = [
        Group(
            actions=tuple(sorted(names)),
            needs_key=needs_key,
            exempt=listed(exempt),
            is_key_needed_without_types=typeless,
            allowed=None if allowed is None else listed(allowed),
        )
        for (needs_key, exempt, typeless, allowed), names in actions.items()
    ]
    return sorted(groups, key=lambda group: group.actions), dict(sorted(folded.items()))
