"""Clients under guard: what is let through, what is not, and that nothing is sent of what is not."""

from __future__ import annotations

import logging
import pickle
import subprocess
import sys
import warnings
from collections.abc import Callable
from types import SimpleNamespace
from typing import Any

import boto3
import botocore.session
import pytest
from moto import mock_aws

import kb
from tests.guard.conftest import Recorder

KEY = "arn:aws:kms:eu-central-1:111122223333:key/1234abcd-12ab-34cd-56ef-1234567890ab"
ROLE = "arn:aws:iam::111122223333:role/role"
LOCAL, PLAIN = "ml.g5.xlarge", "ml.m5.xlarge"


def training(resources: dict[str, Any] | str, key: str | None = KEY) -> dict[str, Any]:
    """A training request, given the instance type or the whole ResourceConfig."""
    if isinstance(resources, str):
        resources = {"InstanceType": resources, "InstanceCount": 1}
    volume = {"VolumeKmsKeyId": key} if key else {}
    return {
        "TrainingJobName": "job",
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": ROLE,
        "OutputDataConfig": {"S3OutputPath": "s3://bucket", "KmsKeyId": KEY},
        "ResourceConfig": {"VolumeSizeInGB": 50, **resources, **volume},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
    }


def endpoint(*types: str, key: str | None = KEY) -> dict[str, Any]:
    variants = [
        {"VariantName": name, "ModelName": "model", "InitialInstanceCount": 1, "InstanceType": name} for name in types
    ]
    return {"EndpointConfigName": "config", "ProductionVariants": variants} | ({"KmsKeyId": key} if key else {})


@pytest.fixture(autouse=True)
def no_warning_unasked() -> Any:
    with warnings.catch_warnings():
        warnings.simplefilter("error", kb.VolumeKeyWarning)
        yield


def test_a_request_that_would_be_refused_is_not_sent(client: Any, recorder: Recorder) -> None:
    assert kb.guard(client) is client
    with pytest.raises(kb.VolumeKeyRefused) as caught:
        client.create_training_job(**training(LOCAL))
    assert recorder.connections == 0
    assert isinstance(caught.value, ValueError)
    assert isinstance(caught.value, kb.KBError)
    [problem] = caught.value.problems
    assert (problem.instance_type, problem.outcome, problem.is_refused) == (LOCAL, kb.Outcome.REJECTED, True)
    assert (problem.type_path, problem.key_path) == ("ResourceConfig.InstanceType", "ResourceConfig.VolumeKmsKeyId")
    text = str(caught.value)
    assert text.startswith("CreateTrainingJob was not sent:\n  ml.g5.xlarge (ResourceConfig.InstanceType): ")
    assert kb.volume_kms(LOCAL, "training").reason in text
    assert "Fix: On a type with local storage leave the volume key out" in text
    assert "Reference: https://docs.aws.amazon.com/" in text


def test_what_the_key_encrypts_goes_through_unchanged(client: Any, recorder: Recorder) -> None:
    kb.guard(client)
    client.create_training_job(**training(PLAIN))
    client.create_training_job(**training(LOCAL, key=None))
    assert recorder.requests == [
        ("CreateTrainingJob", training(PLAIN)),
        ("CreateTrainingJob", training(LOCAL, key=None)),
    ]


def test_without_a_guard_the_same_request_is_sent(client: Any, recorder: Recorder) -> None:
    client.create_training_job(**training(LOCAL))
    assert len(recorder.requests) == 1


def test_against_moto() -> None:
    with mock_aws():
        client = kb.guard(boto3.client("sagemaker", region_name="eu-central-1"))
        with pytest.raises(kb.VolumeKeyRefused):
            client.create_training_job(**training(LOCAL))
        client.create_training_job(**training(PLAIN))
        assert len(client.list_training_jobs()["TrainingJobSummaries"]) == 1


