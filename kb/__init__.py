"""Which SageMaker ``ml.*`` instance types have local storage, and what becomes of a customer KMS key on each.

>>> import kb
>>> kb.lookup("ml.g5.xlarge").local_storage
'1 x 250 GB NVMe SSD'
>>> kb.volume_kms("ml.g5.xlarge", "training").outcome
<Outcome.REJECTED: 'rejected'>

Answers come from a snapshot inside the package: no network, no credentials, nothing outside the standard library.
"""

from __future__ import annotations

from kb._version import __version__
from kb.errors import (
    DatabaseError,
    KBError,
    MissingExtraError,
    SnapshotError,
    UnknownAnswer,
    UnknownInstanceType,
    UnknownVersion,
    UnknownWorkload,
)
from kb.lookup import (
    diff,
    find,
    get,
    history,
    lookup,
    regions,
    supports_volume_kms,
    verdict_history,
    versions,
    volume_kms,
    workloads,
)
from kb.model import (
    Alternative,
    Alternatives,
    Basis,
    Change,
    Contradiction,
    Evidence,
    InstanceType,
    LeftOut,
    Outcome,
    Verdict,
    Version,
    VolumeSize,
)

TYPE_CHECKING = False
if TYPE_CHECKING:
    from collections.abc import Iterable
    from pathlib import Path

    import duckdb

    #: CalVer of the newest change in the data that answers.
    DATA_VERSION: str

__all__ = [
    "DATA_VERSION",
    "Alternative",
    "Alternatives",
    "Basis",
    "Change",
    "Contradiction",
    "DatabaseError",
    "Evidence",
    "InstanceType",
    "KBError",
    "LeftOut",
    "MissingExtraError",
    "Outcome",
    "SnapshotError",
    "UnknownAnswer",
    "UnknownInstanceType",
    "UnknownVersion",
    "UnknownWorkload",
    "Verdict",
    "Version",
    "VolumeSize",
    "__version__",
    "alternatives",
    "connect",
    "diff",
    "find",
    "get",
    "history",
    "lookup",
    "regions",
    "supports_volume_kms",
    "verdict_history",
    "versions",
    "volume_kms",
    "workloads",
]


def alternatives(
    instance_type: str,
    workload: str,
    *,
    region: str | None = None,
    need: str = "all_storage_under_key",
    architecture: str = "same",
    statuses: Iterable[str] = ("listed",),
    limit: int | None = 10,
) -> Alternatives:
    """Find the nearest types that satisfy a need, ranked by how much their hardware differs.

    The distance counts doublings: for each quantity, how often one type's amount must be doubled to become the other's.
    Count and memory of the accelerators weigh 2 each; vCPUs, memory and clock 1 each. What is less counts twice, since
    a job may not fit. Another accelerator model adds 0.5, another maker of the processors 0.25, another architecture 1.
    Types of equal distance come by name. There are no prices in the data.

    An alternative always has the same kind of accelerator (GPUs of the same maker, AWS chips, or none), and between
    half and four times as much of everything but the clock. A type about which any of this is not known is left out.

    Args:
        instance_type: SageMaker name; case and surrounding space do not matter.
        workload: One of :func:`workloads`, in which the alternatives are offered.
        region: Only types in this Region's list for `workload`; where no list speaks of it, in any list of the Region.
        need: ``all_storage_under_key``; ``key_accepted`` (``encrypts`` or ``ebs_only``); or ``local_storage``.
        architecture: ``same`` as that of the type, ``any``, ``x86_64`` or ``arm64``.
        statuses: Which types are wanted: ``listed``, ``retired``, ``price_list_only``, ``delisted``.
        limit: At most so many; None for all.

    Returns:
        The alternatives, nearest first, and where there are none what can be done instead.

    Raises:
        UnknownInstanceType, UnknownWorkload: no such type or workload.
        ValueError: no such need, architecture, status or Region, or a `limit` below 1.
    """
    from kb.nearest import alternatives as alternatives_

    return alternatives_(
        instance_type,
        workload,
        region=region,
        need=need,
        architecture=architecture,
        statuses=statuses,
        limit=limit,
    )


def connect(path: str | Path | None = None) -> duckdb.DuckDBPyConnection:
    """Open the built database read-only, with every table; see :func:`kb.database.connect`.

    Raises:
        MissingExtraError: duckdb is not installed (``pip install 'sagemaker-storage-kb[build]'``).
        DatabaseError: the file is missing, damaged, or of another schema version.
    """
    from kb.database import connect as connect_

    return connect_(path)


def __getattr__(name: str) -> str:
    if name == "DATA_VERSION":
        from kb.lookup import snapshot

        return snapshot().data_version
    msg = f"module 'kb' has no attribute {name!r}"
    raise AttributeError(msg)
