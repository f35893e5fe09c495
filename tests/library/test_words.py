"""The words for people: one label for one thing, wherever it is shown."""

from __future__ import annotations

import pytest

from kb.dataset.schema import TABLES
from kb.library import words


@pytest.mark.parametrize(
    ("column", "label"), [("is_kms_eligible", words.ELIGIBLE), ("all_storage_under_key", words.ALL_UNDER_KEY)]
)
def test_a_column_is_described_with_the_label_that_people_see(column: str, label: str) -> None:
    described = [each.description for table in TABLES for each in table.columns if each.name == column]
    assert described
    assert all(text.startswith(label) for text in described)


def test_counted() -> None:
    assert [words.counted(number, "change") for number in (0, 1, 2)] == ["0 changes", "1 change", "2 changes"]
    assert words.counted(2, "source shows", "sources show") == "2 sources show"
