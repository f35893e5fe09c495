"""The parser of the DescribeInstanceTypes capture. Figures are those of the real types."""

from __future__ import annotations

import copy
from typing import Any

import pytest

from kb.dataset.log_specs import OTHER_FACTS, PRESENCE, STORAGE_FACTS
from scrapers.base import Rows, ScrapeError
from scrapers.ec2.capture import STORAGE_PROFILE, Ec2ApiCapture
from tests.scrapers.builders import CAPTURE_PATH, as_bytes, capture, document, gpus, record

PARSER = Ec2ApiCapture()


def facts_of(made: dict[str, Any], profile: str = "") -> dict[str, str]:
    rows = PARSER.parse(document(CAPTURE_PATH, capture(made), profile))
    return {fact: value for (ec2_type, fact), value in rows.items() if ec2_type == made["InstanceType"]}


def test_a_type_with_one_group_of_disks() -> None:
    facts = facts_of(record("m5d.metal", [(4, 900, "ssd")], BareMetal=True, Hypervisor=None))
    assert {name: facts[name] for name in STORAGE_FACTS} == {
        "hypervisor": "",
        "is_bare_metal": "true",
        "has_instance_store": "true",
        "nvme_support": "required",
        "instance_store_encryption": "required",
        "instance_store_gb": "3600",
        "instance_store_disks": "4x900 ssd",
    }
    assert facts.keys() == {PRESENCE, *STORAGE_FACTS, *OTHER_FACTS}


def test_a_type_without_disks_has_zero_gb_and_says_nothing_of_nvme() -> None:
    facts = facts_of(record("m4.xlarge", Hypervisor="xen"))
    assert (facts["has_instance_store"], facts["instance_store_gb"]) == ("false", "0")
    assert (facts["nvme_support"], facts["instance_store_encryption"], facts["instance_store_disks"]) == ("", "", "")
    assert (facts["gpu_count"], facts["gpu_name"], facts["gpu_memory_gib"]) == ("0", "", "")
    assert (facts["accelerator_count"], facts["accelerator_name"]) == ("0", "")


def test_every_group_of_disks_counts() -> None:
    facts = facts_of(record("p9.large", [(1, 140, "ssd"), (2, 2000, "hdd")]))
    assert (facts["instance_store_gb"], facts["instance_store_disks"]) == ("4140", "1x140 ssd + 2x2000 hdd")


def test_unsupported_nvme_is_a_word_not_a_yes() -> None:
    made = record("d2.xlarge", [(3, 2048, "hdd")], Hypervisor="xen")
    made["InstanceStorageInfo"] |= {"NvmeSupport": "unsupported", "EncryptionSupport": "unsupported"}
    facts = facts_of(made)
    assert (facts["nvme_support"], facts["instance_store_encryption"]) == ("unsupported", "unsupported")


def test_a_capture_that_does_not_say_whether_disks_are_encrypted() -> None:
    made = record("m5d.large", [(1, 75, "ssd")])
    del made["InstanceStorageInfo"]["EncryptionSupport"]
    assert facts_of(made)["instance_store_encryption"] == ""


def test_a_share_of_a_gpu_counts_as_one_logical_gpu() -> None:
    facts = facts_of(record("g6f.xlarge", [(1, 100, "ssd")], GpuInfo=gpus("L4", 1, 2861, share=0.125, physical=0)))
    assert facts["gpu_count"] == "1"
    assert facts["gpu_partition_size"] == "0.125"
    assert facts["gpu_memory_gib"] == "2.7939453125"


def test_an_older_record_has_no_logical_count() -> None:
    made = record("p4d.24xlarge", [(8, 1000, "ssd")], GpuInfo=gpus("A100", 8, 40960))
    for name in ("LogicalGpuCount", "GpuPartitionSize"):
        del made["GpuInfo"]["Gpus"][0][name]
    facts = facts_of(made)
    assert (facts["gpu_count"], facts["gpu_partition_size"], facts["gpu_memory_gib"]) == ("8", "", "320")
    assert (facts["gpu_name"], facts["gpu_manufacturer"]) == ("A100", "NVIDIA")


