"""How much a test does: enough to notice a mistake by default, everything under `pytest -m soak`.

- `effort(30, 300)` is 30 by default and 300 under `-m soak`. Mark the tests that use it with `pytest.mark.effort`,
  so that `-m soak` runs them too.
- `@examples(150)` gives a Hypothesis test 150 examples in the profile `soak`, and a share of them in the others.
  Tests of Hypothesis need no mark.
- `some(values, 3)` are parameters of which a third is tried by default, and the rest in soak.
- `pytest.mark.soak` is for what runs under `-m soak` only: random moments, waiting times, other programs to install.
"""

from __future__ import annotations

import os
from collections.abc import Iterable
from typing import Any

import pytest
from hypothesis import HealthCheck, settings

#: Set in the environment, and so known to every process that the tests start.
FULL = "KB_TEST_FULL"

#: Examples of a property in each profile of Hypothesis, where a test asks for no other number.
PROFILES = {"dev": 10, "ci": 10, "soak": 100}

#: A property with fewer examples hardly says anything.
_FEWEST = 5


def effort(usual: int, full: int) -> int:
    """One of two counts: the usual one, or the full one where the soak tests are selected."""
    return full if os.environ.get(FULL) else usual


def examples(full: int = PROFILES["soak"], **others: Any) -> settings:
    """Settings of a Hypothesis test: `full` examples under soak, and otherwise the profile's share of them."""
    share = max(_FEWEST, full * settings().max_examples // PROFILES["soak"])
    return settings(max_examples=min(full, share), **others)


def some(values: Iterable[Any], every: int) -> list[Any]:
    """Parameters of which every n-th is tried by default, the first among them, and the others in soak only.

    Args:
        values: Values of one parameter, tuples of several, or `pytest.param`.
        every: The n.
    """
    return [value if n % every == 0 else _in_soak(value) for n, value in enumerate(values)]


def _in_soak(value: Any) -> Any:
    if hasattr(value, "marks"):
        return pytest.param(*value.values, id=value.id, marks=[*value.marks, pytest.mark.soak])
    return pytest.param(*(value if isinstance(value, tuple) else (value,)), marks=pytest.mark.soak)


def configure(config: pytest.Config) -> None:
    """Choose counts and the profile of Hypothesis: HYPOTHESIS_PROFILE, or soak with `-m soak`, or ci in CI, or dev."""
    if selects_soak(config):
        os.environ[FULL] = "1"
    for name, number in PROFILES.items():
        # no deadlines: the machine may be busy. What fails in CI is printed so that it can be repeated elsewhere
        settings.register_profile(
            name,
            max_examples=number,
            deadline=None,
            suppress_health_check=[HealthCheck.too_slow],
            print_blob=name != "dev",
        )
    usual = "soak" if os.environ.get(FULL) else "ci" if os.environ.get("CI") else "dev"
    settings.load_profile(os.environ.get("HYPOTHESIS_PROFILE", usual))


def selects_soak(config: pytest.Config) -> bool:
    """Whether `-m` asks for the tests marked soak."""
    return "soak" in config.option.markexpr.replace("not soak", "")


def is_repeated(item: pytest.Item) -> bool:
    """Whether a test runs by default with few examples and in soak with all."""
    is_property = getattr(getattr(item, "obj", None), "is_hypothesis_test", False)
    return is_property or item.get_closest_marker("effort") is not None