@pytest.mark.parametrize(
    ("request_", "outcome"),
    [
        (("create_endpoint_config", endpoint("ml.m5d.xlarge")), kb.Outcome.NOT_APPLIED),
        (
            (
                "create_notebook_instance",
                {"NotebookInstanceName": "n", "InstanceType": LOCAL, "RoleArn": ROLE, "KmsKeyId": KEY},
            ),
            kb.Outcome.EBS_ONLY,
        ),
    ],
)
def test_a_key_that_leaves_storage_out_warns_or_raises_as_needed(
    client: Any, recorder: Recorder, request_: tuple[str, dict[str, Any]], outcome: kb.Outcome
) -> None:
    operation, parameters = request_
    kb.guard(client)
    with pytest.warns(kb.VolumeKeyWarning, match="has a problem with its volume key") as caught:
        getattr(client, operation)(**parameters)
    # the warning points at the code that made the call
    assert [each.filename for each in caught] == [__file__]
    assert len(recorder.requests) == 1
    kb.guard(client, need="all_storage_under_key")
    with pytest.raises(kb.VolumeKeyRefused) as refused:
        getattr(client, operation)(**parameters)
    assert [problem.outcome for problem in refused.value.problems] == [outcome]
    assert len(recorder.requests) == 1


def test_the_fix_names_types_of_the_clients_region(client: Any) -> None:
    kb.guard(client, need="all_storage_under_key")
    with pytest.raises(kb.VolumeKeyRefused) as caught:
        client.create_endpoint_config(**endpoint("ml.m5d.xlarge"))
    near = kb.alternatives("ml.m5d.xlarge", "endpoint", region="eu-central-1", limit=3)
    names = ", ".join(each.instance_type for each in near)
    assert f"Nearest types with all storage under a key in eu-central-1: {names}." in str(caught.value)


def test_several_types_in_one_request(client: Any, recorder: Recorder) -> None:
    kb.guard(client)
    groups = [
        {"InstanceType": name, "InstanceCount": 1, "InstanceGroupName": name.replace(".", "-")}
        for name in (PLAIN, LOCAL)
    ]
    with pytest.raises(kb.VolumeKeyRefused) as caught:
        client.create_training_job(**training({"InstanceGroups": groups}))
    assert [problem.type_path for problem in caught.value.problems] == ["ResourceConfig.InstanceGroups[1].InstanceType"]
    with pytest.warns(kb.VolumeKeyWarning) as warned:
        client.create_endpoint_config(**endpoint("ml.m5d.xlarge", "ml.m5.xlarge", "ml.g5.xlarge"))
    [warning] = warned
    assert "ProductionVariants[0].InstanceType" in str(warning.message)
    assert "ProductionVariants[1]" not in str(warning.message)
    assert "ProductionVariants[2].InstanceType" in str(warning.message)
    assert len(recorder.requests) == 1


def preferences(*names: str) -> dict[str, Any]:
    return {"InstancePreferences": [{"InstanceType": name, "InstanceCount": 1} for name in names]}


def test_a_choice_of_types_is_refused_only_where_every_one_is(client: Any, recorder: Recorder) -> None:
    kb.guard(client)
    with pytest.raises(kb.VolumeKeyRefused):
        client.create_training_job(**training(preferences(LOCAL, "ml.g6.xlarge")))
    for other in (PLAIN, "ml.newer2.xlarge"):
        with pytest.warns(kb.VolumeKeyWarning, match="SageMaker picks one"):
            client.create_training_job(**training(preferences(LOCAL, other)))
    assert len(recorder.requests) == 2
    kb.guard(client, need="all_storage_under_key")
    with pytest.raises(kb.VolumeKeyRefused):
        client.create_training_job(**training(preferences(LOCAL, PLAIN)))


def test_one_key_of_several_in_a_request(client: Any) -> None:
    kb.guard(client)
    definitions = [{**training(LOCAL, key=None), "DefinitionName": "a"}, {**training(PLAIN), "DefinitionName": "b"}]
    for each in definitions:
        del each["TrainingJobName"]
    request = {
        "HyperParameterTuningJobName": "tuning",
        "HyperParameterTuningJobConfig": {
            "Strategy": "Random",
            "ResourceLimits": {"MaxParallelTrainingJobs": 1},
        },
        "TrainingJobDefinitions": definitions,
    }
    client.create_hyper_parameter_tuning_job(**request)
    definitions[0]["ResourceConfig"]["VolumeKmsKeyId"] = KEY
    with pytest.raises(kb.VolumeKeyRefused, match=r"TrainingJobDefinitions\[0\]"):
        client.create_hyper_parameter_tuning_job(**request)


