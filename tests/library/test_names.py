"""Which names a lookup takes, and what it says about the others."""

from __future__ import annotations

import pytest

import kb


@pytest.mark.parametrize("name", ["ml.g5.xlarge", "ML.G5.XLARGE", "  ml.g5.xlarge\n", "\tMl.g5.XLarge "])
def test_case_and_surrounding_space_do_not_matter(name: str) -> None:
    assert kb.lookup(name).instance_type == "ml.g5.xlarge"
    assert kb.volume_kms(name, " Training ") is kb.volume_kms("ml.g5.xlarge", "training")


@pytest.mark.parametrize("name", ["ml.g5 .xlarge", "ml_g5_xlarge", "ml.g5.xlarge.", "ml..g5.xlarge", "m l.g5.xlarge"])
def test_nothing_else_is_forgiven(name: str) -> None:
    with pytest.raises(kb.UnknownInstanceType):
        kb.lookup(name)
    assert kb.get(name) is None


def test_a_name_without_ml_is_told_so() -> None:
    with pytest.raises(kb.UnknownInstanceType, match=r"names begin with 'ml\.': ml\.g5\.xlarge") as caught:
        kb.lookup("g5.xlarge")
    assert caught.value.suggestions == ("ml.g5.xlarge",)
    assert isinstance(caught.value, LookupError)


def test_near_names_are_suggested() -> None:
    with pytest.raises(
        kb.UnknownInstanceType, match=r"unknown instance type 'ml\.g5\.xlarg'; near names: .*ml\.g5\.xlarge"
    ):
        kb.lookup("ml.g5.xlarg")


@pytest.mark.parametrize(
    "name",
    [
        "",
        "   ",
        "ml.",
        "ml.g5.xlarge\x00",
        "ml.\x1b[31mg5.xlarge",
        "ml.g5.xlarge" * 1000,
        "\ud800",
        "ml.g5.xlarge\u202e",
        "🦙",
    ],
)
def test_hostile_names_are_just_unknown(name: str) -> None:
    for call in (lambda: kb.lookup(name), lambda: kb.volume_kms(name, "training")):
        with pytest.raises(kb.UnknownInstanceType, match="unknown instance type") as caught:
            call()
        text = str(caught.value)
        assert len(text) < 400
        assert text.isprintable()


@pytest.mark.parametrize("name", [None, 5, b"ml.g5.xlarge", ["ml.g5.xlarge"], float("nan")])
def test_what_is_no_text_is_unknown_too(name: object) -> None:
    with pytest.raises(kb.UnknownInstanceType, match="must be text"):
        kb.lookup(name)  # type: ignore[arg-type]
    with pytest.raises(kb.UnknownInstanceType, match="must be text"):
        kb.volume_kms(name, "training")  # type: ignore[arg-type]


@pytest.mark.parametrize("workload", ["traning", "", None, 3, ["training"], "train\x00ing"])
def test_an_unknown_workload_lists_the_workloads(workload: object) -> None:
    with pytest.raises(kb.UnknownWorkload, match=r"the workloads are: .*endpoint, .*training") as caught:
        kb.volume_kms("ml.g5.xlarge", workload)  # type: ignore[arg-type]
    assert isinstance(caught.value, LookupError)
    assert all(name in str(caught.value) for name in kb.workloads())


def test_get_and_lookup_agree() -> None:
    assert kb.get("ml.g5.xlarge") == kb.lookup("ml.g5.xlarge")
    assert kb.get("ml.nothing.xlarge") is None
