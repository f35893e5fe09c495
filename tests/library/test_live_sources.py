"""What the library answers where live sources were read: changed sentences, contested storage, the price list."""

from __future__ import annotations

import json
import sys
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pytest

import kb
from kb import Evidence, Outcome
from kb.library.snapshot import Snapshot
from tests.pipeline.mini import LAUNCH, MiniData

FIRST, CHANGED, AGAIN = date(2026, 8, 1), date(2026, 9, 1), date(2026, 10, 1)
PAGE = "https://example.com/page"

Load = Callable[[MiniData], Snapshot]


@pytest.fixture
def load(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Load:
    """Builds a world without the gate and lets the library answer from it."""
    from kb.dataset.database import connect
    from kb.export.snapshot import render
    from kb.pipeline import build

    def answer_from(data: MiniData) -> Snapshot:
        made = build(data.write(), tmp_path / "kb.duckdb", gate=False)
        connection = connect(made.database)
        (tmp_path / "snapshot.txt").write_text(render(connection), encoding="utf-8")
        connection.close()
        module: Any = sys.modules["kb.library.lookup"]
        monkeypatch.setattr(module, "_snapshot", Snapshot(str(tmp_path / "snapshot.txt")))
        monkeypatch.setattr(module, "_current", {})
        made_snapshot: Snapshot = module.snapshot()
        return made_snapshot

    return answer_from


@pytest.fixture
def reviewed(mini_data: MiniData) -> MiniData:
    """A sentence about training that read otherwise from CHANGED on, and another one since."""
    mini_data.watch("key", "training", place="ResourceConfig.VolumeKmsKeyId", url=PAGE)
    for on, wording in ((FIRST, "a"), (CHANGED, "b"), (AGAIN, None)):
        mini_data.sentence(on.isoformat(), "key", wording)
    return mini_data


# -- changed sentences ------------------------------------------------------------------------------------------------


def test_a_verdict_says_that_its_evidence_changed(reviewed: MiniData, load: Load) -> None:
    load(reviewed)
    verdict = kb.volume_kms("ml.g5.large", "training")
    assert (verdict.outcome, verdict.evidence_changed) == (Outcome.REJECTED, True)
    assert [item.kind for item in verdict.evidence] == ["rule", "review", "storage", "offering"]
    assert verdict.evidence[1] == Evidence(
        kind="review",
        what="ResourceConfig.VolumeKmsKeyId",
        origin=f"sagemaker_docs {CHANGED}",
        since=CHANGED,
        url=PAGE,
        note="the sentence changed and the rule awaits review",
    )
    other = kb.volume_kms("ml.g5.large", "endpoint")
    assert not other.evidence_changed
    assert "review" not in {item.kind for item in other.evidence}


def test_as_of_a_day_the_mark_is_that_of_the_day(reviewed: MiniData, load: Load) -> None:
    reviewed.sentence("2026-10-20", "key", "a")
    reviewed.sentence("2026-10-25", "key", "c")
    load(reviewed)
    last = date(2026, 10, 25)
    for on, since in ((FIRST, None), (CHANGED, CHANGED), (AGAIN, CHANGED), (date(2026, 10, 20), None), (last, last)):
        verdict = kb.volume_kms("ml.m5.large", "training", as_of=on)
        days = [item.since for item in verdict.evidence if item.kind == "review"]
        assert (verdict.evidence_changed, days) == (since is not None, [since] if since else [])
        assert verdict.outcome_since == date(2018, 6, 1)


def test_every_span_of_the_history_has_its_own_mark(reviewed: MiniData, load: Load) -> None:
    load(reviewed)
    spans = kb.verdict_history("ml.m5.large", "training")
    assert [span.valid_from for span in spans if span.evidence_changed] == [CHANGED]
    assert spans[-1] == kb.volume_kms("ml.m5.large", "training")


def test_a_confirmation_takes_the_mark_away(reviewed: MiniData, load: Load) -> None:
    reviewed.confirm("key", None)
    load(reviewed)
    assert not kb.volume_kms("ml.m5.large", "training").evidence_changed
    assert kb.volume_kms("ml.m5.large", "training", as_of=CHANGED).evidence_changed, "that wording nobody has confirmed"


def test_plain_values_have_the_mark(reviewed: MiniData, load: Load) -> None:
    load(reviewed)
    plain = kb.volume_kms("ml.m5.large", "training").as_dict()
    assert plain["evidence_changed"] is True
    assert json.loads(json.dumps(plain)) == plain


def test_a_world_without_watched_sentences_has_none(mini_data: MiniData, load: Load) -> None:
    load(mini_data)
    assert not any(verdict.evidence_changed for verdict in kb.verdict_history("ml.m5.large", "training"))


# -- contested storage ------------------------------------------------------------------------------------------------


def test_storage_on_which_regions_differ_is_unknown(mini_data: MiniData, load: Load) -> None:
    for region, value in (("eu-west-1", "false"), ("us-east-1", "true")):
        mini_data.ec2_api("2026-11-01", "m5.large", region, is_present="true", has_instance_store=value)
    load(mini_data)
    known = kb.lookup("ml.m5.large")
    assert (known.has_instance_store, known.storage_basis, known.local_storage) == (None, "contested", None)
    assert kb.volume_kms("ml.m5.large", "training").outcome is Outcome.UNKNOWN
    with pytest.raises(kb.UnknownAnswer, match="depends on the Region"):
        kb.supports_volume_kms("ml.m5.large", "training")
    for flag in (True, False):
        assert "ml.m5.large" not in {each.instance_type for each in kb.find(has_instance_store=flag)}


# -- Nitro and NVMe ---------------------------------------------------------------------------------------------------


def test_nitro_version_and_the_nvme_flag(mini_data: MiniData, load: Load) -> None:
    mini_data.nitro("2026-11-01", "g5", "4")
    load(mini_data)
    g5, m5 = kb.lookup("ml.g5.large"), kb.lookup("ml.m5.large")
    assert (g5.nitro_version, g5.has_nvme_instance_store) == (4, True)
    assert (m5.nitro_version, m5.has_nvme_instance_store) == (None, None)


# -- Regions ----------------------------------------------------------------------------------------------------------


@pytest.fixture
def priced(mini_data: MiniData) -> MiniData:
    """Training has a component of the price list, as the shipped workloads have."""
    mini_data.change("workloads", {"workload": "training"}, price_component="training")
    return mini_data


def test_a_component_of_which_no_list_speaks_is_as_good_as_none(priced: MiniData, load: Load) -> None:
    load(priced)
    assert kb.regions("ml.m5.large", "training") is None
    assert kb.regions("ml.m5.large", "endpoint") == frozenset({"eu-west-1"})
    here = {each.instance_type for each in kb.find(workload="training", region="eu-west-1")}
    assert here == {"ml.m5.large"}, "of any list"


def test_regions_come_from_the_price_list_once_it_was_read(priced: MiniData, load: Load) -> None:
    priced.price_list("2026-11-01", "training", "us-east-1", "ml.m5.large", "ml.g5.large")
    priced.price_list("2026-11-01", "hosting", "eu-west-1", "ml.g5.large")
    load(priced)
    assert kb.regions("ml.m5.large", "training") == frozenset({"us-east-1"})
    assert kb.regions("ml.t2.medium", "training") == frozenset()
    assert kb.regions("ml.m5.large", "training", as_of="2026-10-31") is None
    assert kb.regions("ml.m5.large", "endpoint") == frozenset()
    assert kb.regions("ml.m5.large", "endpoint", as_of="2026-10-31") == frozenset({"eu-west-1"})
    assert kb.regions("ml.g5.large", "experiment") == frozenset({"eu-west-1"})
    assert {each.instance_type for each in kb.find(workload="training", region="eu-west-1")} == set()
    found = {(c.kind, c.instance_type, c.what, c.old, c.new) for c in kb.diff("2026-10-31", "2026-11-01")}
    assert found == {
        ("region", "ml.g5.large", "hosting/eu-west-1", None, "listed"),
        ("region", "ml.m5.large", "hosting/eu-west-1", "listed", None),
        ("region", "ml.r7.large", "hosting/eu-west-1", "listed", None),
        ("fact", "ml.r7.large", "status", "price_list_only", "delisted"),
        ("offer", "ml.r7.large", "outcome", "encrypts", "not_offered"),
    }
    assert kb.volume_kms("ml.m5.large", "training", as_of=LAUNCH).outcome is Outcome.NO_KEY_PARAMETER
