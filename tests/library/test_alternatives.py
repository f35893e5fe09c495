"""The nearest types that satisfy a need: what they must have, how they are ranked, and an honest "none"."""

from __future__ import annotations

import subprocess
import sys

import pytest

import kb
from kb.library.alternatives.distance import Machine, difference, machine

GPU_JOB = kb.alternatives("ml.g5.2xlarge", "training")
WORKLOADS = ("training", "endpoint", "notebook", "hyperpod")


def names(found: kb.Alternatives) -> list[str]:
    return [each.instance_type for each in found]


def kind_of_accelerator(kind: kb.InstanceType) -> tuple[bool, str | None, bool]:
    return bool(kind.gpu_count), kind.gpu_manufacturer, bool(kind.accelerator_count)


@pytest.mark.parametrize("workload", WORKLOADS)
@pytest.mark.parametrize("need", ["all_storage_under_key", "key_accepted", "local_storage"])
def test_every_alternative_is_what_was_asked_for(workload: str, need: str) -> None:
    for own in kb.find()[::9]:
        answer = kb.alternatives(own.instance_type, workload, need=need, limit=None)
        assert answer.total == len(answer)
        assert [each.distance for each in answer] == sorted(each.distance for each in answer)
        assert own.instance_type not in names(answer)
        assert bool(answer.instead) <= (not answer)
        for each in answer:
            other, verdict = kb.lookup(each.instance_type), kb.volume_kms(each.instance_type, workload)
            assert verdict == each.verdict
            assert other.status == each.status == "listed"
            assert verdict.outcome is not kb.Outcome.NOT_OFFERED
            if need == "local_storage":
                assert other.has_instance_store
            elif need == "key_accepted":
                assert verdict.outcome in (kb.Outcome.ENCRYPTS, kb.Outcome.EBS_ONLY)
            else:
                assert verdict.all_storage_under_key
            assert kind_of_accelerator(other) == kind_of_accelerator(own)
            assert other.vcpus
            assert own.vcpus
            assert own.vcpus / 2 <= other.vcpus <= own.vcpus * 4
            assert set(str(other.architectures).split()) & set(str(own.architectures).split())


@pytest.mark.parametrize("workload", WORKLOADS)
def test_every_type_that_satisfies_the_need_is_found_or_left_out_with_a_reason(workload: str) -> None:
    suited = {
        t.instance_type
        for t in kb.find(workload=workload)
        if kb.volume_kms(t.instance_type, workload).all_storage_under_key
    }
    for name in ("ml.g5.2xlarge", "ml.m5d.xlarge", "ml.trn1.2xlarge", "ml.m7gd.4xlarge", "ml.eia1.large"):
        answer = kb.alternatives(name, workload, limit=None)
        left_out = [other for reason in answer.left_out for other in reason.instance_types]
        assert sorted([*names(answer), *left_out]) == sorted(suited - {name})


def test_the_sibling_without_disks_is_nearest() -> None:
    for own, nearest in (("ml.m5d.xlarge", "ml.m5.xlarge"), ("ml.m7gd.xlarge", "ml.m7g.xlarge")):
        first = kb.alternatives(own, "endpoint")[0]
        assert (first.instance_type, first.distance, first.better, first.other) == (nearest, 0.0, (), ())
        assert first.worse == (f"no local storage instead of {kb.lookup(own).local_storage}",)


def test_better_and_worse_in_words() -> None:
    found = {each.instance_type: each for each in kb.alternatives("ml.trn1.2xlarge", "endpoint")}["ml.inf2.xlarge"]
    assert found.better == ("3.6 GHz instead of 3.5",)
    assert found.worse == (
        "4 vCPUs instead of 8",
        "16 GiB of memory instead of 32",
        "no local storage instead of 1 x 474 GB NVMe SSD",
    )
    assert found.other == ("Inferentia2 instead of Trainium", "processors of AMD instead of Intel")
    # half the vCPUs, half the memory, the clock, another model, another maker
    assert found.distance == 2 + 2 + 0.03 + 0.5 + 0.25


def test_twice_the_accelerators_weighs_more_than_twice_the_processors() -> None:
    one = machine(kb.lookup("ml.g5.12xlarge"))
    other = machine(kb.lookup("ml.g5.48xlarge"))
    assert one
    assert other
    there, back = difference(one, other), difference(other, one)
    assert there.better == (
        "8 NVIDIA GPUs instead of 4",
        "178.8 GiB of accelerator memory instead of 89.4",
        "192 vCPUs instead of 48",
        "768 GiB of memory instead of 192",
    )
    # twice as much adds 1, four times as much 3; accelerators and their memory weigh 2
    assert there.distance == 2 * 1 + 2 * 1 + 3 + 3
    # all of it is less on the way back, and less counts twice
    assert (back.distance, back.better) == (2 * there.distance, ())
    assert (there.is_near, back.is_near) == (True, False)


def test_the_distance_is_rounded_to_hundredths_and_half_of_one_goes_up() -> None:
    known = machine(kb.lookup("ml.m5.xlarge"))
    assert known

    def distance(own_clock: float, other_clock: float) -> float:
        own, other = (
            Machine(**vars(known) | {"amounts": known.amounts | {"clock_ghz": clock}})
            for clock in (own_clock, other_clock)
        )
        return difference(own, other).distance

    assert distance(1.0, 1.125) == 0.13  # round() has 0.12
    assert distance(3.0, 4.0) == 0.33
    assert distance(4.0, 3.0) == 0.67


