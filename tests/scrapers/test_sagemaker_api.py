"""The parser of the SageMaker service model."""

from __future__ import annotations

import copy
from collections.abc import Callable
from typing import Any

import pytest

from scrapers.base import ScrapeError
from scrapers.sagemaker_api import SagemakerApi
from tests.scrapers.builders import MODEL_PATH, as_bytes, document, model

PARSER = SagemakerApi()


def test_reads_every_value_of_every_enum_with_an_ml_value() -> None:
    rows = PARSER.parse(document(MODEL_PATH, model(AppInstanceType=["system", "ml.t3.micro"])))
    assert rows == {
        ("AppInstanceType", "ml.t3.micro"): "true",
        ("AppInstanceType", "system"): "true",
        ("InstanceType", "ml.t2.medium"): "true",
        ("ProductionVariantInstanceType", "ml.c5.large"): "true",
        ("ProductionVariantInstanceType", "ml.m4.xlarge"): "true",
        ("TrainingInstanceType", "ml.m4.xlarge"): "true",
        ("TrainingInstanceType", "ml.p2.xlarge"): "true",
    }
    assert PARSER.rows_seen(rows) == 7


def _set(*path: str, value: Any) -> Callable[[dict[str, Any]], None]:
    def change(made: dict[str, Any]) -> None:
        place = made
        for name in path[:-1]:
            place = place[name]
        place[path[-1]] = value

    return change


def _drop(*path: str) -> Callable[[dict[str, Any]], None]:
    def change(made: dict[str, Any]) -> None:
        place = made
        for name in path[:-1]:
            place = place[name]
        del place[path[-1]]

    return change


ENUM = ("shapes", "TrainingInstanceType", "enum")
CHANGED = [
    (_drop("shapes"), r"at \$: no member 'shapes'"),
    (_drop("metadata"), r"at \$: no member 'metadata'"),
    (
        _set("metadata", "apiVersion", value="2027-01-01"),
        r"at \$\.metadata\.apiVersion: API version 2017-07-24 expected",
    ),
    (_set("shapes", value=[]), r"at \$\.shapes: an object expected, found an array"),
    (_set("shapes", value={}), r"at \$\.shapes: no enum InstanceType"),
    (_drop("shapes", "TrainingInstanceType"), r"at \$\.shapes: no enum TrainingInstanceType"),
    (_drop(*ENUM), r"at \$\.shapes: no enum TrainingInstanceType"),
    (_set(*ENUM, value=[]), r"at \$\.shapes\.TrainingInstanceType\.enum: an empty array"),
    (_set(*ENUM, value={"ml.a": 1}), r"TrainingInstanceType\.enum: an array expected, found an object"),
    (_set(*ENUM, value=None), r"TrainingInstanceType\.enum: an array expected, found null"),
    (_set(*ENUM, value=["ml.a", 5]), r"TrainingInstanceType\.enum\[1\]: text expected, found a number"),
    (_set(*ENUM, value=["ml.a", ""]), r"TrainingInstanceType\.enum\[1\]: printable text"),
    (_set(*ENUM, value=["ml.a", "ml.b\n"]), r"TrainingInstanceType\.enum\[1\]: printable text"),
    (_set(*ENUM, value=["ml.a", "ml.a"]), r"TrainingInstanceType\.enum: a value occurs twice"),
    (_set(*ENUM, value=["m5.large"]), r"at \$\.shapes: no enum TrainingInstanceType with ml\. values"),
    (_set("shapes", "TrainingInstanceType", "type", value="list"), r"TrainingInstanceType\.type: unknown value 'list'"),
]


@pytest.mark.parametrize(("change", "message"), CHANGED)
def test_a_changed_structure_is_refused(change: Callable[[dict[str, Any]], None], message: str) -> None:
    made = copy.deepcopy(model())
    change(made)
    with pytest.raises(ScrapeError, match=message) as caught:
        PARSER.parse(document(MODEL_PATH, made))
    assert caught.value.where.startswith(MODEL_PATH)
    assert caught.value.remedy


DAMAGED = [b"", b"{}", b"[]", b"null", b"\xff\xfe", as_bytes(model())[:-40], b'{"metadata": NaN}', b'{"a": 1, "a": 2}']


@pytest.mark.parametrize("content", DAMAGED)
def test_a_damaged_document_is_refused(content: bytes) -> None:
    with pytest.raises(ScrapeError, match=r"service-2\.json"):
        PARSER.parse(document(MODEL_PATH, content))


def test_no_cut_of_a_document_passes() -> None:
    content = as_bytes(model())
    for end in range(0, len(content) - 1, 7):
        with pytest.raises(ScrapeError):
            PARSER.parse(document(MODEL_PATH, content[:end]))
