"""The checker on generated sets of files: files per second and memory, and how both grow with the set."""

from __future__ import annotations

import json
import subprocess
import sys
import time
from pathlib import Path

from tests.benchmarks.result import Result

_TEMPLATE = """AWSTemplateFormatVersion: "2010-09-09"
Parameters:
  Type: {{Type: String, Default: ml.m5.xlarge, AllowedValues: [ml.m5.xlarge, ml.g5.xlarge]}}
  Stage: {{Type: String, Default: dev, AllowedValues: [dev, prod]}}
Mappings:
  Sizes: {{dev: {{Disk: 30}}, prod: {{Disk: 300}}}}
Conditions:
  IsProd: !Equals [!Ref Stage, prod]
Resources:
  Key: {{Type: AWS::KMS::Key, Properties: {{KeyPolicy: {{}}}}}}
  Notebook{number}:
    Type: AWS::SageMaker::NotebookInstance
    Properties:
      RoleArn: role
      InstanceType: !Ref Type
      KmsKeyId: !If [IsProd, !GetAtt Key.Arn, !Ref AWS::NoValue]
      VolumeSizeInGB: !FindInMap [Sizes, !Ref Stage, Disk]
  Config{number}:
    Type: AWS::SageMaker::EndpointConfig
    Properties:
      KmsKeyId: !GetAtt Key.Arn
      ProductionVariants:
        - {{VariantName: a, InstanceType: !Ref Type, InitialInstanceCount: 1}}
        - {{VariantName: b, InstanceType: ml.c5.xlarge, InitialInstanceCount: 1}}
"""
_TERRAFORM = """variable "type{number}" {{
  default = "ml.g5.xlarge"
}}
resource "aws_sagemaker_notebook_instance" "n{number}" {{
  instance_type = var.type{number}
  kms_key_id    = aws_kms_key.key.arn
  volume_size   = 30
}}
"""
_OTHER = "apiVersion: v1\nkind: ConfigMap\nmetadata: {{name: n{number}}}\ndata: {{a: b}}\n"

#: Runs the command over a folder and tells its own peak memory.
_RUN = (
    "import resource, sys; from kb.cli.app import cli\n"
    "try: cli.main(['check', sys.argv[1], '--json', '--fail-on', 'never'])\n"
    "except SystemExit: pass\n"
    "print(resource.getrusage(resource.RUSAGE_SELF).ru_maxrss, file=sys.stderr)"
)

_FEW, _MANY = 400, 1600


def generate(folder: Path, count: int) -> None:
    """Write `count` files: templates, requests, Terraform, and as many that are of no interest."""
    for number in range(count // 4):
        request = {
            "TrainingJobName": f"job-{number}",
            "ResourceConfig": {"InstanceType": "ml.g5.xlarge", "VolumeKmsKeyId": "key", "VolumeSizeInGB": 250},
        }
        module = folder / f"module-{number % 10}"
        module.mkdir(parents=True, exist_ok=True)
        (folder / f"template-{number}.yaml").write_text(_TEMPLATE.format(number=number))
        (folder / f"request-{number}.json").write_text(json.dumps(request, indent=1))
        (module / f"main-{number}.tf").write_text(_TERRAFORM.format(number=number))
        (folder / f"other-{number}.yaml").write_text(_OTHER.format(number=number))


def measure(folder: Path) -> list[Result]:
    """Check a set, and one four times as large."""
    seconds, megabytes = {}, {}
    for count in (_FEW, _MANY):
        place = folder / f"checked-{count}"
        generate(place, count)
        start = time.perf_counter()
        done = subprocess.run([sys.executable, "-c", _RUN, place], check=True, capture_output=True, text=True)
        seconds[count] = time.perf_counter() - start
        megabytes[count] = int(done.stderr.split()[-1]) / 1024
        findings = len(json.loads(done.stdout)["findings"])
        # of each four files: a notebook, a variant and one key for two of them; a training job; a notebook
        if findings != count // 4 * 5:
            raise RuntimeError(f"{findings} findings in {count} files; {count // 4 * 5} were to be made")
    rate = _MANY / seconds[_MANY]
    growth = seconds[_MANY] / seconds[_FEW]
    memory = megabytes[_MANY] / megabytes[_FEW]
    return [
        Result("kb check: generated files per second", f"{rate:.0f} ({_MANY} files)", "at least 50", rate >= 50),
        Result("kb check: four times the files, time", f"{growth:.1f}x", "at most 5x", growth <= 5),
        Result("kb check: peak memory", f"{megabytes[_MANY]:.0f} MB", "under 300 MB", megabytes[_MANY] < 300),
        Result("kb check: four times the files, memory", f"{memory:.2f}x", "at most 1.5x", memory <= 1.5),
    ]