def test_neuron_devices_come_before_inference_accelerators() -> None:
    inference = {
        "Accelerators": [{"Count": 4, "Manufacturer": "AWS", "Name": "Inferentia", "MemoryInfo": {"SizeInMiB": 8192}}],
        "TotalInferenceMemoryInMiB": 32768,
    }
    neuron = {
        "NeuronDevices": [{"Count": 16, "Name": "Trainium2", "MemoryInfo": {"SizeInMiB": 524288}}],
        "TotalNeuronDeviceMemoryInMiB": 8388608,
    }
    both = facts_of(record("trn2.48xlarge", NeuronInfo=neuron, InferenceAcceleratorInfo=inference))
    assert (both["accelerator_count"], both["accelerator_name"], both["accelerator_memory_gib"]) == (
        "16",
        "Trainium2",
        "8192",
    )
    one = facts_of(record("inf1.6xlarge", InferenceAcceleratorInfo=inference))
    assert (one["accelerator_count"], one["accelerator_name"], one["accelerator_memory_gib"]) == (
        "4",
        "Inferentia",
        "32",
    )


def test_numbers_are_plain_and_lists_sorted() -> None:
    processor = {"SupportedArchitectures": ["x86_64", "i386"], "SustainedClockSpeedInGhz": 2.0, "Manufacturer": "Intel"}
    facts = facts_of(record("t2.nano", MemoryInfo={"SizeInMiB": 512}, ProcessorInfo=processor))
    assert (facts["memory_gib"], facts["clock_ghz"], facts["architectures"]) == ("0.5", "2", "i386 x86_64")


def test_a_member_that_is_absent_is_unknown_not_zero() -> None:
    made = record("m7g.large")
    del made["ProcessorInfo"]["SustainedClockSpeedInGhz"], made["EbsInfo"]["EbsOptimizedInfo"]
    facts = facts_of(made)
    assert (facts["clock_ghz"], facts["ebs_baseline_mbps"], facts["ebs_maximum_iops"]) == ("", "", "")


def test_an_old_capture_is_read_for_storage_only() -> None:
    made = {"InstanceType": "m5.large", "BareMetal": False, "Hypervisor": "nitro", "InstanceStorageSupported": False}
    rows = PARSER.parse(document(CAPTURE_PATH, {"m5.large": made}, STORAGE_PROFILE))
    assert {fact for _, fact in rows} == {PRESENCE, *STORAGE_FACTS}
    with pytest.raises(ScrapeError, match=r"m5\.large: no member"):
        PARSER.parse(document(CAPTURE_PATH, {"m5.large": made}))


def test_rows_seen_are_types() -> None:
    assert PARSER.rows_seen(PARSER.parse(document(CAPTURE_PATH, capture(record("m5.large"))))) == 3


DISKS = [(4, 900, "ssd")]
INFO = "InstanceStorageInfo"
CHANGED: list[tuple[tuple[str | int, ...], Any, str]] = [
    (("InstanceType",), "m5d.large", r"the record of m5d\.x says it is m5d\.large"),
    (("InstanceStorageSupported",), "true", r"InstanceStorageSupported: true or false expected, found text"),
    (("InstanceStorageSupported",), None, r"no member 'InstanceStorageSupported'"),
    (("InstanceStorageSupported",), False, r"InstanceStorageInfo: disks, although InstanceStorageSupported is false"),
    (("BareMetal",), None, r"no member 'BareMetal'"),
    (("BareMetal",), 0, r"BareMetal: true or false expected, found a number"),
    (("Hypervisor",), "kvm", r"Hypervisor: unknown value 'kvm'; known: nitro, xen"),
    ((INFO,), None, r"no member 'InstanceStorageInfo'"),
    ((INFO, "NvmeSupport"), "maybe", r"NvmeSupport: unknown value 'maybe'"),
    ((INFO, "NvmeSupport"), True, r"NvmeSupport: text expected, found true or false"),
    ((INFO, "NvmeSupport"), None, r"no member 'NvmeSupport'"),
    ((INFO, "EncryptionSupport"), "supported", r"EncryptionSupport: unknown value 'supported'"),
    ((INFO, "TotalSizeInGB"), 3601, r"the disks add up to 3600 GB, TotalSizeInGB says 3601"),
    ((INFO, "TotalSizeInGB"), "3600", r"TotalSizeInGB: a number expected, found text"),
    ((INFO, "TotalSizeInGB"), 3600.5, r"TotalSizeInGB: a number expected"),
    ((INFO, "TotalSizeInGB"), True, r"TotalSizeInGB: a number expected, found true or false"),
    ((INFO, "Disks"), [], r"Disks: an empty array"),
    ((INFO, "Disks"), None, r"no member 'Disks'"),
    ((INFO, "Disks", 0, "Count"), 0, r"Disks\[0\]: 0 disks of 900 GB"),
    ((INFO, "Disks", 0, "Count"), -4, r"Count: zero or more expected, found -4"),
    ((INFO, "Disks", 0, "Type"), "tape", r"Type: unknown value 'tape'"),
    (("VCpuInfo",), None, r"no member 'VCpuInfo'"),
    (("VCpuInfo", "DefaultVCpus"), None, r"no member 'DefaultVCpus'"),
    (("MemoryInfo", "SizeInMiB"), "16384", r"SizeInMiB: a number expected, found text"),
    (("ProcessorInfo", "SupportedArchitectures"), [], r"SupportedArchitectures: an empty array"),
    (("NetworkInfo", "EfaSupported"), "no", r"EfaSupported: true or false expected"),
    (("EbsInfo", "EbsOptimizedInfo", "BaselineIops"), None, r"no member 'BaselineIops'"),
    (("EbsInfo", "NvmeSupport"), "yes", r"NvmeSupport: unknown value 'yes'"),
    (("GpuInfo", "TotalGpuMemoryInMiB"), 1, r"the devices add up to 98304 MiB, TotalGpuMemoryInMiB says 1"),
    (("GpuInfo", "Gpus", 0, "LogicalGpuCount"), 0, r"GPUs without a count"),
    (("GpuInfo", "Gpus"), [], r"Gpus: an empty array"),
    (("CurrentGeneration",), None, r"no member 'CurrentGeneration'"),
]


