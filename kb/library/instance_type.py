"""The facts about one instance type; apart from the other values, so that looking up a type loads nothing else."""

from __future__ import annotations

from kb.library.record import Record

TYPE_CHECKING = False
if TYPE_CHECKING:
    from datetime import date


class InstanceType(Record):
    """The facts about one instance type from ``valid_from`` until ``valid_to`` (None: they still hold).

    None means that no source states the value. Disk sizes are in GB (10^9 bytes), memory in GiB (2^30 bytes), EBS
    bandwidth in Mbit/s. Hardware facts come from EC2's DescribeInstanceTypes; :mod:`kb.dataset.schema.hardware` names
    the field behind each. ``is_kms_eligible`` is True for types with no local storage, so a key can cover all of it.
    """

    instance_type: str
    family: str
    size: str
    ec2_type: str | None
    kind: str
    explanation: str | None
    first_seen: date
    last_seen: date
    retired_on: date | None
    last_verified: date | None
    valid_from: date
    valid_to: date | None
    status: str
    is_nitro: bool | None
    is_kms_eligible: bool | None
    local_storage: str | None
    hypervisor: str | None
    is_bare_metal: bool | None
    has_instance_store: bool | None
    nvme_support: str | None
    instance_store_encryption: str | None
    instance_store_gb: int | None
    instance_store_disks: str | None
    nitro_version: int | None
    has_nvme_instance_store: bool | None
    vcpus: int | None
    cores: int | None
    threads_per_core: int | None
    architectures: str | None
    processor_manufacturer: str | None
    clock_ghz: float | None
    memory_gib: float | None
    gpu_count: int | None
    gpu_name: str | None
    gpu_manufacturer: str | None
    gpu_partition_size: float | None
    gpu_memory_gib: float | None
    accelerator_count: int | None
    accelerator_name: str | None
    accelerator_memory_gib: float | None
    network_performance: str | None
    network_cards: int | None
    has_efa: bool | None
    ebs_optimized_support: str | None
    ebs_baseline_mbps: int | None
    ebs_maximum_mbps: int | None
    ebs_baseline_iops: int | None
    ebs_maximum_iops: int | None
    ebs_encryption_support: str | None
    ebs_nvme_support: str | None
    ebs_maximum_attachments: int | None
    nitro_enclaves_support: str | None
    nitro_tpm_support: str | None
    is_current_generation: bool | None
    storage_basis: str | None
    storage_source: str | None
    storage_origin: str | None
    storage_observed_on: date | None
    storage_url: str | None
