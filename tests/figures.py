"""Figures of the shipped data on a fixed day, which a refresh leaves true, for several tests to compare with."""

from __future__ import annotations

#: Values of each enum in botocore 1.44.5; those of its last change, on 2026-10-01.
ENUMS = {
    "AIRecommendationInstanceType": 46,
    "AppInstanceType": 176,
    "ClusterInstanceType": 209,
    "InstanceType": 189,
    "NotebookInstanceAcceleratorType": 6,
    "OptimizationJobDeploymentInstanceType": 55,
    "ProcessingInstanceType": 207,
    "ProductionVariantAcceleratorType": 6,
    "ProductionVariantInstanceType": 277,
    "ReservedCapacityInstanceType": 11,
    "TrainingInstanceType": 225,
    "TransformInstanceType": 116,
}

#: Outcomes by workload for types without and with local storage, with its basis, as documented since 2026-06-10.
TODAY = {
    "training": ("encrypts", "rejected", "documented"),
    "tuning": ("encrypts", "rejected", "documented"),
    "processing": ("encrypts", "rejected", "documented"),
    "transform": ("encrypts", "rejected", "documented"),
    "endpoint": ("encrypts", "not_applied", "documented"),
    "notebook": ("encrypts", "ebs_only", "documented"),
    "studio": ("encrypts", "ebs_only", "documented"),
    "hyperpod": ("encrypts", "ebs_only", "documented"),
    "monitoring": ("encrypts", "rejected", "inferred"),
    "monitoring_job_definition": ("encrypts", "rejected", "inferred"),
    "packaged_transform_validation": ("encrypts", "rejected", "inferred"),
    "inference_experiment": ("encrypts", "not_applied", "inferred"),
    "inference_recommendation": ("encrypts", "not_applied", "inferred"),
    "automl": ("unknown", "unknown", None),
    "labeling": ("unknown", "unknown", None),
    "optimization": ("no_key_parameter", "no_key_parameter", "documented"),
}
