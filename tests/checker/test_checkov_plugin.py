"""The checks for Checkov, run by a real Checkov in an environment of its own, with the base install of this project.

Checkov pins an old boto3 and its own parsers, so it cannot be installed beside our own extras. Installing it takes a
minute, so these tests are among the soak tests.
"""

from __future__ import annotations

import json
import os
import subprocess
import venv
from pathlib import Path
from typing import Any

import pytest

from kb.checker.model import Options
from kb.checker.plugins.resource import cloudformation_findings, terraform_findings
from tests.checker.test_corpus import CORPUS

ROOT = Path(__file__).parents[2]


@pytest.fixture(scope="module")
def environment(tmp_path_factory: pytest.TempPathFactory) -> Path:
    """Folder with the commands of an environment that has Checkov and the base install of this project."""
    folder = tmp_path_factory.mktemp("checkov")
    venv.create(folder, with_pip=True)
    commands = folder / ("Scripts" if os.name == "nt" else "bin")
    subprocess.run([commands / "python", "-m", "pip", "install", "-q", "checkov>=3.2", str(ROOT)], check=True)
    return commands


def checkov(environment: Path, folder: Path, **more: str) -> dict[tuple[str, str], set[str]]:
    """Names of resources that failed, that passed and that have no result, by check and file."""
    python = str(environment / "python")
    code = "import sys; from checkov.main import Checkov; sys.exit(Checkov(sys.argv[1:]).run())"
    where = subprocess.run(
        [python, "-m", "kb.checker.plugins"], check=True, capture_output=True, text=True, cwd=folder
    ).stdout.strip()
    arguments = ["-d", str(folder), "--external-checks-dir", where, "--check", "KB_SAGEMAKER_*"]
    # no key of a platform, no network
    done = subprocess.run(
        [python, "-c", code, *arguments, "-o", "json", "--quiet", "--skip-download"],
        capture_output=True,
        text=True,
        cwd=folder,
        env={**os.environ, **more, "PYTHONPATH": ""},
        check=False,
        timeout=300,
    )
    assert done.stdout.strip(), done.stderr[-2000:]
    reports: Any = json.loads(done.stdout)
    failed: dict[tuple[str, str], set[str]] = {}
    for report in reports if isinstance(reports, list) else [reports]:
        for check in report.get("results", {}).get("failed_checks", ()):
            key = (check["check_id"].removeprefix("KB_SAGEMAKER_"), check["file_path"].removeprefix("/"))
            failed.setdefault(key, set()).add(check["resource"].rpartition(".")[2])
    return failed


def plan() -> dict[str, Any]:
    """A plan with all parts that Checkov looks for."""
    cluster = {"instance_type": "ml.g4dn.xlarge", "volume_kms_key_id": "alias/ml", "volume_size_in_gb": 300}
    values = {"job_resources": [{"cluster_config": [cluster]}]}
    kind = "aws_sagemaker_data_quality_job_definition"
    resource = {"address": f"{kind}.q", "mode": "managed", "type": kind, "name": "q"}
    change = {"actions": ["create"], "before": None, "after": values, "after_unknown": {}}
    return {
        "format_version": "1.2",
        "terraform_version": "1.9.0",
        "planned_values": {"root_module": {"resources": [{**resource, "values": values}]}},
        "resource_changes": [{**resource, "change": change}],
        "configuration": {},
    }