@pytest.mark.parametrize(("path", "value", "message"), CHANGED)
def test_a_changed_record_is_refused(path: tuple[str | int, ...], value: Any, message: str) -> None:
    made = copy.deepcopy(record("m5d.x", DISKS, GpuInfo=gpus("L4", 4, 24576)))
    place: Any = made
    for name in path[:-1]:
        place = place[name]
    if value is None:
        del place[path[-1]]
    else:
        place[path[-1]] = value
    with pytest.raises(ScrapeError, match=message) as caught:
        PARSER.parse(document(CAPTURE_PATH, capture() | {"m5d.x": made}))
    assert caught.value.where.startswith(f"{CAPTURE_PATH} at $.m5d.x")


def test_gpus_of_different_shares_are_refused() -> None:
    made = gpus("L4", 2, 24576)
    made["Gpus"] = [
        made["Gpus"][0] | {"LogicalGpuCount": 1},
        made["Gpus"][0] | {"LogicalGpuCount": 1, "GpuPartitionSize": 0.5},
    ]
    with pytest.raises(ScrapeError, match=r"different partition sizes: 0\.5, 1"):
        facts_of(record("g9.large", GpuInfo=made))


def test_a_renamed_member_is_noticed() -> None:
    made = capture()
    for one in made.values():
        one["ProcessorInfo"]["ClockInGhz"] = one["ProcessorInfo"].pop("SustainedClockSpeedInGhz")
    with pytest.raises(ScrapeError, match=r"at \$: no record states clock_ghz"):
        PARSER.parse(document(CAPTURE_PATH, made))


@pytest.mark.parametrize("content", [b"", b"{}", b"[]", b"null", as_bytes([record("m5.large")])])
@pytest.mark.parametrize("profile", ["", STORAGE_PROFILE])
def test_a_damaged_capture_is_refused(content: bytes, profile: str) -> None:
    with pytest.raises(ScrapeError, match=r"instance_types\.json"):
        PARSER.parse(document(CAPTURE_PATH, content, profile))


def test_no_cut_of_a_capture_passes() -> None:
    content = as_bytes(capture())
    for end in range(0, len(content), 11):
        with pytest.raises(ScrapeError, match="not a JSON document"):
            PARSER.parse(document(CAPTURE_PATH, content[:end], STORAGE_PROFILE))


def test_values_keep_every_digit() -> None:
    rows: Rows = PARSER.parse(document(CAPTURE_PATH, capture(record("x1.big", MemoryInfo={"SizeInMiB": 25165824001}))))
    assert rows["x1.big", "memory_gib"] == "24576000.0009765625"
