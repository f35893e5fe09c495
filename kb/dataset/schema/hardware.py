"""The facts about one instance type, in the names that logs, database and library share.

A fact here is also a ``fact`` value in the hardware logs under ``data/observations``. Where AWS's
DescribeInstanceTypes has a field for it, the description names that field.
"""

from __future__ import annotations

from kb.dataset.schema.core import Column as C

STORAGE_FACTS = (
    C(
        "hypervisor",
        "VARCHAR",
        "nitro or xen (Hypervisor); NULL for bare metal, where EC2 names none",
    ),
    C("is_bare_metal", "BOOLEAN", "Runs without a hypervisor (BareMetal)"),
    C("has_instance_store", "BOOLEAN", "Has disks physically attached to the host (InstanceStorageSupported)"),
    C(
        "nvme_support",
        "VARCHAR",
        "NVMe support of the local disks: unsupported, supported or required (InstanceStorageInfo.NvmeSupport)",
    ),
    C(
        "instance_store_encryption",
        "VARCHAR",
        "Hardware encryption of the local disks: unsupported or required (InstanceStorageInfo.EncryptionSupport)",
    ),
    C(
        "instance_store_gb",
        "BIGINT",
        "Total size of the local disks (InstanceStorageInfo.TotalSizeInGB); 0 if the type has none",
        "GB",
    ),
    C(
        "instance_store_disks",
        "VARCHAR",
        "Groups of local disks, each as count x size in GB and kind, joined by ' + ' (InstanceStorageInfo.Disks)",
    ),
)

OTHER_FACTS = (
    C("vcpus", "INTEGER", "Virtual CPUs (VCpuInfo.DefaultVCpus)", "count"),
    C("cores", "INTEGER", "Processor cores (VCpuInfo.DefaultCores)", "count"),
    C("threads_per_core", "INTEGER", "Threads per core (VCpuInfo.DefaultThreadsPerCore)", "count"),
    C(
        "architectures",
        "VARCHAR",
        "Processor architectures, separated by spaces (ProcessorInfo.SupportedArchitectures)",
    ),
    C("processor_manufacturer", "VARCHAR", "Manufacturer of the processor (ProcessorInfo.Manufacturer)"),
    C("clock_ghz", "DOUBLE", "Sustained clock speed (ProcessorInfo.SustainedClockSpeedInGhz)", "GHz"),
    C("memory_gib", "DOUBLE", "Main memory (MemoryInfo.SizeInMiB / 1024)", "GiB"),
    C(
        "gpu_count",
        "INTEGER",
        "GPUs that the instance sees; a slice of a GPU counts as one (GpuInfo.Gpus[].LogicalGpuCount); 0 if there is none",
        "count",
    ),
    C("gpu_name", "VARCHAR", "GPU model (GpuInfo.Gpus[].Name)"),
    C("gpu_manufacturer", "VARCHAR", "Manufacturer of the GPU (GpuInfo.Gpus[].Manufacturer)"),
    C(
        "gpu_partition_size",
        "DOUBLE",
        "Fraction of a physical GPU that each GPU is; 1 for a whole one (GpuInfo.Gpus[].GpuPartitionSize)",
    ),
    C("gpu_memory_gib", "DOUBLE", "Total memory of all GPUs (GpuInfo.TotalGpuMemoryInMiB / 1024)", "GiB"),
    C(
        "accelerator_count",
        "INTEGER",
        "Other accelerators, such as Trainium and Inferentia (NeuronInfo or InferenceAcceleratorInfo); 0 if there is none",
        "count",
    ),
    C("accelerator_name", "VARCHAR", "Accelerator model (NeuronInfo.NeuronDevices[].Name)"),
    C("accelerator_memory_gib", "DOUBLE", "Total memory of all accelerators", "GiB"),
    C("network_performance", "VARCHAR", "Network performance in EC2's words (NetworkInfo.NetworkPerformance)"),
    C("network_cards", "INTEGER", "Network cards (NetworkInfo.MaximumNetworkCards)", "count"),
    C("has_efa", "BOOLEAN", "Elastic Fabric Adapter (NetworkInfo.EfaSupported)"),
    C("ebs_optimized_support", "VARCHAR", "unsupported, supported or default (EbsInfo.EbsOptimizedSupport)"),
    C("ebs_baseline_mbps", "INTEGER", "Sustained EBS bandwidth (EbsOptimizedInfo.BaselineBandwidthInMbps)", "Mbit/s"),
    C("ebs_maximum_mbps", "INTEGER", "Maximum EBS bandwidth (EbsOptimizedInfo.MaximumBandwidthInMbps)", "Mbit/s"),
    C("ebs_baseline_iops", "INTEGER", "Sustained EBS operations per second (EbsOptimizedInfo.BaselineIops)", "1/s"),
    C("ebs_maximum_iops", "INTEGER", "Maximum EBS operations per second (EbsOptimizedInfo.MaximumIops)", "1/s"),
    C("ebs_encryption_support", "VARCHAR", "unsupported or supported (EbsInfo.EncryptionSupport)"),
    C("ebs_nvme_support", "VARCHAR", "unsupported, supported or required (EbsInfo.NvmeSupport)"),
    C("ebs_maximum_attachments", "INTEGER", "Maximum number of EBS volumes (EbsInfo.MaximumEbsAttachments)", "count"),
    C("nitro_enclaves_support", "VARCHAR", "unsupported or supported (NitroEnclavesSupport)"),
    C("nitro_tpm_support", "VARCHAR", "unsupported or supported (NitroTpmSupport)"),
    C("is_current_generation", "BOOLEAN", "EC2 counts it as current generation (CurrentGeneration)"),
)

#: What only EC2's documentation says, or says in words of its own.
DOCUMENTED_FACTS = (
    C("nitro_version", "INTEGER", "Version of the Nitro System that the type uses (EC2's documentation)"),
    C(
        "has_nvme_instance_store",
        "BOOLEAN",
        "The local disks are NVMe: the API's NvmeSupport is not unsupported, or the documentation says NVMe; NULL if there are no disks",
    ),
)

#: Every fact a hardware log may hold, `is_present` (the source lists the type at all) first.
FACTS = (C("is_present", "BOOLEAN", "The source lists the type"), *STORAGE_FACTS, *OTHER_FACTS, *DOCUMENTED_FACTS)
