"""How far one type is from another, and in words what is better and worse about it.

The one place in which distance is defined: the build fills the table ``nearest_types`` with it, for queries in SQL.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator

from kb.library.instance_type import InstanceType
from kb.library.record import Record
from kb.library.words import number

#: What twice as much of each quantity weighs, in the order in which differences are told.
WEIGHTS = {"accelerators": 2.0, "accelerator_memory_gib": 2.0, "vcpus": 1.0, "memory_gib": 1.0, "clock_ghz": 1.0}
#: Less is worse than more: what ran on the one type may not fit on the other.
LESS = 2.0
#: What it weighs that the accelerators are of another model, the processors of another maker or architecture.
OTHER_ACCELERATOR, OTHER_MAKER, OTHER_ARCHITECTURE = 0.5, 0.25, 1.0
#: A type with less than half or more than four times as much of anything is no alternative.
LEAST, MOST = 0.5, 4.0

_WORDS = {
    "accelerators": "{} {}",
    "accelerator_memory_gib": "{} GiB of accelerator memory",
    "vcpus": "{} vCPUs",
    "memory_gib": "{} GiB of memory",
    "clock_ghz": "{} GHz",
}


class Machine(Record):
    """What is compared of a type; all of it is known.

    Attributes:
        accelerator_kind: Such as "NVIDIA GPU", "accelerator" (an AWS chip), or "none".
        accelerator_name: Model; empty without accelerators.
        architectures: Instruction sets, such as ``x86_64``.
        maker: Maker of the processors.
        amounts: Value of each quantity in WEIGHTS.
    """

    accelerator_kind: str
    accelerator_name: str
    architectures: frozenset[str]
    maker: str
    amounts: dict[str, float]


class Difference(Record):
    """How one type differs from another.

    Attributes:
        distance: See :func:`kb.alternatives`.
        is_near: Nothing is below half or above four times.
        better: What it has more of.
        worse: What it has less of.
        other: What is of another kind, for better or worse.
    """

    distance: float
    is_near: bool
    better: tuple[str, ...]
    worse: tuple[str, ...]
    other: tuple[str, ...]


def machine(kind: InstanceType) -> Machine | None:
    """Return what is compared of a type; None where any of it is not known."""
    if kind.gpu_count is None or kind.accelerator_count is None:
        return None
    if kind.gpu_count:
        of_kind = f"{kind.gpu_manufacturer} GPU" if kind.gpu_manufacturer else None
        model, memory = kind.gpu_name, kind.gpu_memory_gib
    elif kind.accelerator_count:
        of_kind, model, memory = "accelerator", kind.accelerator_name, kind.accelerator_memory_gib
    else:
        of_kind, model, memory = "none", "", 0.0
    amounts = {
        "accelerators": kind.gpu_count + kind.accelerator_count,
        "accelerator_memory_gib": memory,
        "vcpus": kind.vcpus,
        "memory_gib": kind.memory_gib,
        "clock_ghz": kind.clock_ghz,
    }
    known = {name: float(amount) for name, amount in amounts.items() if amount is not None}
    maker, architectures = kind.processor_manufacturer, kind.architectures
    if len(known) < len(amounts) or of_kind is None or model is None or architectures is None or maker is None:
        return None
    return Machine(
        accelerator_kind=of_kind,
        accelerator_name=model,
        architectures=frozenset(architectures.split()),
        maker=maker,
        amounts=known,
    )


def difference(own: Machine, other: Machine) -> Difference:
    """Compare two types with the same kind of accelerator."""
    ratios = _ratios(own, other)
    accelerators = f"{own.accelerator_kind}s"
    told = {
        name: f"{words.format(number(other.amounts[name]), accelerators)} instead of {number(own.amounts[name])}"
        for name, words in _WORDS.items()
    }
    return Difference(
        distance=_distance(own, other, ratios),
        is_near=_is_near(ratios),
        better=tuple(told[name] for name, ratio in ratios.items() if ratio > 1),
        worse=tuple(told[name] for name, ratio in ratios.items() if ratio < 1),
        other=tuple(what for _, what in _other_kinds(own, other)),
    )


def near_without_local_storage(types: Iterable[InstanceType]) -> Iterator[tuple[str, str, float]]:
    """Yield each type with local storage with itself and each type without it that comes near, and their distance.

    Near is the same kind of accelerator, a common architecture, and half to four times as much of everything but the
    clock. A type about which any of this is not known is left out.
    """
    machines = [(kind, found) for kind in types if (found := machine(kind))]
    disks = [pair for pair in machines if pair[0].has_instance_store]
    diskless = [pair for pair in machines if pair[0].has_instance_store is False]
    for kind, own in disks:
        yield kind.instance_type, kind.instance_type, 0.0
        for candidate, other in diskless:
            if other.accelerator_kind == own.accelerator_kind and other.architectures & own.architectures:
                ratios = _ratios(own, other)
                if _is_near(ratios):
                    yield kind.instance_type, candidate.instance_type, _distance(own, other, ratios)


def _ratios(own: Machine, other: Machine) -> dict[str, float]:
    """How many times as much of each quantity there is."""
    return {
        name: 1.0 if other.amounts[name] == amount else other.amounts[name] / amount
        for name, amount in own.amounts.items()
    }


def _is_near(ratios: dict[str, float]) -> bool:
    return all(LEAST <= ratio <= MOST for name, ratio in ratios.items() if name != "clock_ghz")


def _distance(own: Machine, other: Machine, ratios: dict[str, float]) -> float:
    distance = 0.0
    for name, weight in WEIGHTS.items():
        ratio = ratios[name]
        distance += weight * (ratio - 1 if ratio > 1 else LESS * (1 / ratio - 1))
    distance += sum(weight for weight, _ in _other_kinds(own, other))
    # half of a hundredth goes up, as in databases, and not to the even one
    return int(100 * distance + 0.5) / 100


def _other_kinds(own: Machine, other: Machine) -> Iterator[tuple[float, str]]:
    """What is of another kind, with its weight."""
    if other.accelerator_name != own.accelerator_name:
        yield OTHER_ACCELERATOR, f"{other.accelerator_name} instead of {own.accelerator_name}"
    if not other.architectures & own.architectures:
        theirs, ours = (" and ".join(sorted(each.architectures)) for each in (other, own))
        yield OTHER_ARCHITECTURE, f"{theirs} instead of {ours}"
    if other.maker != own.maker:
        yield OTHER_MAKER, f"processors of {other.maker} instead of {own.maker}"
