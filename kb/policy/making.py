"""From workloads and keys to a policy, with everything that a reader of it has to know."""

from __future__ import annotations

import re
from collections import defaultdict
from collections.abc import Iterable
from dataclasses import dataclass

import kb
from kb.errors import PolicyError, UnknownWorkload
from kb.library.lookup import snapshot
from kb.policy.actions import Action, actions_of
from kb.policy.demands import Demand, demand_of, fold
from kb.policy.documents import LIMITS, Document, Group, Kind, documents, size_of, text_of

#: The ways SageMaker runs instances that its guide names on encryption at rest.
SEED_WORKLOADS = ("training", "tuning", "processing", "transform", "endpoint", "notebook")

_UUID = r"[0-9a-f]{8}(?:-[0-9a-f]{4}){3}-[0-9a-f]{12}"
_KEY_ARN = re.compile(
    rf"arn:aws[a-z-]*:kms:(?:[a-z]{{2,}}(?:-[a-z]+)+-\d+|\*):\d{{12}}:key/(?:{_UUID}|mrk-[0-9a-f]{{32}}|\*)"
)


@dataclass(frozen=True)
class Policy:
    """A policy in one or several documents.

    Attributes:
        kind: What it will be attached as.
        workloads: What it covers.
        key_arns: Keys of which a request must give one; any key where there are none.
        documents: The documents; all of them must be attached.
        demands: What is demanded of each action that can be judged.
        unjudged: Actions of which nothing can be demanded.
        folded: The known types that each pattern stands for.
        denies_local_storage: Whether types that keep data outside the key are denied altogether.
        data_version: Version of the data it was made from.
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
        """The documents as JSON, in the form to attach."""
        return tuple(text_of(document, self.kind) for document in self.documents)

    @property
    def sizes(self) -> tuple[int, ...]:
        """Size of each document, as the limit counts it."""
        return tuple(size_of(text, self.kind) for text in self.texts)

    @property
    def limit(self) -> int:
        """Greatest size of one document."""
        return LIMITS[self.kind]


def make_policy(
    workloads: Iterable[str] = SEED_WORKLOADS,
    *,
    key_arns: Iterable[str] = (),
    kind: Kind | str = Kind.IDENTITY,
    fold_families: bool = False,
    deny_local_storage: bool = False,
) -> Policy:
    """Make a policy that denies requests without a customer key, except for types with which none can be used.

    Args:
        workloads: Workloads to cover; repetitions and order do not matter.
        key_arns: ARNs of keys of which a request must give one; without any, every key will do.
        kind: ``identity`` or ``scp``.
        fold_families: Write ``ml.g5.*`` where all known sizes of a family are treated alike.
        deny_local_storage: Allow only types whose storage is all under the key.

    Raises:
        UnknownWorkload: there is no such workload.
        PolicyError: a key ARN is malformed, nothing can be demanded of any action, or it does not fit.
    """
    wanted = _known(workloads)
    arns = tuple(sorted({read_key_arn(arn) for arn in key_arns}))
    kind = Kind(kind)
    demands, unjudged = [], []
    for action in actions_of(wanted):
        demand = demand_of(action, deny_local_storage=deny_local_storage)
        if demand:
            demands.append(demand)
        if not action.has_volume_key:
            unjudged.append(action)
    if not demands:
        names = ", ".join(action.name for action in unjudged)
        raise PolicyError(
            f"nothing to demand for {', '.join(wanted)}: {names} cannot be judged by volume key; "
            "take other workloads (`kb workloads` lists them)"
        )
    groups, folded = _groups(demands, fold_families=fold_families)
    return Policy(
        kind=kind,
        workloads=wanted,
        key_arns=arns,
        documents=documents(groups, arns, kind),
        demands=tuple(demands),
        unjudged=tuple(unjudged),
        folded=folded,
        denies_local_storage=deny_local_storage,
        data_version=snapshot().data_version,
    )


def read_key_arn(text: str) -> str:
    """Read the ARN of a KMS key; Region and key may be ``*``.

    Raises:
        PolicyError: it is something else.
    """
    arn = text.strip()
    if _KEY_ARN.fullmatch(arn):
        return arn
    hint = "; the condition key holds the key's own ARN, so an alias does not serve" if ":alias/" in arn else ""
    raise PolicyError(
        f"{arn[:120]!r} is no ARN of a KMS key, such as "
        f"arn:aws:kms:eu-west-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab{hint}"
    )


def _known(workloads: Iterable[str]) -> tuple[str, ...]:
    names = set()
    for workload in workloads:
        name = workload.strip().lower()
        if name not in kb.workloads():
            raise UnknownWorkload(workload, kb.workloads())
        names.add(name)
    if not names:
        raise PolicyError("no workload was given; `kb workloads` lists them")
    return tuple(sorted(names))


def _groups(demands: Iterable[Demand], *, fold_families: bool) -> tuple[list[Group], dict[str, tuple[str, ...]]]:
    """Put actions of which the same is demanded together; also the patterns used, with what they stand for."""
    actions: dict[tuple[bool, frozenset[str], bool, frozenset[str] | None], list[str]] = defaultdict(list)
    for demand in demands:
        same = (demand.action.has_volume_key, demand.exempt, demand.is_key_needed_without_types, demand.allowed)
        actions[same].append(demand.action.name)
    groups: list[Group] = []
    folded: dict[str, tuple[str, ...]] = {}
    for (needs_key, exempt, typeless, allowed), names in actions.items():
        lists = []
        for types in (exempt, allowed):
            if types is None or not fold_families:
                lists.append(types)
                continue
            patterns = fold(types)
            folded |= {pattern: sizes for pattern, sizes in patterns.items() if pattern not in sizes}
            lists.append(frozenset(patterns))
        groups.append(
            Group(
                actions=tuple(sorted(names)),
                needs_key=needs_key,
                exempt=tuple(sorted(lists[0] or ())),
                is_key_needed_without_types=typeless,
                allowed=None if lists[1] is None else tuple(sorted(lists[1])),
            )
        )
    return sorted(groups, key=lambda group: group.actions), dict(sorted(folded.items()))
