"""The words for the codes in the data: outcomes, statuses, hardware and evidence, as every front end shows them."""

from __future__ import annotations

from kb.library.model import Basis, Evidence, InstanceType, Outcome, Verdict

OUTCOMES: dict[Outcome, str] = {
    Outcome.ENCRYPTS: "encrypts",
    Outcome.REJECTED: "rejected",
    Outcome.NOT_APPLIED: "not applied",
    Outcome.EBS_ONLY: "EBS only",
    Outcome.NO_KEY_PARAMETER: "no key parameter",
    Outcome.NOT_OFFERED: "not offered",
    Outcome.UNKNOWN: "unknown",
}

OUTCOME_MEANINGS: dict[Outcome, str] = {
    Outcome.ENCRYPTS: "the key is accepted and covers all ML storage",
    Outcome.REJECTED: "the request is refused",
    Outcome.NOT_APPLIED: "accepted, but the local NVMe storage is not encrypted with it",
    Outcome.EBS_ONLY: "the key covers the EBS volume; the NVMe disks stay outside it",
    Outcome.NO_KEY_PARAMETER: "the API has no volume key for this workload",
    Outcome.NOT_OFFERED: "neither the API nor the price list has it for this workload",
    Outcome.UNKNOWN: "the evidence does not say; never a guess",
}

BASES: dict[Basis, str] = {
    Basis.DOCUMENTED: "AWS's reference for this API says so",
    Basis.OBSERVED: "seen in lists or in the service's behavior, but not documented",
    Basis.INFERRED: "follows from the documented rule of another workload, or from the type's family",
}

STATUSES: dict[str, str] = {
    "listed": "the SageMaker API lists it",
    "retired": "EC2 no longer has it, so SageMaker may not start it any more",
    "price_list_only": "only the price list has it; the SageMaker API does not list it",
    "delisted": "neither the SageMaker API nor the price list has it any more",
}

_STORAGE_BASES = {
    "observed": "observed since {day}",
    "carried_back": "first observed {day} and carried back",
    "inferred": "inferred from the family, {day}",
    "contested": "EC2's Regions disagree since {day}",
}

_NEWER_SIDES = {
    "rule": "the reference is newer",
    "contradiction": "this statement is newer",
    "unknown": "which is newer is not known",
}


def outcome(value: Outcome | str) -> str:
    """Name an outcome."""
    return OUTCOMES[Outcome(value)]


#: What the star of a marked outcome means.
STAR = "a sentence behind the rule changed and awaits review"


def marked_outcome(verdict: Verdict) -> str:
    """Name the outcome of a verdict, with a star if a sentence behind it changed and awaits review."""
    return outcome(verdict.outcome) + (" *" if verdict.evidence_changed else "")


def under_review(verdict: Verdict) -> str:
    """Name the changed sentences behind a verdict that await review; empty for none."""
    return "\n".join(
        f"the sentence behind this changed on {item.since}; see\n{item.url}"
        for item in verdict.evidence
        if item.kind == "review"
    )


def outcomes_help() -> str:
    """Explain every outcome, one line each, for a help page."""
    lines = [f"  {member.value:<16}  {OUTCOME_MEANINGS[member]}" for member in Outcome]
    return "\n".join(["\b", "Outcomes:", *lines])


def yes_no(value: bool | None, unknown: str = "unknown") -> str:
    """Write yes, no, or the word for an unknown value."""
    return unknown if value is None else "yes" if value else "no"


def counted(number: int, one: str, many: str = "") -> str:
    """Write a number with its noun; many add an ``s`` by default."""
    return f"{number} {one if number == 1 else many or f'{one}s'}"


def number(value: float | None) -> str:
    """Write a number with at most one decimal."""
    return "?" if value is None else f"{round(value, 1):.1f}".removesuffix(".0")


def platform(kind: InstanceType) -> str:
    """Name the hypervisor, and the version of the Nitro System if it is known."""
    version = f", Nitro v{kind.nitro_version}" if kind.nitro_version else ""
    if kind.is_bare_metal:
        return f"bare metal{version or (', Nitro' if kind.is_nitro else '')}"
    if kind.hypervisor:
        return version.removeprefix(", ") if kind.is_nitro and version else kind.hypervisor.capitalize()
    return "unknown"


def short_storage(kind: InstanceType) -> str:
    """Write the local storage in few characters: "8x3800GB", "2x900GB HDD"; a question mark if it is not known."""
    if kind.local_storage is None:
        return "?"
    text = kind.local_storage.replace(" NVMe SSD", "").replace(" NVMe HDD", " HDD")
    return text.replace(" x ", "x").replace(" GB", "GB")


