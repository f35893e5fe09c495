"""Finding types, Regions, versions and differences."""

from __future__ import annotations

from itertools import pairwise

import pytest

import kb
from kb import Outcome


def names(types: tuple[kb.InstanceType, ...]) -> set[str]:
    return {each.instance_type for each in types}


def test_without_conditions_everything_is_found_once() -> None:
    everything = kb.find()
    assert len(everything) == len(names(everything)) == 465


def test_conditions_hold_together() -> None:
    found = kb.find(workload="training", is_kms_eligible=True, min_gpus=1)
    assert found
    for each in found:
        assert each.gpu_count is not None
        assert each.gpu_count >= 1
        assert each.is_kms_eligible is True
        assert kb.volume_kms(each.instance_type, "training").outcome is Outcome.ENCRYPTS


def test_unknown_satisfies_no_condition_either_way() -> None:
    for flag in (True, False):
        assert "ml.geospatial.interactive" not in names(kb.find(has_instance_store=flag))
        assert "ml.geospatial.interactive" not in names(kb.find(is_nitro=flag))
    assert "ml.geospatial.interactive" not in names(kb.find(min_vcpus=0))


def test_the_slice_of_a_gpu_counts_as_one() -> None:
    slice_of_one = kb.lookup("ml.g6f.large")
    assert (slice_of_one.gpu_count, slice_of_one.gpu_partition_size) == (1, 0.125)
    assert "ml.g6f.large" in names(kb.find(min_gpus=1, gpu_name="l4"))


def test_limits_family_and_status() -> None:
    found = kb.find(family="g5", min_vcpus=8, max_vcpus=32, max_memory_gib=128)
    assert names(found) == {"ml.g5.2xlarge", "ml.g5.4xlarge", "ml.g5.8xlarge"}
    assert names(kb.find(status="retired")) == {
        "ml.dl1.24xlarge",
        "ml.p2.xlarge",
        "ml.p2.8xlarge",
        "ml.p2.16xlarge",
        "ml.p3.2xlarge",
        "ml.p3.8xlarge",
        "ml.p3.16xlarge",
    }
    assert len(kb.find(status="price_list_only")) == 23


def test_only_the_known_old_families_are_not_nitro() -> None:
    assert {each.family for each in kb.find(is_nitro=False)} == {"c4", "m4", "t2", "p2", "p3"}


def test_regions() -> None:
    regions = kb.regions("ml.g5.xlarge", "endpoint")
    assert regions is not None
    assert {"us-east-1", "eu-central-1"} <= regions
    assert kb.regions("ml.g5.xlarge", "training") is None
    assert kb.regions("ml.g5.xlarge", "monitoring") == kb.regions("ml.g5.xlarge", "processing")
    assert kb.regions("ml.g5.xlarge", "endpoint", as_of="2025-01-01") is None
    assert kb.regions("ml.r7g.large", "endpoint", as_of="2026-06-05")
    assert kb.regions("ml.c5n.large", "endpoint") == frozenset()
    here = names(kb.find(workload="endpoint", region="EU-central-1"))
    assert "ml.g5.xlarge" in here
    assert all("eu-central-1" in (kb.regions(name, "endpoint") or ()) for name in here)
    assert names(kb.find(workload="training", region="eu-west-1", is_kms_eligible=True))


def test_what_find_refuses() -> None:
    with pytest.raises(ValueError, match=r"no Region data for 'mars-1'; the Regions are: .*us-east-1"):
        kb.find(region="mars-1")
    with pytest.raises(ValueError, match="give the workload too"):
        kb.find(outcome="encrypts")
    with pytest.raises(ValueError, match="perhaps"):
        kb.find(workload="training", outcome="perhaps")
    with pytest.raises(kb.UnknownWorkload):
        kb.find(workload="gaming")


def test_find_by_outcome() -> None:
    found = kb.find(workload="endpoint", outcome=Outcome.NOT_APPLIED)
    assert found == kb.find(workload="endpoint", has_instance_store=True)


def test_history_of_a_type() -> None:
    spans = kb.history("ml.trn2.48xlarge")
    assert spans[0].valid_from == spans[0].first_seen
    assert spans[-1] == kb.lookup("ml.trn2.48xlarge")
    assert all(a.valid_to == b.valid_from for a, b in pairwise(spans))
    assert spans[0].storage_basis == "carried_back"


def test_diff_shows_disks_and_verdicts() -> None:
    changes = kb.diff("2025.07.01", "2025.09.01")
    of_trn2 = {(c.kind, c.workload, c.what, c.old, c.new) for c in changes if c.instance_type == "ml.trn2.48xlarge"}
    assert ("fact", None, "instance_store_disks", None, "4x1900 ssd") in of_trn2
    assert ("fact", None, "has_instance_store", "false", "true") in of_trn2
    assert ("verdict", "training", "outcome", "encrypts", "rejected") in of_trn2
    assert {(c.workload, c.old, c.new) for c in kb.diff("2026-06-09", "2026-06-10") if c.kind == "rule"} == {
        ("endpoint", "rejected", "not_applied"),
        ("inference_experiment", "rejected", "not_applied"),
        ("inference_recommendation", "rejected", "not_applied"),
    }


def test_diff_of_a_day_with_itself_is_empty_and_backwards_turns_it_around() -> None:
    assert kb.diff("2025.07.01", "2025.07.01") == ()
    forward, backward = kb.diff("2025.07.01", "2025.09.01"), kb.diff("2025.09.01", "2025.07.01")
    turn = {"type_added": "type_removed", "type_removed": "type_added"}
    turned = [(turn.get(c.kind, c.kind), c.instance_type, c.workload, c.what, c.new, c.old) for c in backward]
    assert sorted(turned, key=repr) == sorted(
        [(c.kind, c.instance_type, c.workload, c.what, c.old, c.new) for c in forward], key=repr
    )


def test_versions() -> None:
    versions = kb.versions()
    assert versions[0].version == "2017.11.29"
    assert versions[-1].version == kb.DATA_VERSION
    assert [v.version for v in versions] == sorted(v.version for v in versions)
    assert all(v.changes > 0 and v.summary for v in versions)


def test_an_empty_gpu_name_asks_for_types_with_a_gpu() -> None:
    assert kb.find(gpu_name="") == tuple(each for each in kb.find() if each.gpu_name is not None)
