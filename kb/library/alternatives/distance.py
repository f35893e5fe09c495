"""How far one type is from another, and in words what is better and worse about it.

``queries/nearest-without-local-storage.sql`` reckons the same in SQL; only arithmetic is used that every database has.
"""

from __future__ import annotations

from kb.library.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterator

    from kb.library.model import InstanceType

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
    if (
        len(known) < len(amounts)
        or of_kind is None
        or model is None
        or kind.architectures is None
        or kind.processor_manufacturer is None
    ):
        return None
    return Machine(
        accelerator_kind=of_kind,
        accelerator_name=model,
        architectures=frozenset(kind.architectures.split()),
        maker=kind.processor_manufacturer,
        amounts=known,
    )


def difference(own: Machine, other: Machine) -> Difference:
    """Compare two types with the same kind of accelerator."""
    distance, ratios = 0.0, []
    better: list[str] = []
    worse: list[str] = []
    for name, weight in WEIGHTS.items():
        amount, instead_of = other.amounts[name], own.amounts[name]
        if amount == instead_of:
            continue
        ratio = amount / instead_of
        if name != "clock_ghz":
            ratios.append(ratio)
        distance += weight * (ratio - 1 if ratio > 1 else LESS * (1 / ratio - 1))
        what = _WORDS[name].format(_number(amount), f"{own.accelerator_kind}s") + f" instead of {_number(instead_of)}"
        (better if ratio > 1 else worse).append(what)
    kinds = list(_other_kinds(own, other))
    for weight, _ in kinds:
        distance += weight
    return Difference(
        # half of a hundredth goes up, as in databases, and not to the even one
        distance=int(100 * distance + 0.5) / 100,
        is_near=all(LEAST <= ratio <= MOST for ratio in ratios),
        better=tuple(better),
        worse=tuple(worse),
        other=tuple(what for _, what in kinds),
    )


def _other_kinds(own: Machine, other: Machine) -> Iterator[tuple[float, str]]:
    """What is of another kind, with its weight."""
    if other.accelerator_name != own.accelerator_name:
        yield OTHER_ACCELERATOR, f"{other.accelerator_name} instead of {own.accelerator_name}"
    if not other.architectures & own.architectures:
        yield OTHER_ARCHITECTURE, f"{_names(other.architectures)} instead of {_names(own.architectures)}"
    if other.maker != own.maker:
        yield OTHER_MAKER, f"processors of {other.maker} instead of {own.maker}"


def _names(architectures: frozenset[str]) -> str:
    return " and ".join(sorted(architectures))


def _number(value: float) -> str:
    """Write a number with at most one decimal."""
    return f"{value:.1f}".removesuffix(".0")
