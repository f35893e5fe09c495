"""The parser of the Region lists."""

from __future__ import annotations

from typing import Any

import pytest

from scrapers.base import ScrapeError
from scrapers.region_lists import RegionLists
from tests.scrapers.builders import LIST_PATH, as_bytes, document, region_list

PARSER = RegionLists()
HOSTING = LIST_PATH.format("hosting")


def test_reads_types_per_region_and_skips_the_description() -> None:
    made = region_list(us_east_1=["ml.m5.large", "ml.g6f.xlarge"], us_gov_west_1=["ml.m5.large"])
    assert PARSER.parse(document(HOSTING, made)) == {
        ("hosting", "us-east-1", "ml.g6f.xlarge"): "true",
        ("hosting", "us-east-1", "ml.m5.large"): "true",
        ("hosting", "us-gov-west-1", "ml.m5.large"): "true",
    }


def test_the_description_may_be_missing() -> None:
    made = region_list(eu_west_1=["ml.m5.large"])
    del made["description"]
    assert len(PARSER.parse(document(HOSTING, made))) == 1


CHANGED: list[tuple[Any, str]] = [
    ({}, r"at \$: no Region in the list"),
    ({"description": "text"}, r"at \$: no Region in the list"),
    ([], r"at \$: an object expected, found an array"),
    ({"description": {"enum": ["ml.a"]}}, r"at \$\.description: text expected"),
    ({"comment": "text"}, r"at \$\.comment: neither a Region nor the description"),
    ({"us-east-1": ["ml.a"]}, r"at \$\.us-east-1: an object expected"),
    ({"us-east-1": {}}, r"at \$\.us-east-1: no member 'enum'"),
    ({"us-east-1": {"enum": []}}, r"at \$\.us-east-1\.enum: an empty array"),
    ({"us-east-1": {"enum": "ml.a"}}, r"at \$\.us-east-1\.enum: an array expected, found text"),
    ({"us-east-1": {"enum": ["ml.a", None]}}, r"at \$\.us-east-1\.enum\[1\]: text expected, found null"),
    ({"us-east-1": {"enum": ["ml.a", "m5.large"]}}, r"at \$\.us-east-1\.enum: 'm5\.large' does not start with ml\."),
    ({"us-east-1": {"enum": ["ml.a"], "pattern": "x"}}, r"at \$\.us-east-1\.pattern: only an enum is known"),
    ({"us-east-1": {"enum": ["ml.a", "ml.a"]}}, r"at \$\.us-east-1\.enum: a value occurs twice"),
]


@pytest.mark.parametrize(("made", "message"), CHANGED)
def test_a_changed_structure_is_refused(made: Any, message: str) -> None:
    with pytest.raises(ScrapeError, match=message):
        PARSER.parse(document(HOSTING, made))


def test_a_truncated_list_is_refused() -> None:
    content = as_bytes(region_list(us_east_1=["ml.m5.large"], us_west_2=["ml.m5.large"]))
    for end in range(len(content)):
        with pytest.raises(ScrapeError, match="not a JSON document"):
            PARSER.parse(document(HOSTING, content[:end]))


def test_a_list_of_another_component_is_refused() -> None:
    with pytest.raises(ScrapeError, match="a list of an unknown component"):
        PARSER.parse(document(LIST_PATH.format("training"), region_list(us_east_1=["ml.a"])))
