"""One address of every kind of page, and the windows they are looked at in."""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any


@dataclass(frozen=True)
class Kind:
    """A kind of page.

    Attributes:
        name: Short name, also of the screenshot.
        path: Address of an example.
        status: Status that it comes with.
        is_variant: Whether another kind is laid out alike, so that this one is in soak altogether.
        is_everywhere: Whether every window is tried by default; for other kinds all but the first are in soak.
    """

    name: str
    path: str
    status: int = 200
    is_everywhere: bool = False
    is_variant: bool = False


KINDS = (
    Kind("front", "/", is_everywhere=True),
    Kind("types", "/types"),
    Kind("search", "/types?q=g6e&workload=training", is_variant=True),
    Kind("type-nvme", "/types/ml.g6e.xlarge", is_everywhere=True),
    Kind("type-ebs", "/types/ml.m5.xlarge", is_variant=True),
    Kind("type-retired", "/types/ml.p2.xlarge", is_variant=True),
    Kind("type-priced-only", "/types/ml.p6e-gb200.36xlarge", is_variant=True),
    Kind("type-accelerator", "/types/ml.trn2.48xlarge", is_variant=True),
    Kind("type-of-a-day", "/types/ml.trn2.48xlarge?as_of=2025-07-01", is_variant=True),
    Kind("family", "/families/g5"),
    Kind("family-workload", "/families/g5?workload=training", is_variant=True),
    Kind("matrix", "/matrix?storage=yes", is_everywhere=True),
    Kind("charts", "/charts"),
    Kind("changes", "/changes"),
    Kind("version", "/changes/2024.07.09"),
    Kind("questions", "/queries"),
    Kind("question", "/kb/can-i-use-my-key"),
    Kind("question-rows", "/kb/nearest-without-local-storage?type=ml.m5d.xlarge&workload=endpoint", is_variant=True),
    Kind("database", "/kb"),
    Kind("table", "/kb/instance_types?_size=8", is_everywhere=True),
    Kind("table-search", "/kb/kms_verdicts?_search=refuses&workload=training&_size=8", is_variant=True),
    Kind("row", "/kb/instance_types/ml~2Eg5~2Exlarge"),
    Kind("sql", "/kb?sql=select+family,+count(*)+as+types+from+instance_types+group+by+1"),
    Kind("sql-error", "/kb?sql=select+nonsense", 400),
    Kind("unknown-type", "/types/ml.g5.xlrge", 404),
    Kind("unknown-page", "/nothing/here", 404, is_variant=True),
)

PHONE_WIDTH = 390

_DESKTOP = {"viewport": {"width": 1280, "height": 900}}

#: Options of Playwright for the windows.
WINDOWS: dict[str, dict[str, Any]] = {
    "desktop": _DESKTOP,
    "dark": {**_DESKTOP, "color_scheme": "dark"},
    "phone": {"viewport": {"width": PHONE_WIDTH, "height": 844}, "is_mobile": True, "has_touch": True},
}
