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