def gpus(kind: InstanceType) -> str:
    """Write the GPUs and other accelerators: "8xH200", "1x1/8 L4"; empty for none, a question mark if not known."""
    parts = []
    if kind.gpu_count:
        share = kind.gpu_partition_size
        of_one = f"1/{round(1 / share)} " if share and share < 1 else ""
        parts.append(f"{kind.gpu_count}x{of_one}{kind.gpu_name or 'GPU'}")
    if kind.accelerator_count:
        parts.append(f"{kind.accelerator_count}x{kind.accelerator_name or 'accelerator'}")
    if not parts and kind.gpu_count is None and kind.accelerator_count is None:
        return "?"
    return ", ".join(parts)


def hardware(kind: InstanceType) -> str:
    """Describe processors, memory and accelerators on one line; empty if nothing is known."""
    if kind.vcpus is None and kind.memory_gib is None:
        return ""
    parts = [f"{number(kind.vcpus)} vCPUs", f"{number(kind.memory_gib)} GiB memory"]
    if kind.gpu_count:
        share = kind.gpu_partition_size
        of_one = f" (each 1/{round(1 / share)} of a GPU)" if share and share < 1 else ""
        maker = f"{kind.gpu_manufacturer} " if kind.gpu_manufacturer else ""
        memory = f", {number(kind.gpu_memory_gib)} GiB GPU memory" if kind.gpu_memory_gib else ""
        parts.append(f"{kind.gpu_count} x {maker}{kind.gpu_name or 'GPU'}{of_one}{memory}")
    if kind.accelerator_count:
        memory = f", {number(kind.accelerator_memory_gib)} GiB on them" if kind.accelerator_memory_gib else ""
        parts.append(f"{kind.accelerator_count} x {kind.accelerator_name or 'accelerator'}{memory}")
    return ", ".join(parts)


def storage_evidence(kind: InstanceType) -> str:
    """Say where the data on local storage comes from."""
    if kind.storage_basis is None:
        return "no source says whether it has any"
    known = _STORAGE_BASES[kind.storage_basis].format(day=kind.storage_observed_on or "on an unknown day")
    return f"{known} ({kind.storage_origin or kind.storage_source})"


def local_storage(kind: InstanceType) -> str:
    """Name the local storage, and say how it is known."""
    return f"{kind.local_storage or 'unknown'}, {storage_evidence(kind)}"


#: The labels of `is_kms_eligible` and `all_storage_under_key`, wherever they are shown.
ELIGIBLE = "No local storage, so a key can cover all of it"
ALL_UNDER_KEY = "All ML storage under your key"


def all_under_key(verdict: Verdict) -> str:
    """Say whether all ML storage is under the key."""
    return yes_no(None if verdict.outcome is Outcome.UNKNOWN else verdict.all_storage_under_key)


def facts(kind: InstanceType) -> list[tuple[str, str]]:
    """Return labels and texts of what people want to know first about a type; a text is empty if nothing is known."""
    return [
        ("Status", status(kind)),
        ("Local storage", local_storage(kind)),
        (ELIGIBLE, yes_no(kind.is_kms_eligible)),
        ("Hypervisor", platform(kind)),
        ("Hardware", hardware(kind)),
        ("Dates", dates(kind)),
    ]


def dates(kind: InstanceType) -> str:
    """Say when the type was first and last seen."""
    verified = f"hardware last verified {kind.last_verified}" if kind.last_verified else "hardware not verified"
    return f"first seen {kind.first_seen}, last seen {kind.last_seen}, {verified}"


def status(kind: InstanceType) -> str:
    """Say what the status means, and since when if the type is retired."""
    since = f" since {kind.retired_on}" if kind.status == "retired" and kind.retired_on else ""
    return f"{kind.status.replace('_', ' ')}{since}: {STATUSES[kind.status]}"


def evidence(item: Evidence) -> str:
    """Describe one piece of evidence, with its address on a separate line."""
    extra = f" ({item.note})" if item.note else ""
    address = f"\n{item.url}" if item.url else ""
    return f"{item.what}, {item.origin}, since {item.since}{extra}{address}"


def newer_side(side: str) -> str:
    """Say which of two statements is newer."""
    return _NEWER_SIDES[side]


def plain(value: object, missing: str = "") -> str:
    """Write a value as text on one line: booleans as true and false, control characters as escapes."""
    if value is None:
        return missing
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, float) and value.is_integer() and abs(value) < 1e15:
        return str(int(value))
    text = value.hex() if isinstance(value, bytes) else str(value)
    if text.isprintable():
        return text
    return "".join(c if c.isprintable() else c.encode("unicode_escape").decode("ascii") for c in text)
