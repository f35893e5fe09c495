"""API requests as JSON or YAML: what boto3 takes and ``aws sagemaker ... --cli-input-json`` reads."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.checker.expand import Expander, as_it_stands
from kb.checker.model import Call, Document, Path

#: Members by which a request is known for an operation; all must be there, and the first operation that fits is meant.
SIGNATURES: dict[str, tuple[str, ...]] = {
    "CreateTrainingJob": ("TrainingJobName", "ResourceConfig"),
    "CreateHyperParameterTuningJob": ("HyperParameterTuningJobName", "HyperParameterTuningJobConfig"),
    "CreateProcessingJob": ("ProcessingJobName", "ProcessingResources"),
    "CreateTransformJob": ("TransformJobName", "TransformResources"),
    "CreateEndpointConfig": ("EndpointConfigName", "ProductionVariants"),
    "CreateNotebookInstance": ("NotebookInstanceName", "InstanceType"),
    "CreateCluster": ("ClusterName", "InstanceGroups"),
    "CreateDomain": ("DomainName", "DefaultUserSettings"),
    "UpdateDomain": ("DomainId", "DefaultUserSettings"),
    "CreateUserProfile": ("DomainId", "UserProfileName", "UserSettings"),
    "CreateSpace": ("DomainId", "SpaceName", "SpaceSettings"),
    "CreateApp": ("DomainId", "AppType", "AppName"),
    "CreateMonitoringSchedule": ("MonitoringScheduleName", "MonitoringScheduleConfig"),
    "CreateDataQualityJobDefinition": ("DataQualityAppSpecification", "JobResources"),
    "CreateModelBiasJobDefinition": ("ModelBiasAppSpecification", "JobResources"),
    "CreateModelExplainabilityJobDefinition": ("ModelExplainabilityAppSpecification", "JobResources"),
    "CreateModelQualityJobDefinition": ("ModelQualityAppSpecification", "JobResources"),
    "CreateInferenceExperiment": ("ModelVariants", "ShadowModeConfig"),
    "CreateInferenceRecommendationsJob": ("JobName", "JobType", "InputConfig"),
    "CreateAutoMLJob": ("AutoMLJobName", "InputDataConfig"),
    "CreateAutoMLJobV2": ("AutoMLJobName", "AutoMLJobInputDataConfig"),
    "CreateLabelingJob": ("LabelingJobName", "HumanTaskConfig"),
    "CreateOptimizationJob": ("OptimizationJobName", "DeploymentInstanceType"),
    "CreateAlgorithm": ("AlgorithmName", "TrainingSpecification"),
    "CreateModelPackage": ("InferenceSpecification", "ValidationSpecification"),
}


def operation_of(data: object) -> str | None:
    """Name the operation for which `data` is a request; None where it looks like none."""
    members = data.keys() if isinstance(data, dict) else set()
    return next((name for name, needed in SIGNATURES.items() if members >= set(needed)), None)


def recognizes(data: object) -> bool:
    """Whether `data` is a request."""
    return operation_of(data) is not None


def calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the request, for whichever operation it is."""
    operation = operation_of(data)
    if operation is not None:
        name = next((str(data[m]) for m in SIGNATURES[operation] if m.endswith("Name") and data.get(m)), operation)
        yield from _EXPANDER.calls(Call(operation, document, path, name), data, None, path)


_EXPANDER: Expander[None] = Expander(as_it_stands)
