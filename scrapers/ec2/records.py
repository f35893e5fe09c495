"""Facts of one DescribeInstanceTypes record, as log values. An empty value: the record does not say.

The record's words are the API's own. A packaged capture and a live answer have the same records.
"""

from __future__ import annotations

from collections.abc import Iterable
from decimal import Decimal

from scrapers.reading.jsontree import Node, plain

_MIB_PER_GIB = 1024
_SUPPORT = ("unsupported", "supported", "required")


def storage_facts(record: Node) -> dict[str, str]:
    """Hypervisor, bare metal and instance store; the keys are those of `kb.dataset.log_specs.STORAGE_FACTS`.

    Raises:
        ScrapeError: A member is missing or of another type, a word is unknown, or the disks do not add up.
    """
    hypervisor = record.optional("Hypervisor")
    supported = record["InstanceStorageSupported"].boolean()
    facts = {
        "hypervisor": hypervisor.one_of("nitro", "xen") if hypervisor else "",
        "is_bare_metal": record["BareMetal"].boolean(),
        "has_instance_store": supported,
    }
    if supported == "false":
        if unexpected := record.optional("InstanceStorageInfo"):
            unexpected.fail("disks, although InstanceStorageSupported is false")
        return facts | {
            "nvme_support": "",
            "instance_store_encryption": "",
            "instance_store_gb": "0",
            "instance_store_disks": "",
        }
    info = record["InstanceStorageInfo"]
    encryption = info.optional("EncryptionSupport")
    return facts | {
        "nvme_support": info["NvmeSupport"].one_of(*_SUPPORT),
        "instance_store_encryption": encryption.one_of("unsupported", "required") if encryption else "",
        **_disks(info),
    }


def _disks(info: Node) -> dict[str, str]:
    """Total size in GB, and the disk groups in words ("2x900 ssd")."""
    total = info["TotalSizeInGB"].whole()
    groups, added = [], 0
    for disk in info["Disks"].elements():
        count, size = disk["Count"].whole(), disk["SizeInGB"].whole()
        if not count or not size:
            disk.fail(f"{count} disks of {size} GB")
        groups.append(f"{count}x{size} {disk['Type'].one_of('ssd', 'hdd')}")
        added += count * size
    if added != total:
        info.fail(f"the disks add up to {added} GB, TotalSizeInGB says {total}")
    return {"instance_store_gb": str(total), "instance_store_disks": " + ".join(groups)}


def other_facts(record: Node) -> dict[str, str]:
    """Everything that is not storage; the keys are those of `kb.dataset.log_specs.OTHER_FACTS`.

    Raises:
        ScrapeError: A member is missing or of another type, a word is unknown, or memory sizes do not add up.
    """
    return {
        **_processor(record),
        **_gpus(record),
        **_accelerators(record),
        **_network(record["NetworkInfo"]),
        **_ebs(record["EbsInfo"]),
        "nitro_enclaves_support": record["NitroEnclavesSupport"].one_of("unsupported", "supported"),
        "nitro_tpm_support": record["NitroTpmSupport"].one_of("unsupported", "supported"),
        "is_current_generation": record["CurrentGeneration"].boolean(),
    }


def _processor(record: Node) -> dict[str, str]:
    vcpu, processor = record["VCpuInfo"], record["ProcessorInfo"]
    clock = processor.optional("SustainedClockSpeedInGhz")
    manufacturer = processor.optional("Manufacturer")
    return {
        "vcpus": str(vcpu["DefaultVCpus"].whole()),
        "cores": str(vcpu["DefaultCores"].whole()),
        "threads_per_core": str(vcpu["DefaultThreadsPerCore"].whole()),
        "architectures": " ".join(sorted(processor["SupportedArchitectures"].texts())),
        "processor_manufacturer": manufacturer.text() if manufacturer else "",
        "clock_ghz": plain(clock.number()) if clock else "",
        "memory_gib": _gib(record["MemoryInfo"]["SizeInMiB"].whole()),
    }


