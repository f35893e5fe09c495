"""The answers: a type's facts, the verdict on a key, and how both changed. Standard library only."""

from __future__ import annotations

import os
import os.path
from datetime import date, datetime

from kb.errors import UnknownAnswer, UnknownInstanceType, UnknownVersion, UnknownWorkload
from kb.library.instance_type import InstanceType
from kb.library.snapshot import EPOCH, Snapshot

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable

    from kb.library.model import Change, Outcome, Verdict, Version

_snapshot: Snapshot | None = None
_current: dict[tuple[str, str], Verdict] = {}


def snapshot() -> Snapshot:
    """Return the package's snapshot, read once.

    Raises:
        SnapshotError: it is missing, damaged, or of another schema version.
    """
    global _snapshot  # noqa: PLW0603 - read once per process; a second reader would make an equal one
    if _snapshot is None:
        # not pathlib: importing it takes longer than the whole lookup
        _snapshot = Snapshot(os.path.join(os.path.dirname(os.path.dirname(__file__)), "snapshot.txt"))  # noqa: PTH118, PTH120
    return _snapshot


def use(path: str | os.PathLike[str]) -> Snapshot:
    """Answer from another snapshot than the package's from now on, in this whole process; for servers.

    Raises:
        SnapshotError: it is missing, damaged, or of another schema version; nothing changes.
    """
    global _snapshot  # noqa: PLW0603 - the one place in which a process chooses its data
    _snapshot = Snapshot(os.fspath(path))
    _current.clear()
    return _snapshot


def lookup(instance_type: str, *, as_of: date | str | None = None) -> InstanceType:
    """Return the facts about an instance type.

    Args:
        instance_type: SageMaker name, such as ``ml.g5.xlarge``; case and surrounding space do not matter.
        as_of: Day (or data version) whose evidence should answer, from 2017-11-29 on; now by default.

    Raises:
        UnknownInstanceType: no source lists the name (or listed it on that day); the text suggests near names.
        UnknownVersion: `as_of` is no day since 2017-11-29.
    """
    name = _known_name(instance_type)
    spans = snapshot().spans(name)
    if as_of is None:
        return spans[0]
    day = read_day(as_of)
    for span in spans:
        if span.valid_from <= day:
            return span
    raise UnknownInstanceType(name, hint=f"no source listed it on {day}; it was first listed on {spans[0].first_seen}")


def get(instance_type: str, *, as_of: date | str | None = None) -> InstanceType | None:
    """Return the facts about an instance type, or None where :func:`lookup` raises UnknownInstanceType."""
    try:
        return lookup(instance_type, as_of=as_of)
    except UnknownInstanceType:
        return None


def volume_kms(instance_type: str, workload: str, *, as_of: date | str | None = None) -> Verdict:
    """Say what becomes of a customer KMS key for the storage volume of a type in a workload.

    Args:
        instance_type: SageMaker name; case and surrounding space do not matter.
        workload: One of :func:`workloads`; case and surrounding space do not matter.
        as_of: Day (or data version) whose evidence should answer, from 2017-11-29 on; now by default. Before a type
            or workload existed, the outcome is ``not_offered``.

    Raises:
        UnknownInstanceType: no source ever listed the type.
        UnknownWorkload: no such workload; the text lists them.
        UnknownVersion: `as_of` is no day since 2017-11-29.
    """
    if as_of is None:
        try:
            return _current[instance_type, workload]
        except (KeyError, TypeError):
            pass
    name, place = _known_name(instance_type), _known_workload(workload)
    if as_of is not None:
        return snapshot().answer(name, place, read_day(as_of))
    return _current.setdefault((name, place), snapshot().answer(name, place, None))