def test_what_is_not_known_is_never_stopped(client: Any, recorder: Recorder) -> None:
    kb.guard(client, need="all_storage_under_key")
    client.create_training_job(**training("ml.newer2.xlarge"))
    client.create_training_job(**training("ml.newer2.xlarge", key=None))
    client.create_auto_ml_job_v2(
        AutoMLJobName="job",
        AutoMLJobInputDataConfig=[{"ContentType": "text/csv"}],
        OutputDataConfig={"S3OutputPath": "s3://bucket"},
        AutoMLProblemTypeConfig={"TextClassificationJobConfig": {"ContentColumn": "a", "TargetLabelColumn": "b"}},
        RoleArn=ROLE,
        SecurityConfig={"VolumeKmsKeyId": KEY},
    )
    client.create_domain(
        DomainName="domain",
        AuthMode="IAM",
        DefaultUserSettings={
            "ExecutionRole": ROLE,
            "JupyterLabAppSettings": {"DefaultResourceSpec": {"InstanceType": "ml.geospatial.interactive"}},
        },
    )
    assert kb.volume_kms("ml.geospatial.interactive", "studio").outcome is kb.Outcome.UNKNOWN
    # known, but not offered in this workload as far as the data goes
    assert kb.volume_kms("ml.t2.medium", "training").outcome is kb.Outcome.NOT_OFFERED
    client.create_training_job(**training("ml.t2.medium"))
    assert len(recorder.requests) == 5


def test_everything_under_the_key_needs_a_key(client: Any, recorder: Recorder) -> None:
    kb.guard(client, need="all_storage_under_key")
    with pytest.raises(kb.VolumeKeyRefused, match="No volume key is given") as caught:
        client.create_training_job(**training(PLAIN, key=None))
    assert caught.value.problems[0].fix == "Give the key in ResourceConfig.VolumeKmsKeyId."
    with pytest.raises(kb.VolumeKeyRefused, match="Not all of its storage can be under a key"):
        client.create_training_job(**training(LOCAL, key=None))
    with pytest.raises(kb.VolumeKeyRefused, match="Not all of its storage can be under a key"):
        client.create_app(
            DomainId="d-1",
            AppType="JupyterLab",
            AppName="default",
            SpaceName="space",
            ResourceSpec={"InstanceType": LOCAL},
        )
    assert recorder.connections == 0
    client.create_training_job(**training(PLAIN))
    # these take no key, or leave the one that was given
    client.update_notebook_instance(NotebookInstanceName="n", InstanceType="ml.m5.xlarge")
    client.create_app(DomainId="d-1", AppType="JupyterLab", AppName="a", ResourceSpec={"InstanceType": "ml.m5.large"})
    assert len(recorder.requests) == 3


def test_modes(client: Any, recorder: Recorder, caplog: pytest.LogCaptureFixture) -> None:
    kb.guard(client, "warn")
    with pytest.warns(kb.VolumeKeyWarning, match="ml.g5.xlarge"):
        client.create_training_job(**training(LOCAL))
    kb.guard(client, mode="log")
    with caplog.at_level(logging.WARNING, logger="kb.guard"):
        client.create_training_job(**training(LOCAL))
    assert [record.name for record in caplog.records] == ["kb.guard"]
    assert "ml.g5.xlarge" in caplog.text
    assert len(recorder.requests) == 2


def test_guarding_twice_is_guarding_once_and_the_last_mode_counts(client: Any, recorder: Recorder) -> None:
    for _ in range(3):
        kb.guard(client)
    kb.guard(client, "warn")
    with pytest.warns(kb.VolumeKeyWarning) as caught:
        client.create_training_job(**training(LOCAL))
    assert len(caught) == 1
    assert kb.unguard(kb.unguard(client)) is client
    client.create_training_job(**training(LOCAL))
    assert len(recorder.requests) == 2


def test_a_session_guards_the_clients_it_makes_from_then_on(
    session: boto3.Session, make_client: Callable[[Any], Any], recorder: Recorder
) -> None:
    before = make_client(session)
    kb.guard(session)
    client = make_client(session)
    with pytest.raises(kb.VolumeKeyRefused):
        client.create_training_job(**training(LOCAL))
    assert recorder.connections == 0
    before.create_training_job(**training(LOCAL))
    kb.unguard(client).create_training_job(**training(LOCAL))
    with pytest.raises(kb.VolumeKeyRefused):
        make_client(session).create_training_job(**training(LOCAL))
    kb.unguard(session)
    make_client(session).create_training_job(**training(LOCAL))
    assert len(recorder.requests) == 3


