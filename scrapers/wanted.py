"""Which EC2 types matter: those that SageMaker has, or once had, under an `ml.` name."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

from kb.dataset.log_specs import PRICE_LIST, REGION_LISTS, SAGEMAKER_API, SERVICE_QUOTAS
from kb.dataset.logs import read_log
from scrapers.base import Rows, ScrapeError

_PREFIX = "ml."


def wanted_ec2_types(data_dir: Path) -> frozenset[str]:
    """EC2 types ("m5.large") whose `ml.` name a listing log has ever had.

    Args:
        data_dir: Where the logs are. Those of the packaged sources must exist, those of the live ones may.

    Raises:
        ScrapeError: A log that must exist does not.
        InputError: A log is not in order.
    """
    names: set[str] = set()
    for spec in (SAGEMAKER_API, REGION_LISTS, PRICE_LIST, SERVICE_QUOTAS):
        path = spec.path(data_dir)
        if path.is_file():
            names |= {row[-2] for row in read_log(path, spec).rows}
        elif spec in (SAGEMAKER_API, REGION_LISTS):
            raise ScrapeError(
                str(path),
                "needed to know which EC2 types matter, but missing",
                f"Scrape {SAGEMAKER_API.name} and {REGION_LISTS.name} first.",
            )
    return frozenset(name.removeprefix(_PREFIX) for name in names if name.startswith(_PREFIX))


def only_wanted(data_dir: Path) -> Callable[[Rows], Rows]:
    """A function that picks the rows of wanted EC2 types, which their keys begin with; see `wanted_ec2_types`."""
    wanted = wanted_ec2_types(data_dir)
    return lambda rows: {key: value for key, value in rows.items() if key[0] in wanted}
