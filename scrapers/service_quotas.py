"""SageMaker's default quotas: for which instance types and uses AWS keeps a limit, Region by Region.

ListAWSDefaultServiceQuotas names one quota per instance type and use. A type with a quota is one that SageMaker knows
for that use in that Region: further evidence of what is offered, no more. The value is not read: a default of 0 says
that a new account has to ask first, not that the type is not offered.

A Region that this run did not ask, or that did not answer, keeps what the log says of it; the same goes for one that
the account no longer has enabled.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from typing import Any

from kb.dataset.log_specs import SERVICE_QUOTAS
from scrapers.base import Document, Remark, Rows, ignore
from scrapers.reading import aws, jsontree

CALL = "ListAWSDefaultServiceQuotas"

#: Entries per page, the most that the call gives.
PAGE_SIZE = 100

#: Share of the names of instance types in one Region that may be in no known form.
MAY_BE_UNKNOWN = 0.2

_TYPE = r"(?P<type>ml\.[a-z0-9-]+(?:\.[a-z0-9-]+)?)"
_JOBS = re.compile(rf"{_TYPE} for (?P<use>[a-z ]+) usage")
_APPS = re.compile(rf"(?P<use>[A-Za-z ]+) Apps running on {_TYPE} instances?")

#: What stands between "for" and "usage", or before "Apps", and our word for it. All apps belong to a Studio domain; a
#: spot instance of a cluster is an instance of a cluster.
_USAGES: Mapping[str, str] = {
    "cluster": "cluster",
    "cluster spot instance": "cluster",
    "endpoint": "endpoint",
    "notebook instance": "notebook",
    "processing job": "processing",
    "spot training job": "spot_training",
    "training job": "training",
    "training warm pool": "training_warm_pool",
    "transform job": "transform",
    "Canvas": "studio",
    "RSessionGateway": "studio",
    "RStudioServerPro": "studio",
    "Studio CodeEditor": "studio",
    "Studio JupyterLab": "studio",
    "Studio KernelGateway": "studio",
}

#: Capacity bought ahead: a limit of how much may be reserved, not of a use.
_RESERVED = re.compile(rf"Number of {_TYPE} instances in reserved capacity across training plans per Region")

#: Anything that looks like an instance type. AWS has names such as "cluster-ml-r7i-12xlarge for cluster usage".
_MENTION = re.compile(r"\bml[.-]", re.IGNORECASE)


class ServiceQuotas(aws.LiveApi):
    """Instance types that have a quota, per use and Region."""

    title = "Service Quotas: which instance types have a SageMaker quota, per use and Region"
    log = SERVICE_QUOTAS
    service, api = "service-quotas", "Service Quotas"

    def ask(self, client: Any, region: str) -> tuple[Document, ...]:
        """The default quotas of SageMaker in a Region."""
        arguments = {"ServiceCode": "sagemaker"}
        return (aws.listing(client, region, CALL, member="Quotas", key="QuotaCode", size=PAGE_SIZE, **arguments),)

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (usage, region, instance_type) of one Region.

        Quotas that name no instance type are other limits. Of those that do, one in no known form is told to `remark`.

        Raises:
            ScrapeError: Not JSON, another Region than the name says, a quota of another service or without code or
                name, a code that occurs twice, no quota that is understood, or too many that are not.
        """
        _, region = aws.region_of(document, CALL)
        root = jsontree.load(document)
        root["Region"].one_of(region)
        rows: Rows = {}
        codes: set[str] = set()
        understood, unknown = 0, 0
        for quota in root["Quotas"].elements():
            quota["ServiceCode"].one_of("sagemaker")
            code, name = quota["QuotaCode"].text(), quota["QuotaName"].text()
            if code in codes:
                quota["QuotaCode"].fail(f"{code} occurs twice")
            codes.add(code)
            if not _MENTION.search(name):
                continue
            match = _JOBS.fullmatch(name) or _APPS.fullmatch(name)
            usage = _USAGES.get(match["use"]) if match else None
            if match and usage:
                rows[usage, region, match["type"]] = "true"
                understood += 1
            elif not _RESERVED.fullmatch(name):
                remark(f"quota {code} of SageMaker is in no known form: {name!r}")
                unknown += 1
        if not understood:
            root["Quotas"].fail("no quota of an instance type in a known form")
        if unknown > (understood + unknown) * MAY_BE_UNKNOWN:
            root["Quotas"].fail(f"{unknown} of {understood + unknown} quotas of instance types are in no known form")
        return rows
