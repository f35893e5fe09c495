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
    VolumeKeyRefused,
    VolumeKeyWarning,
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
    KeyProblem,
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
    from typing import TypeVar

    import duckdb

    ClientOrSession = TypeVar("ClientOrSession")

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
    "KeyProblem",
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
    "VolumeKeyRefused",
    "VolumeKeyWarning",
    "VolumeSize",
    "__version__",
    "alternatives",
    "connect",
    "diff",
    "find",
    "get",
    "guard",
    "history",
    "lookup",
    "regions",
    "supports_volume_kms",
    "unguard",
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


def guard(client_or_session: ClientOrSession, mode: str = "raise", *, need: str = "key_accepted") -> ClientOrSession:
    """Check the volume key of each SageMaker request before it is sent.

    >>> client = kb.guard(boto3.client("sagemaker"))  # doctest: +SKIP

    A request that SageMaker refuses because of its key raises, and nothing is sent. A key that is accepted but leaves
    local storage out (``not_applied``, ``ebs_only``) warns, and so does a request whose fate depends on which of
    several types SageMaker picks. What the evidence does not say, and types newer than the data, are let through.

    Args:
        client_or_session: A boto3 or botocore client of SageMaker; or a session, for the clients it makes from then on.
            The SageMaker SDK works through such a client: give it the guarded one, or a guarded session.
        mode: ``raise``; ``warn`` (a :class:`VolumeKeyWarning`); or ``log`` (a warning of the logger ``kb.guard``).
        need: ``key_accepted``, as above; or ``all_storage_under_key``: whatever leaves storage outside the key raises
            too, a missing key in a Create request included.

    Returns:
        The object given. Guarding it again replaces the guard; :func:`unguard` takes it away.

    Raises:
        TypeError: the object is something else.
        ValueError: no such mode or need.
    """
    from kb.guarding import guard as guard_

    guard_(client_or_session, mode, need)
    return client_or_session


def unguard(client_or_session: ClientOrSession) -> ClientOrSession:
    """Take away what :func:`guard` did to a client, or to the clients that a session will make; returns the object.

    Raises:
        TypeError: the object is neither.
    """
    from kb.guarding import unguard as unguard_

    unguard_(client_or_session)
    return client_or_session


def __getattr__(name: str) -> str:
    if name == "DATA_VERSION":
        from kb.lookup import snapshot

        return snapshot().data_version
    msg = f"module 'kb' has no attribute {name!r}"
    raise AttributeError(msg)
