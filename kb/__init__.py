"""Which SageMaker ``ml.*`` instance types have local storage, and what happens to a customer KMS key on each.

>>> import kb
>>> kb.lookup("ml.g5.xlarge").local_storage
'1 x 250 GB NVMe SSD'
>>> kb.volume_kms("ml.g5.xlarge", "training").outcome
<Outcome.REJECTED: 'rejected'>

Answers come from a snapshot inside the package. You need no network, no credentials and no other package.
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
from kb.library.lookup import (
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

TYPE_CHECKING = False
if TYPE_CHECKING:
    from typing import Any

    from kb.dataset.database import connect
    from kb.library.alternatives.search import alternatives
    from kb.library.guard import guard, unguard
    from kb.library.model import (
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

    #: CalVer of the data that answers, such as ``2026.10.27``: the day of its newest change.
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


#: What is imported when it is first asked for, and from where: values that a lookup of facts does not make, and
#: functions that few programs call.
_LATER = {
    **dict.fromkeys(("Alternative", "Alternatives", "Basis", "Change", "Contradiction"), "kb.library.model"),
    **dict.fromkeys(("Evidence", "InstanceType", "KeyProblem", "LeftOut", "Outcome"), "kb.library.model"),
    **dict.fromkeys(("Verdict", "Version", "VolumeSize"), "kb.library.model"),
    **dict.fromkeys(("guard", "unguard"), "kb.library.guard"),
    "alternatives": "kb.library.alternatives.search",
    "connect": "kb.dataset.database",
}


def __getattr__(name: str) -> Any:
    if name == "DATA_VERSION":
        from kb.library.lookup import snapshot

        return snapshot().data_version
    if name in _LATER:
        from importlib import import_module

        found = globals()[name] = getattr(import_module(_LATER[name]), name)
        return found
    raise AttributeError(f"module 'kb' has no attribute {name!r}")


def __dir__() -> list[str]:
    return sorted({*globals(), *__all__})
