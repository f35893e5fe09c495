"""Looks up what is known: the facts about a type, the verdict on a key, and how both changed. Standard library only."""

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
    """Return the snapshot in use: the one inside the package, read once, unless :func:`use` chose another.

    Raises:
        SnapshotError: the file is missing, damaged, or of another schema version.
    """
    global _snapshot  # noqa: PLW0603 - read once per process; a second reader would make an equal one
    if _snapshot is None:
        # not pathlib: importing it takes longer than the whole lookup
        _snapshot = Snapshot(os.path.join(os.path.dirname(os.path.dirname(__file__)), "snapshot.txt"))  # noqa: PTH118, PTH120
    return _snapshot


def use(path: str | os.PathLike[str]) -> Snapshot:
    """Answer from another snapshot from now on, in the whole process. For servers.

    Raises:
        SnapshotError: the file is missing, damaged, or of another schema version. The old snapshot stays in use.
    """
    global _snapshot  # noqa: PLW0603 - the one place in which a process chooses its data
    _snapshot = Snapshot(os.fspath(path))
    _current.clear()
    return _snapshot


def lookup(instance_type: str, *, as_of: date | str | None = None) -> InstanceType:
    """Return the facts about an instance type.

    Hardware facts are those of EC2's DescribeInstanceTypes for the EC2 type of the same name. Memory is in GiB, disks
    are in GB (10^9 bytes); None means that no source states the value.

    Args:
        instance_type: SageMaker name, such as ``ml.g5.xlarge``. Case and surrounding space are ignored.
        as_of: Date, ISO date or data version such as ``2026.06.10``. The answer uses the evidence known on that day.
            The default is now; the earliest day is 2017-11-29.

    Raises:
        UnknownInstanceType: no source lists the type, or none listed it on that day. The message has similar names.
        UnknownVersion: `as_of` is not a day since 2017-11-29.
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
    """Return the facts about an instance type, as :func:`lookup` does, or None if no source lists it."""
    try:
        return lookup(instance_type, as_of=as_of)
    except UnknownInstanceType:
        return None


def volume_kms(instance_type: str, workload: str, *, as_of: date | str | None = None) -> Verdict:
    """Return what happens to a customer KMS key for the ML storage volume of a type in a workload.

    The verdict combines three facts, each with its source and date in ``evidence``: the API reference (what the
    workload does with a key), EC2 (whether the type has local storage), and the SageMaker API and price list (whether
    the workload offers the type).

    Args:
        instance_type: SageMaker name, such as ``ml.g5.xlarge``. Case and surrounding space are ignored.
        workload: One of :func:`workloads`, such as ``training``. Case and surrounding space are ignored.
        as_of: Date, ISO date or data version, as for :func:`lookup`. Before a type or workload existed, the outcome is
            ``not_offered``.

    Raises:
        UnknownInstanceType: no source ever listed the type.
        UnknownWorkload: there is no such workload. The message lists the workloads.
        UnknownVersion: `as_of` is not a day since 2017-11-29.
    """
    if as_of is None:
        try:
            return _current[instance_type, workload]
        except (KeyError, TypeError):
            pass
    name, place = _known_name(instance_type), known_workload(workload)
    from kb.library.verdicts import answer

    if as_of is not None:
        return answer(snapshot(), name, place, read_day(as_of))
    return _current.setdefault((name, place), answer(snapshot(), name, place, None))


def supports_volume_kms(instance_type: str, workload: str, *, as_of: date | str | None = None) -> bool:
    """Return whether a workload accepts and uses a key for a type: True for ``encrypts`` and ``ebs_only``.

    With ``ebs_only`` the key does not cover local NVMe disks. ``volume_kms(...).all_storage_under_key`` is True only if
    the key covers all ML storage.

    Raises:
        UnknownAnswer: the outcome is ``unknown``. The message says why.
        UnknownInstanceType, UnknownWorkload, UnknownVersion: as for :func:`volume_kms`.
    """
    verdict = volume_kms(instance_type, workload, as_of=as_of)
    if verdict.outcome == "unknown":
        raise UnknownAnswer(f"{verdict.instance_type} in {verdict.workload}: {verdict.reason}")
    return verdict.outcome in ("encrypts", "ebs_only")


def history(instance_type: str) -> tuple[InstanceType, ...]:
    """Return the facts about a type over time, oldest first.

    Each entry held from ``valid_from`` until the day before ``valid_to``; the last one has ``valid_to`` None.

    Raises:
        UnknownInstanceType: no source ever listed the type.
    """
    return tuple(reversed(snapshot().spans(_known_name(instance_type))))


def verdict_history(instance_type: str, workload: str) -> tuple[Verdict, ...]:
    """Return every verdict on a type in a workload since 2017-11-29, oldest first.

    Raises:
        UnknownInstanceType, UnknownWorkload: there is no such type or workload.
    """
    from kb.library.verdicts import answers

    return answers(snapshot(), _known_name(instance_type), known_workload(workload))


def workloads() -> tuple[str, ...]:
    """Return the names of the workloads, sorted: the ways SageMaker runs instances, such as ``training``."""
    return snapshot().workloads


def regions(instance_type: str, workload: str, *, as_of: date | str | None = None) -> frozenset[str] | None:
    """Return the Regions in which AWS's price list has a type for a workload.

    None if there is no Region data for the workload, or there was none yet on that day.

    Raises:
        UnknownInstanceType, UnknownWorkload, UnknownVersion: as for :func:`volume_kms`.
    """
    name, place = _known_name(instance_type), known_workload(workload)
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
    """Return the types that meet every condition, by family and size.

    A type with an unknown fact does not meet a condition on that fact, whether the condition is True or False.

    Args:
        workload: Workload that offers the type now.
        outcome: Outcome in `workload`, such as ``encrypts``.
        region: Region whose price list has the type for `workload`; if there is no Region data for the workload, for
            any workload.
        family: Family, such as ``g5``.
        status: ``listed``, ``retired``, ``price_list_only`` or ``delisted``.
        is_nitro: Whether the type runs on the Nitro hypervisor.
        has_instance_store: Whether the type has local storage.
        is_kms_eligible: True for types without local storage, so a key can cover all of it; False for those with it.
        gpu_name: GPU model or part of its name. Case is ignored.
        min_gpus: Minimum number of GPUs.
        min_vcpus: Minimum number of vCPUs.
        max_vcpus: Maximum number of vCPUs.
        min_memory_gib: Minimum memory in GiB.
        max_memory_gib: Maximum memory in GiB.

    Raises:
        UnknownWorkload: there is no such workload.
        ValueError: `outcome` is given without `workload`, or there is no such outcome or Region.
    """
    data = snapshot()
    equal = {
        "family": family,
        "status": status,
        "is_nitro": is_nitro,
        "has_instance_store": has_instance_store,
        "is_kms_eligible": is_kms_eligible,
    }
    limits = {
        "gpu_count": (min_gpus, None),
        "vcpus": (min_vcpus, max_vcpus),
        "memory_gib": (min_memory_gib, max_memory_gib),
    }
    found: Iterable[InstanceType] = [
        each
        for each in (data.spans(name)[0] for name in data.type_names)
        if all(wanted is None or getattr(each, name) == wanted for name, wanted in equal.items())
        and all(_within(getattr(each, name), *limit) for name, limit in limits.items())
        and (gpu_name is None or (each.gpu_name is not None and gpu_name.casefold() in each.gpu_name.casefold()))
    ]
    if workload is not None:
        found = _offered(found, known_workload(workload), outcome)
    elif outcome is not None:
        raise ValueError("an outcome needs a workload; give the workload too")
    if region is not None:
        found = _in_region(found, None if workload is None else known_workload(workload), region)
    return tuple(sorted(found, key=lambda t: (t.family, t.vcpus is None, t.vcpus or 0, t.instance_type)))


def diff(old: date | str, new: date | str) -> tuple[Change, ...]:
    """Return the differences between two days or data versions, without what changed back in between.

    Args:
        old: Date, ISO date or data version, 2017-11-29 or later.
        new: The same. If it is earlier than `old`, the changes are reversed.

    Returns:
        The changes: rules first, then type by type.

    Raises:
        UnknownVersion: `old` or `new` is not a day since 2017-11-29.
    """
    from kb.library.changes import compare

    return compare(snapshot(), read_day(old), read_day(new))


def _within(value: float | None, least: float | None, most: float | None) -> bool:
    """Whether a value is within the limits; one that is not known is within none."""
    if value is None:
        return least is None and most is None
    return (least is None or value >= least) and (most is None or value <= most)


def _offered(types: Iterable[InstanceType], workload: str, outcome: Outcome | str | None) -> list[InstanceType]:
    from kb.library.model import Outcome

    wanted = {Outcome(outcome)} if outcome is not None else set(Outcome)
    wanted.discard(Outcome.NOT_OFFERED)
    return [each for each in types if volume_kms(each.instance_type, workload).outcome in wanted]


def _in_region(types: Iterable[InstanceType], workload: str | None, region: str) -> list[InstanceType]:
    data = snapshot()
    name = region.strip().lower()
    if name not in data.region_names():
        raise ValueError(f"no Region data for {region!r}; the Regions are: {', '.join(data.region_names())}")
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


def known_workload(workload: object) -> str:
    """Return the canonical name of a workload; case and surrounding space are ignored.

    Raises:
        UnknownWorkload: there is no such workload. The message lists the workloads.
    """
    data = snapshot()
    name = workload.strip().lower() if isinstance(workload, str) else workload
    if name not in data.workloads:
        raise UnknownWorkload(workload, data.workloads)
    return str(name)


def read_day(value: date | str) -> date:
    """Return a day from a date, an ISO date, or a data version such as 2026.06.10.

    Raises:
        UnknownVersion: it is none of these, or before 2017-11-29.
    """
    if isinstance(value, date):
        day = value.date() if isinstance(value, datetime) else value
    else:
        try:
            day = date.fromisoformat(value.strip().replace(".", "-"))
        except (ValueError, AttributeError) as error:
            raise UnknownVersion(
                f"{str(value)[:60]!r} is not a date such as 2026-06-10 or a data version such as 2026.06.10"
            ) from error
    if day < EPOCH:
        raise UnknownVersion(f"{day} is before {EPOCH}, the first day with any data")
    return day