def test_a_session_of_botocore(recorder: Recorder) -> None:
    session = kb.guard(botocore.session.get_session())
    client = session.create_client(
        "sagemaker",
        region_name="eu-central-1",
        endpoint_url=recorder.url,
        aws_access_key_id="id",
        aws_secret_access_key="secret",
    )
    with pytest.raises(kb.VolumeKeyRefused):
        client.create_training_job(**training(LOCAL))
    assert recorder.connections == 0


def test_evidence_under_review_is_told(client: Any, monkeypatch: pytest.MonkeyPatch) -> None:
    known = kb.volume_kms(LOCAL, "training")
    changed = kb.Verdict(**{name: getattr(known, name) for name in known._fields} | {"evidence_changed": True})
    monkeypatch.setattr("kb.library.judge.volume_kms", lambda *_, **__: changed)
    kb.guard(client)
    with pytest.raises(kb.VolumeKeyRefused, match="A sentence that this rests on has changed"):
        client.create_training_job(**training(LOCAL))


@pytest.mark.parametrize("event", ["provide-client-params", "before-parameter-build"])
def test_it_sees_what_other_handlers_change(client: Any, recorder: Recorder, event: str) -> None:
    kb.guard(client)

    def add_the_key(params: dict[str, Any], **_: Any) -> None:
        params["ResourceConfig"]["VolumeKmsKeyId"] = KEY

    client.meta.events.register(f"{event}.sagemaker.CreateTrainingJob", add_the_key)
    with pytest.raises(kb.VolumeKeyRefused):
        client.create_training_job(**training(LOCAL, key=None))
    assert recorder.connections == 0


def test_requests_that_botocore_itself_refuses_stay_its_own_matter(client: Any) -> None:
    from botocore.exceptions import ParamValidationError

    kb.guard(client)
    wrong: tuple[object, ...] = ({"InstanceType": 5, "VolumeKmsKeyId": KEY}, [], None)
    for resources in wrong:
        with pytest.raises(ParamValidationError):
            client.create_training_job(**{**training(PLAIN), "ResourceConfig": resources})


@pytest.mark.parametrize(
    ("make", "message"),
    [
        (lambda: None, r"NoneType cannot be guarded; give a SageMaker client \(boto3.client\('sagemaker'\)\)"),
        (lambda: "sagemaker", "str cannot be guarded"),
        (lambda: boto3, "module cannot be guarded"),
        (lambda: boto3.Session, "Session cannot be guarded"),
        (lambda: boto3.client("s3", region_name="eu-central-1"), "this is a client of s3; give a SageMaker client"),
        (
            lambda: SimpleNamespace(sagemaker_client=1),
            "of a session of the SageMaker SDK, its sagemaker_client",
        ),
    ],
)
def test_other_objects(make: Callable[[], Any], message: str) -> None:
    for function in (kb.guard, kb.unguard):
        with pytest.raises(TypeError, match=message):
            function(make())


@pytest.mark.parametrize("options", [{"mode": "stop"}, {"need": "local_storage"}])
def test_other_words(client: Any, options: dict[str, str]) -> None:
    with pytest.raises(ValueError, match=r"must be one of .*, not '(stop|local_storage)'"):
        kb.guard(client, **options)


def test_the_error_survives_a_process_boundary(client: Any) -> None:
    kb.guard(client)
    with pytest.raises(kb.VolumeKeyRefused) as caught:
        client.create_training_job(**training(LOCAL))
    again = pickle.loads(pickle.dumps(caught.value))
    assert (str(again), again.problems) == (str(caught.value), caught.value.problems)


def test_nothing_of_aws_is_imported() -> None:
    code = "import sys, kb.library.guard; print(*{'boto3', 'botocore'} & set(sys.modules), callable(kb.guard))"
    done = subprocess.run([sys.executable, "-S", "-c", code], check=True, capture_output=True, text=True)
    assert done.stdout.split() == ["True"]
