"""A guarded client beside the same client without a guard; nothing leaves the process."""

from __future__ import annotations

import time
import timeit
from pathlib import Path
from typing import Any

import boto3
from botocore.awsrequest import AWSResponse

import kb
from tests.benchmarks.result import Result

_CALLS, _ROUNDS = 10, 150


class _Body:
    """An empty answer."""

    def stream(self, **_: Any) -> Any:
        yield b"{}"


def measure(_folder: Path) -> list[Result]:
    """Measure what the guard adds to calls that go through."""
    client = boto3.client(
        "sagemaker", region_name="eu-central-1", aws_access_key_id="id", aws_secret_access_key="secret"
    )
    client.meta.events.register(
        "before-send.sagemaker", lambda request, **_: AWSResponse(request.url, 200, {}, _Body())
    )
    one = {"ResourceConfig": {"InstanceType": "ml.m5.xlarge", "InstanceCount": 1, "VolumeSizeInGB": 50}}
    one["ResourceConfig"]["VolumeKmsKeyId"] = "key"
    job = {
        "AlgorithmSpecification": {"TrainingImage": "image", "TrainingInputMode": "File"},
        "RoleArn": "arn:aws:iam::111122223333:role/role",
        "OutputDataConfig": {"S3OutputPath": "s3://bucket"},
        "StoppingCondition": {"MaxRuntimeInSeconds": 60},
        **one,
    }
    tuning = {
        "HyperParameterTuningJobName": "job",
        "HyperParameterTuningJobConfig": {"Strategy": "Random", "ResourceLimits": {"MaxParallelTrainingJobs": 1}},
        "TrainingJobDefinitions": [{"DefinitionName": str(number), **job} for number in range(3)],
    }
    return [
        _added("create_training_job", client, lambda: client.create_training_job(TrainingJobName="job", **job), 50),
        _added("a call that starts nothing", client, client.list_models, 50),
        _added("three types and keys", client, lambda: client.create_hyper_parameter_tuning_job(**tuning), None),
    ]


def _added(what: str, client: Any, call: Any, limit: int | None) -> Result:
    """Time short rounds with and without a guard in turns; the fastest of each is the least disturbed."""
    plain: list[float] = []
    guarded: list[float] = []
    for _ in range(_ROUNDS):
        for times, prepare in ((plain, kb.unguard), (guarded, kb.guard)):
            prepare(client)
            call()  # botocore looks its handlers up again
            times.append(timeit.timeit(call, number=_CALLS, timer=time.process_time))
    base, under_guard = (min(times) / _CALLS * 1e6 for times in (plain, guarded))
    added = under_guard - base
    measured = f"+{added:.0f} us ({under_guard / base:.2f}x of {base:.0f} us)"
    must_reach = "shown" if limit is None else f"under {limit} us"
    return Result(f"kb.guard, {what}", measured, must_reach, limit is None or added < limit)