@pytest.mark.soak
def test_checkov_reports_the_findings(environment: Path, tmp_path: Path) -> None:
    names = (
        "cloudformation/endpoint-nvme-key.yaml",
        "cloudformation/endpoint-pool-mixed.yaml",
        "cloudformation/endpoint-s3-keys.yaml",
        "cloudformation/endpoint-default.yaml",
        "cloudformation/condition-consistent.yaml",
        "cloudformation/condition-inconsistent.yaml",
        "cloudformation/monitoring.yaml",
        "cloudformation/unknown-type.yaml",
        "terraform/endpoint.tf",
        "terraform/endpoint-s3-keys.tf",
        "terraform/jobs.tf",
        "terraform/notebook.tf",
    )
    for name in names:
        (tmp_path / Path(name).name).write_bytes((CORPUS / name).read_bytes())
    (tmp_path / "plan.json").write_text(json.dumps(plan()))
    assert checkov(environment, tmp_path) == {
        ("KEY_NOT_APPLIED", "endpoint-nvme-key.yaml"): {"Config"},
        ("MIXED_TYPES", "endpoint-pool-mixed.yaml"): {"Config"},
        ("KEY_NOT_APPLIED", "endpoint-default.yaml"): {"Config"},
        ("KEY_NOT_APPLIED", "condition-inconsistent.yaml"): {"Config"},
        ("KEY_REJECTED", "monitoring.yaml"): {"Schedule"},
        ("VOLUME_SIZE", "monitoring.yaml"): {"Definition"},
        ("UNKNOWN_TYPE", "unknown-type.yaml"): {"Notebook", "Ec2", "Upper"},
        ("KEY_NOT_APPLIED", "endpoint.tf"): {"config"},
        ("MIXED_TYPES", "endpoint.tf"): {"config"},
        ("KEY_REJECTED", "jobs.tf"): {"quality", "tuning"},
        ("KEY_COVERS_EBS_ONLY", "notebook.tf"): {"local"},
        ("VOLUME_SIZE", "notebook.tf"): {"local"},
        ("KEY_REJECTED", "plan.json"): {"q"},
        ("VOLUME_SIZE", "plan.json"): {"q"},
    }


@pytest.mark.soak
def test_keys_are_required_where_the_environment_says_so(environment: Path, tmp_path: Path) -> None:
    (tmp_path / "a.yaml").write_bytes((CORPUS / "cloudformation" / "require-key.yaml").read_bytes())
    assert checkov(environment, tmp_path) == {}
    found = checkov(environment, tmp_path, KB_REQUIRE_KEY="1")
    assert found == {("KEY_MISSING", "a.yaml"): {"Notebook", "Config", "Local"}}


@pytest.mark.soak
def test_the_environment_has_no_extra_of_ours(environment: Path) -> None:
    done = subprocess.run(
        [environment / "python", "-m", "pip", "list", "--format", "json"], check=True, capture_output=True, text=True
    )
    installed = {each["name"] for each in json.loads(done.stdout)}
    assert {"checkov", "sagemaker-storage-kb"} <= installed
    assert not {"cfn-lint", "python-hcl2", "duckdb"} & installed


# -- what the checks do with a resource as Checkov has read it, without Checkov


def rules(found: Any) -> list[str]:
    return [each.rule for each in found]


def test_resources_that_make_no_request_have_no_result() -> None:
    assert cloudformation_findings("AWS::S3::Bucket", {}, Options()) is None
    assert cloudformation_findings("AWS::SageMaker::Model", {}, Options()) is None
    assert cloudformation_findings("AWS::SageMaker::App", None, Options()) is None
    assert terraform_findings("aws_sagemaker_model", {}, Options()) is None


def test_values_wrapped_in_lists_are_read() -> None:
    conf = {
        "kms_key_arn": ["aws_kms_key.ml.arn"],
        "production_variants": [{"instance_type": ["ml.g5.xlarge"]}, {"instance_type": ["ml.m5.xlarge"]}],
        "__start_line__": 1,
    }
    found = terraform_findings("aws_sagemaker_endpoint_configuration", conf, Options())
    assert rules(found) == ["key-not-applied", "mixed-types"]


@pytest.mark.parametrize("value", ["var.type", "${var.type}", "local.types['a']", 'lookup({}, "a")', "a ? b : c"])
def test_what_checkov_could_not_evaluate_is_not_checked(value: str) -> None:
    conf = {"instance_type": [value], "kms_key_id": ["alias/ml"]}
    assert rules(terraform_findings("aws_sagemaker_notebook_instance", conf, Options())) == ["not-checked"]


def test_functions_that_are_left_are_followed_or_not_checked() -> None:
    both = {"Fn::If": ["Gpu", "ml.g5.xlarge", "ml.m5.xlarge"]}
    key = {"Fn::If": ["Gpu", {"Ref": "AWS::NoValue"}, "alias/ml"]}

    def found(**properties: Any) -> list[str]:
        return rules(cloudformation_findings("AWS::SageMaker::NotebookInstance", properties, Options()))

    assert found(InstanceType=both, KmsKeyId=key) == []
    assert found(InstanceType=both, KmsKeyId="alias/ml") == ["key-covers-ebs-only"]
    assert found(InstanceType="ml.g5.xlarge", KmsKeyId={"Fn::GetAtt": ["Key", "Arn"]}) == ["key-covers-ebs-only"]
    assert found(InstanceType={"Ref": "Type"}) == ["not-checked"]