def supports_volume_kms(instance_type: str, workload: str, *, as_of: date | str | None = None) -> bool:
    """Say whether a key can be used: True for ``encrypts`` and ``ebs_only``.

    With ``ebs_only`` local NVMe disks stay outside the key; ``volume_kms(...).all_storage_under_key`` tells.

    Raises:
        UnknownAnswer: the evidence does not say.
        UnknownInstanceType, UnknownWorkload, UnknownVersion: as for :func:`volume_kms`.
    """
    verdict = volume_kms(instance_type, workload, as_of=as_of)
    if verdict.outcome == "unknown":
        raise UnknownAnswer(f"{verdict.instance_type} in {verdict.workload}: {verdict.reason}")
    return verdict.outcome in ("encrypts", "ebs_only")


def history(instance_type: str) -> tuple[InstanceType, ...]:
    """Return what was known about a type over time, oldest first; ``valid_from`` and ``valid_to`` bound each entry.

    Raises:
        UnknownInstanceType: no source ever listed the type.
    """
    return tuple(reversed(snapshot().spans(_known_name(instance_type))))


def verdict_history(instance_type: str, workload: str) -> tuple[Verdict, ...]:
    """Return every verdict on a type in a workload since 2017-11-29, oldest first.

    Raises:
        UnknownInstanceType, UnknownWorkload: no such type or workload.
    """
    return snapshot().answers(_known_name(instance_type), _known_workload(workload))


def workloads() -> tuple[str, ...]:
    """Return the names of the workloads."""
    return snapshot().workloads


def regions(instance_type: str, workload: str, *, as_of: date | str | None = None) -> frozenset[str] | None:
    """Return the Regions whose price list has a type for a workload.

    None where no Region list speaks of the workload, or none had been read by then.

    Raises:
        UnknownInstanceType, UnknownWorkload, UnknownVersion: as for :func:`volume_kms`.
    """
    name, place = _known_name(instance_type), _known_workload(workload)
    component = snapshot().component(place)
    if component is None:
        return None
    day = None if as_of is None else read_day(as_of)
    since = snapshot().regions_since(component)
    if since is None or (day is not None and day < since):
        return None
    return snapshot().regions_of(name, component, day) or frozenset()


def versions() -> tuple[Version, ...]:
    """Return every data version, oldest first."""
    return snapshot().versions()


def find(
    *,
    workload: str | None = None,
    outcome: Outcome | str | None = None,
    region: str | None = None,
    family: str | None = None,
    status: str | None = None,
    is_nitro: bool | None = None,
    has_instance_store: bool | None = None,
    is_kms_eligible: bool | None = None,
    gpu_name: str | None = None,
    min_gpus: int | None = None,
    min_vcpus: int | None = None,
    max_vcpus: int | None = None,
    min_memory_gib: float | None = None,
    max_memory_gib: float | None = None,
) -> tuple[InstanceType, ...]:
    """Return the types that satisfy every condition given, by family and size.

    A type about which a condition's fact is not known does not satisfy it, whichever way the condition goes.

    Args:
        workload: Offered for this workload now.
        outcome: With this verdict in `workload`.
        region: In this Region's list for `workload`; where no Region list speaks of the workload, in any list of it.
        family: Family, such as ``g5``.
        status: ``listed``, ``retired``, ``price_list_only`` or ``delisted``.
        is_nitro: On the Nitro hypervisor or not.
        has_instance_store: With local storage or not.
        is_kms_eligible: Without local storage or with it.
        gpu_name: GPU model, or a part of its name; case does not matter.
        min_gpus: At least so many GPUs.
        min_vcpus: At least so many vCPUs.
        max_vcpus: At most so many vCPUs.
        min_memory_gib: At least so much memory, in GiB.
        max_memory_gib: At most so much memory, in GiB.

    Raises:
        UnknownWorkload: no such workload.
        ValueError: `outcome` without `workload`, no such outcome, or a Region that no list names.
    """
    data = snapshot()
    found: Iterable[InstanceType] = (data.spans(name)[0] for name in data.type_names)
    equal = {
        "family": family,
        "status": status,
        "is_nitro": is_nitro,
        "has_instance_store": has_instance_store,
        "is_kms_eligible": is_kms_eligible,
    }
    for attribute, wanted in equal.items():
        if wanted is not None:
            found = [t for t in found if getattr(t, attribute) == wanted]
    limits = (
        ("gpu_count", min_gpus, None),
        ("vcpus", min_vcpus, max_vcpus),
        ("memory_gib", min_memory_gib, max_memory_gib),
    )
    for attribute, least, most in limits:
        if least is not None or most is not None:
            found = [t for t in found if _within(getattr(t, attribute), least, most)]
    if gpu_name is not None:
        part = gpu_name.casefold()
        found = [t for t in found if t.gpu_name is not None and part in t.gpu_name.casefold()]
    if workload is not None:
        found = _offered(found, _known_workload(workload), outcome)
    elif outcome is not None:
        raise ValueError("an outcome belongs to a workload; give the workload too")
    if region is not None:
        found = _in_region(found, None if workload is None else _known_workload(workload), region)
    return tuple(sorted(found, key=lambda t: (t.family, t.vcpus is None, t.vcpus or 0, t.instance_type)))


