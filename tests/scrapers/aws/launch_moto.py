"""A moto server in a process of its own, made a little more like AWS than moto is.

Moto keeps one list of EC2 types for all Regions and all partitions, gives it on one page, and knows the quotas of one
service that is not SageMaker. Here each Region describes what moto says it offers, answers have pages, each partition
has its Regions, and SageMaker has quotas. The protocol is moto's own.

Prints its port, and ends when its standard input is closed.
"""

from __future__ import annotations

import json
import sys
from typing import Any

from moto.core.responses import ActionResult
from moto.ec2.models import instance_types
from moto.ec2.models.availability_zones_and_regions import RegionsAndZonesBackend
from moto.ec2.responses.instances import InstanceResponse
from moto.moto_server.threaded_moto_server import ThreadedMotoServer
from moto.servicequotas.responses import ServiceQuotasResponse

from tests.scrapers.builders import quota

REGIONS = {"aws": ("eu-west-1", "us-east-1", "us-west-2"), "aws-cn": ("cn-north-1", "cn-northwest-1")}
CHINA = {"c5", "g4dn", "m5", "m5d", "t3"}
FAMILIES = CHINA | {"d3", "g5", "g6f", "i3en", "inf1", "inf2", "p4d", "trn1", "trn2"}
QUOTAS = {
    "us-east-1": (
        "ml.g5.xlarge for endpoint usage",
        "ml.g5.xlarge for training job usage",
        "ml.g5.xlarge for spot training job usage",
        "ml.m5.large for processing job usage",
        "ml.m5.large for transform job usage",
        "ml.t3.medium for notebook instance usage",
        "ml.p4d.24xlarge for training warm pool usage",
        "ml.p4d.24xlarge for cluster usage",
        "ml.i3en.16xlarge for cluster spot instance usage",
        "Studio JupyterLab Apps running on ml.t3.medium instances",
        "Studio KernelGateway Apps running on ml.m5.large instance",
        "Number of ml.p4d.24xlarge instances in reserved capacity across training plans per Region",
        "Number of instances across all training jobs",
        "RStudioServerPro Apps running on system instances",
    ),
    "eu-west-1": ("ml.m5.large for endpoint usage", "ml.m5.large for training job usage"),
    "cn-north-1": ("ml.m5.large for endpoint usage", "Longest run time for a training job"),
}


def main() -> None:
    offered = instance_types.INSTANCE_TYPE_OFFERINGS["region"]
    for region in list(offered):
        offered[region] = [o for o in offered[region] if o["InstanceType"].split(".")[0] in FAMILIES]
    for region in REGIONS["aws-cn"]:
        names = [o["InstanceType"] for o in offered["us-east-1"] if o["InstanceType"].split(".")[0] in CHINA]
        offered[region] = [
            {"InstanceType": name, "LocationType": "region", "Location": region} for name in reversed(names)
        ]

    def describe_instance_types(self: InstanceResponse) -> ActionResult:
        here = {offering["InstanceType"] for offering in offered[self.region]}
        found = [made for made in self.ec2_backend.instance_types if made.name in here]
        return ActionResult(page("InstanceTypes", found, self._get_param("NextToken"), self._get_param("MaxResults")))

    def describe_instance_type_offerings(self: InstanceResponse) -> ActionResult:
        found = self.ec2_backend.describe_instance_type_offerings(self._get_param("LocationType"), {})
        asked = self._get_param("NextToken"), self._get_param("MaxResults")
        return ActionResult(page("InstanceTypeOfferings", found, *asked))

    all_regions = RegionsAndZonesBackend.regions

    def describe_regions(self: Any, region_names: list[str] | None = None) -> list[Any]:
        mine = next(names for names in REGIONS.values() if self.region_name in names)
        return [region for region in all_regions if region.name in mine]

    def list_aws_default_service_quotas(self: ServiceQuotasResponse) -> str:
        asked = json.loads(self.body)
        made = [quota(self.region, name) for name in QUOTAS.get(self.region, ())]
        if asked["ServiceCode"] != "sagemaker" or not made:
            self.backend.list_aws_default_service_quotas("none")
        return json.dumps(page("Quotas", made, asked.get("NextToken"), asked["MaxResults"]))

    for owner, ours in (
        (InstanceResponse, describe_instance_types),
        (InstanceResponse, describe_instance_type_offerings),
        (RegionsAndZonesBackend, describe_regions),
        (ServiceQuotasResponse, list_aws_default_service_quotas),
    ):
        setattr(owner, ours.__name__, ours)
    server = ThreadedMotoServer("127.0.0.1", 0, verbose=False)
    server.start()
    print(server.get_host_and_port()[1], flush=True)
    sys.stdin.read()


def page(member: str, records: list[Any], token: str | None, size: int | str) -> dict[str, Any]:
    """One page of an answer, with the token of the next where there is one."""
    start, end = int(token or 0), int(token or 0) + int(size)
    return {member: records[start:end]} | ({"NextToken": str(end)} if end < len(records) else {})


if __name__ == "__main__":
    main()