def test_an_honest_none_for_nvidia_gpus_and_what_to_do_instead() -> None:
    assert not GPU_JOB
    assert (GPU_JOB.total, GPU_JOB.is_satisfied) == (0, False)
    text = "\n".join(GPU_JOB.instead)
    assert "data that must be under your key in S3" in text
    assert "takes a key for its EBS volume, not for its NVMe disks, in hyperpod, notebook, studio" in text
    assert "No longer in EC2, or not in the SageMaker API: ml.p3.2xlarge" in text
    left_out = {each.reason: each.instance_types for each in GPU_JOB.left_out}
    assert "ml.m5.xlarge" in left_out["accelerator"]


def test_retired_types_only_when_asked_for() -> None:
    answer = kb.alternatives("ml.g5.2xlarge", "training", statuses=("listed", "retired"))
    assert names(answer) == ["ml.p3.2xlarge", "ml.p2.xlarge"]
    assert {each.status for each in answer} == {"retired"}


def test_another_architecture_only_when_asked_for() -> None:
    def architectures(**options: str) -> set[str | None]:
        found = kb.alternatives("ml.m5d.xlarge", "endpoint", limit=None, **options)
        return {kb.lookup(name).architectures for name in names(found)}

    assert architectures() == {"x86_64"}
    assert architectures(architecture="any") == {"x86_64", "arm64"}
    assert architectures(architecture="arm64") == {"arm64"}
    graviton = {each.instance_type: each for each in kb.alternatives("ml.m5d.xlarge", "endpoint", architecture="arm64")}
    assert graviton["ml.m6g.xlarge"].other == ("arm64 instead of x86_64", "processors of AWS instead of Intel")


def test_the_region_narrows_and_is_named_where_it_alone_is_in_the_way() -> None:
    region = "eu-central-1"
    answer = kb.alternatives("ml.m5d.xlarge", "endpoint", region=f" {region.upper()}", limit=None)
    assert answer.region == region
    assert answer
    assert all(region in (kb.regions(name, "endpoint") or ()) for name in names(answer))
    everywhere = set(names(kb.alternatives("ml.m5d.xlarge", "endpoint", limit=None)))
    [left_out] = [each for each in answer.left_out if each.reason == "region"]
    assert everywhere - set(names(answer)) <= set(left_out.instance_types)
    nowhere = kb.alternatives("ml.trn1.2xlarge", "endpoint", region="ap-southeast-5")
    assert not nowhere
    assert nowhere.instead[0].startswith("Other Regions have ml.inf2.xlarge (")


def test_what_is_not_known_is_no_alternative_and_has_none() -> None:
    answer = kb.alternatives("ml.eia1.large", "endpoint")
    assert not answer
    assert answer.instead[0].startswith("Not all hardware of ml.eia1.large is known")
    assert [each.reason for each in answer.left_out] == ["unknown_hardware"]
    unknown = kb.alternatives("ml.g5.xlarge", "automl")
    assert (unknown.is_satisfied, len(unknown), unknown.left_out) == (None, 0, ())
    assert unknown.instead[0].startswith("The evidence does not say")
    disks = kb.alternatives("ml.m5.xlarge", "training", need="local_storage")
    assert ("unknown_hardware", ("ml.p6e-gb200.36xlarge",)) in {(e.reason, e.instance_types) for e in disks.left_out}


def test_the_type_itself_may_satisfy_the_need() -> None:
    assert kb.alternatives("ml.m5.xlarge", "training").is_satisfied is True
    assert kb.alternatives("ml.g5.xlarge", "notebook", need="key_accepted").is_satisfied is True
    assert kb.alternatives("ml.g5.xlarge", "notebook").is_satisfied is False
    reverse = kb.alternatives("ml.m5.xlarge", "training", need="local_storage")
    assert names(reverse)[0] == "ml.r5d.xlarge"
    assert reverse[0].better[-1] == "local storage of 1 x 150 GB NVMe SSD"


def test_more_are_counted_than_shown() -> None:
    answer = kb.alternatives("ml.m5d.xlarge", "endpoint", limit=3)
    assert len(answer) == 3 < answer.total
    assert names(answer) == names(kb.alternatives("ML.M5D.XLARGE ", "Endpoint"))[:3]
    assert answer.as_dict()["found"][0]["verdict"]["outcome"] == "encrypts"


@pytest.mark.parametrize(
    ("arguments", "message"),
    [
        ({"need": "speed"}, "need must be one of all_storage_under_key, key_accepted, local_storage, not 'speed'"),
        ({"architecture": "arm"}, "architecture must be one of same, any, x86_64, arm64"),
        ({"statuses": ("gone",)}, "statuses must be one of listed,"),
        ({"limit": 0}, "limit must be at least 1"),
        ({"region": "eu-nowhere-1"}, "no Region data for 'eu-nowhere-1'"),
    ],
)
def test_wrong_questions(arguments: dict[str, object], message: str) -> None:
    with pytest.raises(ValueError, match=message):
        kb.alternatives("ml.m5d.xlarge", "endpoint", **arguments)  # type: ignore[arg-type]


def test_unknown_names() -> None:
    with pytest.raises(kb.UnknownInstanceType):
        kb.alternatives("ml.nothing.large", "endpoint")
    with pytest.raises(kb.UnknownWorkload):
        kb.alternatives("ml.m5d.xlarge", "nothing")


def test_only_the_standard_library_is_imported_and_nothing_of_it_before_it_is_asked() -> None:
    code = (
        "import sys, kb; assert 'kb.library.alternatives' not in sys.modules; "
        "kb.alternatives('ml.g5.xlarge', 'training'); "
        "assert callable(kb.alternatives); "
        "print(*{m.partition('.')[0] for m in sys.modules} - set(sys.stdlib_module_names) - {'__main__', 'kb'})"
    )
    done = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == []
