"""The answers named in the project's own list of hard cases, and what every verdict carries."""

from __future__ import annotations

import sys
from concurrent.futures import ThreadPoolExecutor
from datetime import date, datetime
from itertools import pairwise

import pytest

import kb
from kb import Outcome
from tests.figures import TODAY


@pytest.mark.parametrize("workload", kb.workloads())
def test_what_each_workload_does_today(workload: str) -> None:
    """The table of what each API does, on every type that is offered there and whose storage is known."""
    seen = set()
    for each in kb.find(workload=workload):
        if each.has_instance_store is None:
            continue
        verdict = kb.volume_kms(each.instance_type, workload)
        without, with_storage, basis = TODAY[workload]
        expected = Outcome(with_storage if each.has_instance_store else without)
        assert verdict.outcome is expected, each.instance_type
        assert verdict.all_storage_under_key is (expected is Outcome.ENCRYPTS)
        assert verdict.basis == basis
        seen.add(each.has_instance_store)
    assert seen


@pytest.mark.parametrize(
    ("name", "local_storage", "workload"),
    [
        ("ml.g7.2xlarge", "1 x 440 GB NVMe SSD", "training"),
        ("ml.gr6.4xlarge", "1 x 600 GB NVMe SSD", "hyperpod"),
        ("ml.i3en.large", "1 x 1250 GB NVMe SSD", "hyperpod"),
        ("ml.p6-b300.48xlarge", "8 x 3800 GB NVMe SSD", "training"),
        ("ml.p6e-gb200.36xlarge", "3 x 7500 GB NVMe SSD", "training"),
        ("ml.m5d.xlarge", "1 x 150 GB NVMe SSD", "endpoint"),
    ],
)
def test_types_with_local_storage(name: str, local_storage: str, workload: str) -> None:
    known = kb.lookup(name)
    assert (known.local_storage, known.has_instance_store, known.is_kms_eligible) == (local_storage, True, False)
    assert (known.is_nitro, known.nvme_support) == (True, "required")
    verdict = kb.volume_kms(name, workload)
    assert verdict.outcome == TODAY[workload][1]
    size = local_storage.removesuffix(" NVMe SSD")
    assert name in verdict.reason
    assert f"{size} of local NVMe SSD storage" in verdict.reason


def test_trn2_before_and_after_its_disks_were_seen() -> None:
    before, after = (kb.lookup("ml.trn2.48xlarge", as_of=day) for day in ("2025-08-02", "2025-08-03"))
    assert (before.local_storage, after.local_storage) == ("none", "4 x 1900 GB NVMe SSD")
    assert kb.volume_kms("ml.trn2.48xlarge", "training", as_of=date(2025, 7, 1)).outcome is Outcome.ENCRYPTS
    assert kb.volume_kms("ml.trn2.48xlarge", "training", as_of=date(2025, 8, 3)).outcome is Outcome.REJECTED
    assert kb.volume_kms("ml.trn2.48xlarge", "training").outcome_since == date(2025, 8, 3)


def test_g6_sizes_before_and_after_they_were_corrected() -> None:
    before, after = (kb.lookup("ml.g6.48xlarge", as_of=day) for day in ("2024.07.13", "2024.07.14"))
    assert (before.instance_store_gb, before.instance_store_disks) == (60800, "8x7600 ssd")
    assert (after.instance_store_gb, after.instance_store_disks) == (7520, "8x940 ssd")


def test_a_retired_xen_type_is_still_eligible() -> None:
    known = kb.lookup("ml.p3.2xlarge")
    assert (known.status, known.retired_on, known.hypervisor) == ("retired", date(2026, 5, 1), "xen")
    assert (known.is_nitro, known.is_kms_eligible, known.local_storage) == (False, True, "none")
    assert known.last_verified == date(2026, 4, 1)
    assert kb.volume_kms("ml.p3.2xlarge", "training").outcome is Outcome.ENCRYPTS


def test_an_accelerator_is_no_instance_type() -> None:
    known = kb.lookup("ml.eia2.medium")
    assert (known.kind, known.ec2_type, known.has_instance_store, known.is_kms_eligible) == (
        "accelerator",
        None,
        None,
        None,
    )
    verdict = kb.volume_kms("ml.eia2.medium", "endpoint")
    assert verdict.outcome is Outcome.NOT_OFFERED
    assert "accelerator" in verdict.reason


def test_what_nobody_describes_is_unknown() -> None:
    known = kb.lookup("ml.geospatial.interactive")
    assert (known.kind, known.has_instance_store, known.is_nitro, known.local_storage) == ("managed", None, None, None)
    verdict = kb.volume_kms("ml.geospatial.interactive", "studio")
    assert (verdict.outcome, verdict.basis) == (Outcome.UNKNOWN, None)
    with pytest.raises(kb.UnknownAnswer, match="No source says whether"):
        kb.supports_volume_kms("ml.geospatial.interactive", "studio")


def test_a_type_of_the_price_list_only() -> None:
    assert kb.lookup("ml.r7g.large").status == "price_list_only"
    verdict = kb.volume_kms("ml.r7g.large", "endpoint")
    assert verdict.outcome is Outcome.ENCRYPTS
    assert [e.what for e in verdict.evidence if e.kind == "offering"] == ["price list"]
    assert kb.volume_kms("ml.r7g.large", "training").outcome is Outcome.NOT_OFFERED


def test_the_endpoint_before_and_after_june_2026() -> None:
    before, after = (kb.volume_kms("ml.m5d.xlarge", "endpoint", as_of=day) for day in ("2026-06-09", "2026-06-10"))
    assert (before.outcome, before.contradictions) == (Outcome.REJECTED, ())
    assert after.outcome is Outcome.NOT_APPLIED
    assert {c.says_outcome for c in after.contradictions} == {"rejected"}
    assert {c.newer_side for c in after.contradictions} == {"rule"}
    rule = next(e for e in after.evidence if e.kind == "rule")
    assert (rule.what, rule.origin, rule.since) == (
        "CreateEndpointConfigInput.KmsKeyId",
        "botocore 1.43.27",
        date(2026, 6, 10),
    )
    assert rule.url is not None
    assert rule.url.startswith("https://docs.aws.amazon.com/sagemaker/")


def test_the_eight_weeks_in_which_every_nitro_type_was_refused() -> None:
    assert kb.volume_kms("ml.m5.xlarge", "endpoint", as_of="2019-09-24").outcome is Outcome.ENCRYPTS
    assert kb.volume_kms("ml.m5.xlarge", "endpoint", as_of="2019-10-15").outcome is Outcome.REJECTED
    assert kb.volume_kms("ml.m4.xlarge", "endpoint", as_of="2019-10-15").outcome is Outcome.ENCRYPTS
    assert kb.volume_kms("ml.m5.xlarge", "endpoint", as_of="2019-11-18").outcome is Outcome.ENCRYPTS


def test_volume_size_rules_go_with_the_verdict() -> None:
    training = kb.volume_kms("ml.g5.xlarge", "training").volume_size
    assert training is not None
    assert (training.rule, training.limit_gb) == ("fixed_to_local_total", 250)
    processing = kb.volume_kms("ml.g5.xlarge", "processing").volume_size
    assert processing is not None
    assert (processing.rule, processing.limit_gb) == ("at_most_local_total", 250)
    notebook = kb.volume_kms("ml.g5.xlarge", "notebook").volume_size
    assert notebook is not None
    assert (notebook.rule, notebook.limit_gb) == ("ebs_independent", 16384)


def test_supports_volume_kms() -> None:
    assert kb.supports_volume_kms("ml.m5.xlarge", "training") is True
    assert kb.supports_volume_kms("ml.g5.xlarge", "notebook") is True
    assert kb.supports_volume_kms("ml.g5.xlarge", "training") is False
    assert kb.supports_volume_kms("ml.g5.xlarge", "endpoint") is False
    assert kb.supports_volume_kms("ml.m5.xlarge", "optimization") is False
    with pytest.raises(kb.UnknownAnswer):
        kb.supports_volume_kms("ml.m5.xlarge", "automl")


def test_evidence_names_rule_storage_and_listing() -> None:
    verdict = kb.volume_kms("ml.g5.xlarge", "training")
    assert [e.kind for e in verdict.evidence] == ["rule", "storage", "offering"]
    assert all(e.origin for e in verdict.evidence)
    assert all(date(2017, 11, 29) <= e.since <= date(2026, 12, 31) for e in verdict.evidence)
    assert verdict.data_version == kb.DATA_VERSION
    absent = kb.volume_kms("ml.i3en.large", "training")
    assert absent.outcome is Outcome.NOT_OFFERED
    assert [e.what for e in absent.evidence] == ["absent from TrainingInstanceType"]


@pytest.mark.parametrize("day", [date(2019, 10, 15), datetime(2019, 10, 15, 12, 30), "2019-10-15", " 2019.10.15 "])
def test_as_of_takes_days_and_versions(day: date | str) -> None:
    assert kb.volume_kms("ml.m5.xlarge", "endpoint", as_of=day).outcome is Outcome.REJECTED


@pytest.mark.parametrize("day", ["2017-11-28", date(1999, 1, 1), "yesterday", "", "2024-13-01", 20240101, 3.5])
def test_as_of_refuses_what_is_no_day_since_the_beginning(day: object) -> None:
    with pytest.raises(kb.UnknownVersion):
        kb.volume_kms("ml.m5.xlarge", "endpoint", as_of=day)  # type: ignore[arg-type]


def test_before_a_type_was_listed() -> None:
    with pytest.raises(kb.UnknownInstanceType, match="first listed on 2022-01-05"):
        kb.lookup("ml.g5.xlarge", as_of="2022-01-04")
    assert kb.get("ml.g5.xlarge", as_of="2022-01-04") is None
    assert kb.volume_kms("ml.g5.xlarge", "training", as_of="2017-11-29").outcome is Outcome.NOT_OFFERED


def test_every_day_of_every_version_has_an_answer() -> None:
    days = [version.released_on for version in kb.versions()]
    for name in ("ml.m5.xlarge", "ml.g5.xlarge", "ml.trn2.48xlarge", "ml.eia2.medium", "ml.p2.xlarge"):
        for workload in kb.workloads():
            history = kb.verdict_history(name, workload)
            assert history[0].valid_from == date(2017, 11, 29)
            assert history[-1] == kb.volume_kms(name, workload)
            assert all(a.valid_to == b.valid_from for a, b in pairwise(history))
            for day in days:
                verdict = kb.volume_kms(name, workload, as_of=day)
                assert verdict.valid_from <= day
                assert verdict.valid_to is None or day < verdict.valid_to
                assert verdict in history


def test_threads_get_equal_answers(monkeypatch: pytest.MonkeyPatch) -> None:
    pairs = [(each.instance_type, workload) for each in kb.find() for workload in kb.workloads()]
    module = sys.modules["kb.library.lookup"]
    expected = [kb.volume_kms(*pair) for pair in pairs]
    monkeypatch.setattr(module, "_snapshot", None)
    monkeypatch.setattr(module, "_current", {})
    with ThreadPoolExecutor(16) as pool:
        runs = [pool.submit(lambda: [kb.volume_kms(*pair) for pair in pairs]) for _ in range(16)]
        assert all(run.result() == expected for run in runs)