def _gpus(record: Node) -> dict[str, str]:
    """GPUs as the instance sees them: a share of a physical GPU counts as one, with its own memory."""
    info = record.optional("GpuInfo")
    if info is None:
        return {
            "gpu_count": "0",
            "gpu_name": "",
            "gpu_manufacturer": "",
            "gpu_partition_size": "",
            "gpu_memory_gib": "",
        }
    groups = info["Gpus"].elements()
    counts = [(gpu.optional("LogicalGpuCount") or gpu["Count"]).whole() for gpu in groups]
    shares = {plain(share.number()) for gpu in groups if (share := gpu.optional("GpuPartitionSize"))}
    if not sum(counts):
        info.fail("GPUs without a count")
    if len(shares) > 1:
        info.fail(f"GPUs of different partition sizes: {', '.join(sorted(shares))}")
    total = _total_memory(info, "TotalGpuMemoryInMiB", groups, counts)
    return {
        "gpu_count": str(sum(counts)),
        "gpu_name": _joined(gpu["Name"] for gpu in groups),
        "gpu_manufacturer": _joined(gpu["Manufacturer"] for gpu in groups),
        "gpu_partition_size": "".join(shares),
        "gpu_memory_gib": _gib(total),
    }


def _accelerators(record: Node) -> dict[str, str]:
    """Neuron devices where the record has them, else inference accelerators."""
    for member, devices, total in (
        ("NeuronInfo", "NeuronDevices", "TotalNeuronDeviceMemoryInMiB"),
        ("InferenceAcceleratorInfo", "Accelerators", "TotalInferenceMemoryInMiB"),
    ):
        info = record.optional(member)
        if info is None:
            continue
        groups = info[devices].elements()
        counts = [group["Count"].whole() for group in groups]
        if not sum(counts):
            info.fail("accelerators without a count")
        return {
            "accelerator_count": str(sum(counts)),
            "accelerator_name": _joined(group["Name"] for group in groups),
            "accelerator_memory_gib": _gib(_total_memory(info, total, groups, counts)),
        }
    return {"accelerator_count": "0", "accelerator_name": "", "accelerator_memory_gib": ""}


def _network(info: Node) -> dict[str, str]:
    return {
        "network_performance": info["NetworkPerformance"].text(),
        "network_cards": str(info["MaximumNetworkCards"].whole()),
        "has_efa": info["EfaSupported"].boolean(),
    }


def _ebs(info: Node) -> dict[str, str]:
    limits = info.optional("EbsOptimizedInfo")
    attachments = info.optional("MaximumEbsAttachments")
    return {
        "ebs_optimized_support": info["EbsOptimizedSupport"].one_of("unsupported", "supported", "default"),
        "ebs_baseline_mbps": str(limits["BaselineBandwidthInMbps"].whole()) if limits else "",
        "ebs_maximum_mbps": str(limits["MaximumBandwidthInMbps"].whole()) if limits else "",
        "ebs_baseline_iops": str(limits["BaselineIops"].whole()) if limits else "",
        "ebs_maximum_iops": str(limits["MaximumIops"].whole()) if limits else "",
        "ebs_encryption_support": info["EncryptionSupport"].one_of("unsupported", "supported"),
        "ebs_nvme_support": info["NvmeSupport"].one_of(*_SUPPORT),
        "ebs_maximum_attachments": str(attachments.whole()) if attachments else "",
    }


def _total_memory(info: Node, member: str, groups: list[Node], counts: list[int]) -> int:
    """The stated total in MiB, which must be what the groups add up to."""
    total = info[member].whole()
    added = sum(count * group["MemoryInfo"]["SizeInMiB"].whole() for group, count in zip(groups, counts, strict=True))
    if added != total:
        info.fail(f"the devices add up to {added} MiB, {member} says {total}")
    return total


def _joined(nodes: Iterable[Node]) -> str:
    """Different names in the order of the record."""
    return " + ".join(dict.fromkeys(node.text() for node in nodes))


def _gib(mib: int) -> str:
    return plain(Decimal(mib) / _MIB_PER_GIB)