def diff(old: date | str, new: date | str) -> tuple[Change, ...]:
    """Return what differs between two data versions (or days), net of what changed back in between.

    Args:
        old: Day or CalVer data version, from 2017-11-29 on.
        new: The other one; earlier than `old` is allowed and turns the changes around.

    Raises:
        UnknownVersion: one of them is no day since 2017-11-29.
    """
    from kb.library.comparison import compare

    return compare(snapshot(), read_day(old), read_day(new))


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    return value is not None and (least is None or value >= least) and (most is None or value <= most)


def _offered(types: Iterable[InstanceType], workload: str, outcome: Outcome | str | None) -> list[InstanceType]:
    from kb.library.model import Outcome

    wanted = {Outcome(outcome)} if outcome is not None else set(Outcome)
    wanted.discard(Outcome.NOT_OFFERED)
    return [each for each in types if volume_kms(each.instance_type, workload).outcome in wanted]


def _in_region(types: Iterable[InstanceType], workload: str | None, region: str) -> list[InstanceType]:
    data = snapshot()
    name = region.strip().lower()
    if name not in data.region_names():
        raise ValueError(f"no Region list names {region!r}; the Regions are: {', '.join(data.region_names())}")
    component = None if workload is None else data.component(workload)
    there = {key[0] for key, listed in data.regions(None).items() if name in listed and component in (None, key[1])}
    return [each for each in types if each.instance_type in there]


def _known_name(instance_type: object) -> str:
    """Return the canonical name of a known type."""
    data = snapshot()
    if not isinstance(instance_type, str):
        raise UnknownInstanceType(instance_type, hint="a name must be text, such as 'ml.g5.xlarge'")
    name = instance_type.strip().lower()
    if data.has_type(name):
        return name
    if data.has_type(f"ml.{name}"):
        raise UnknownInstanceType(instance_type, (f"ml.{name}",), f"SageMaker's names begin with 'ml.': ml.{name}")
    raise UnknownInstanceType(instance_type, _near(name, data.type_names))


def _near(name: str, names: tuple[str, ...]) -> list[str]:
    if not 0 < len(name) <= 40:
        return []
    from difflib import get_close_matches

    return get_close_matches(name if name.startswith("ml.") else f"ml.{name}", names, n=4, cutoff=0.7)


def _known_workload(workload: object) -> str:
    data = snapshot()
    name = workload.strip().lower() if isinstance(workload, str) else workload
    if name not in data.workloads:
        raise UnknownWorkload(workload, data.workloads)
    return str(name)


def read_day(value: date | str) -> date:
    """Read a day: a date, an ISO date, or a data version such as 2026.06.10."""
    if isinstance(value, datetime):
        day = value.date()
    elif isinstance(value, date):
        day = value
    else:
        try:
            day = date.fromisoformat(value.strip().replace(".", "-"))
        except (ValueError, AttributeError) as error:
            raise UnknownVersion(
                f"{str(value)[:60]!r} is neither a date such as 2026-06-10 nor a data version such as 2026.06.10"
            ) from error
    if day < EPOCH:
        raise UnknownVersion(f"{day} is before {EPOCH}, the first day about which anything is known")
    return day
