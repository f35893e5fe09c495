"""Checks of SageMaker storage for Checkov, on CloudFormation and on Terraform.

``KB_SAGEMAKER_KEY_REJECTED`` and so on: the rules of ``kb check``. A resource fails where the rule has an error or a
warning, and has no result where something is known only at deployment. With ``KB_REQUIRE_KEY=1`` in the environment,
keys are required.
"""

from __future__ import annotations

import os
from typing import Any

from checkov.cloudformation.checks.resource.base_resource_check import BaseResourceCheck as TemplateCheck
from checkov.common.models.enums import CheckCategories, CheckResult
from checkov.terraform.checks.resource.base_resource_check import BaseResourceCheck as TerraformCheck

from kb.checker.model import Finding, Options
from kb.checker.plugins.resource import cloudformation_findings, terraform_findings
from kb.library.rules import Severity

#: Rules that make sense for a resource alone, with what should be, as Checkov names its checks.
NAMES = {
    "key-rejected": "Ensure that a volume key is given only where SageMaker accepts it",
    "key-not-applied": "Ensure that the volume key encrypts the ML storage for which it is given",
    "key-covers-ebs-only": "Ensure that no local NVMe storage stays outside the volume key",
    "key-missing": "Ensure that a volume key is given where one can be used",
    "mixed-types": "Ensure that the instance types of one request treat its volume key the same way",
    "volume-size": "Ensure that the volume size follows the rule for the instance type",
    "unknown-type": "Ensure that the instance type exists",
    "not-offered": "Ensure that the instance type is offered for the workload",
}
_GUIDELINE = "https://docs.aws.amazon.com/sagemaker/latest/dg/encryption-at-rest-nbi.html"


def check_id(rule_id: str) -> str:
    """Return the id by which Checkov knows a rule."""
    return f"KB_SAGEMAKER_{rule_id.upper().replace('-', '_')}"


def _described(rule_id: str, resources: list[str]) -> dict[str, Any]:
    """Arguments that both kinds of checks take."""
    return {
        "name": NAMES[rule_id],
        "id": check_id(rule_id),
        "categories": [CheckCategories.ENCRYPTION],
        "guideline": _GUIDELINE,
        "supported_resources": resources,
    }


def _options() -> Options:
    return Options(require_key=os.environ.get("KB_REQUIRE_KEY") == "1")


def _result(check: Any, findings: list[Finding] | None) -> CheckResult:
    """Tell Checkov what is found, with the reasons as details."""
    if findings is None:
        return CheckResult.UNKNOWN
    found = [each for each in findings if each.rule == check.rule_id and each.severity > Severity.NOTE]
    check.details = [f"{each.message} {each.fix}".strip() for each in found]
    if found:
        return CheckResult.FAILED
    return CheckResult.UNKNOWN if any(each.rule == "not-checked" for each in findings) else CheckResult.PASSED


class SageMakerTemplateCheck(TemplateCheck):  # type: ignore[misc] # Checkov is not here where types are checked
    """One rule on resources of CloudFormation."""

    def __init__(self, rule_id: str) -> None:
        self.rule_id = rule_id
        super().__init__(**_described(rule_id, ["AWS::SageMaker::*"]))

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Check a resource."""
        return _result(self, cloudformation_findings(str(conf.get("Type")), conf.get("Properties"), _options()))


class SageMakerTerraformCheck(TerraformCheck):  # type: ignore[misc] # nor here
    """One rule on resources of Terraform."""

    def __init__(self, rule_id: str) -> None:
        self.rule_id = rule_id
        super().__init__(**_described(rule_id, ["aws_sagemaker_*", "awscc_sagemaker_*"]))

    def scan_resource_conf(self, conf: dict[str, Any]) -> CheckResult:
        """Check a resource."""
        return _result(self, terraform_findings(self.entity_type, conf, _options()))


for _rule_id in NAMES:
    SageMakerTemplateCheck(_rule_id)
    SageMakerTerraformCheck(_rule_id)
