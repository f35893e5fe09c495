"""Region indexes and offer files in the structure of the real price list, with as few or many products as a test needs.

The real structure, as far as it matters: products by sku, each with a family and attributes that are all text and
not all there; prices by sku in `terms`; among the products also those of other families (storage, serverless) and
special prices (spot, reserved, free tier), which are no instance types of a component.
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterable, Mapping
from pathlib import Path
from typing import Any

VERSION = "20260930120000"
HOST = "https://pricing.us-east-1.amazonaws.com"
INDEX_PATH = "/offers/v1.0/aws/AmazonSageMaker/current/region_index.json"

#: Start of the usage types of a Region.
PREFIXES = {
    "af-south-1": "AFS1",
    "ap-east-1": "APE1",
    "ap-northeast-1": "APN1",
    "ap-south-1": "APS3",
    "ap-southeast-2": "APS2",
    "ca-central-1": "CAN1",
    "cn-north-1": "CNN1",
    "cn-northwest-1": "CNW1",
    "eu-central-1": "EUC1",
    "eu-west-1": "EU",
    "sa-east-1": "SAE1",
    "us-east-1": "USE1",
    "us-east-2": "USE2",
    "us-gov-west-1": "UGW1",
    "us-west-2": "USW2",
}
#: Per component: the word of the usage type, `component`, `platoinstancetype`, suffix of `instanceType`.
WORDS = {
    "async_inference": ("AsyncInf:", "AsyncInf", "AsyncInf", "-AsyncInf"),
    "cluster": ("Cluster:", "Cluster", "Cluster", "-Cluster"),
    "hosting": ("Host:", "Hosting", "Hosting", "-Hosting"),
    "notebook": ("Notebk:", "Notebook", "Notebook", "-Notebook"),
    "processing": ("Processing:", "Processing", "Processing", "-Processing"),
    "studio": ("Studio:JupyterLab-", "studio-jupyterlab", "Studio-JupyterLab", ""),
    "training": ("Train:", "Training", "Training", "-Training"),
    "transform": ("Tsform:", "Batch Transform", "BatchTransform", "-BatchTransform"),
}

Product = dict[str, Any]


def region_index(regions: Iterable[str], partition: str = "aws") -> bytes:
    """A region index of these Regions; `partition` is "cn" for the price list of China."""
    return as_bytes(
        {
            "formatVersion": "v1.0",
            "disclaimer": "Prices for information only.",
            "publicationDate": "2026-09-30T12:00:00Z",
            "regions": {
                region: {"regionCode": region, "currentVersionUrl": offer_path(region, partition)} for region in regions
            },
        }
    )


def offer_path(region: str, partition: str = "aws") -> str:
    """Path of a Region's offer file on its site."""
    return f"/offers/v1.0/{partition}/AmazonSageMaker/{VERSION}/{region}/index.json"


def offer(region: str, listed: Mapping[str, Iterable[str]]) -> bytes:
    """An offer file that lists, per component, these types (with `ml.`), among products that are something else."""
    products = [product(region, component, name) for component, names in listed.items() for name in names]
    return as_bytes(offer_file([*products, *others(region)]))


def site(listed: Mapping[str, Mapping[str, Iterable[str]]]) -> dict[str, bytes]:
    """A whole price list, by path: the region index and the offer file of each Region."""
    files = {offer_path(region): offer(region, components) for region, components in listed.items()}
    return {INDEX_PATH: region_index(listed), **files}


def product(region: str, component: str, instance_type: str, /, **attributes: str | None) -> Product:
    """A product with every attribute that counts; None takes one out."""
    usage, word, plato, suffix = WORDS[component]
    family = instance_type.removeprefix("ml.").partition(".")[0]
    made: dict[str, str | None] = {
        "servicecode": "AmazonSageMaker",
        "location": f"Place of {region}",
        "locationType": "AWS Region",
        "instanceType": f"{instance_type}{suffix}",
        "vCpu": "" if family.startswith("trn") else "4",
        "physicalCpu": "N/A",
        "memory": "2 TiB" if family in {"p5", "p5en", "trn2"} else "16 GiB",
        "gpu": "N/A",
        "operation": "RunInstance",
        "regionCode": region,
        "component": word,
        "computeType": "General purpose",
        "instanceName": instance_type,
        "platoinstancename": family,
        "platoinstancetype": plato,
        "usagetype": f"{PREFIXES.get(region, 'XXX1')}-{usage}{instance_type}",
        "servicename": "Amazon SageMaker",
    }
    return as_product("ML Instance", made | attributes)


def as_product(family: str, attributes: Mapping[str, str | None]) -> Product:
    """A product of a family with these attributes; its sku follows from them."""
    kept = {name: value for name, value in attributes.items() if value is not None}
    sku = hashlib.sha256(repr((family, sorted(kept.items()))).encode()).hexdigest()[:16].upper()
    return {"sku": sku, "productFamily": family, "attributes": kept}


def others(region: str) -> list[Product]:
    """Products that are no instance type of a component: other families, special prices, other things."""
    start = PREFIXES.get(region, "XXX1")

    def made(family: str, usage: str, **attributes: str) -> Product:
        common = {"servicecode": "AmazonSageMaker", "locationType": "AWS Region", "regionCode": region}
        return as_product(family, {**common, "usagetype": f"{start}-{usage}", **attributes})

    def instance(usage: str, word: str, name: str, **attributes: str) -> Product:
        words = {"component": word, "platoinstancetype": word, "instanceName": name}
        return made("ML Instance", usage, **words | attributes)

    return [
        made("Storage", "Host:VolumeUsage.gp2", volumeType="General Purpose"),
        made("ML Serverless", "ServerlessInf:Mem-4GB", component="Serverless Inference"),
        made("ML Instance", "ServerlessTraining:FineTuning-model", component="ServerlessTraining:FineTuning"),
        instance("SpotTraining:ml.p3.2xlarge", "SpotTraining", "ml.p3.2xlarge"),
        instance("ReservedCluster:ml.p5.48xlarge", "Cluster-Reserved", "ml.p5.48xlarge"),
        instance("Train:ml.p5.48xlarge", "TrainingPlanInUse", "ml.p5.48xlarge"),
        instance("Processing:ml.m5.4xlarge", "Processing_DW", "ml.m5.4xlarge"),
        instance("Studio:DW-ml.m5.4xlarge", "Studio", "ml.m5.4xlarge"),
        instance("Studio:TensorBoard-ml.r5.large", "TensorBoard", "ml.r5.large"),
        instance("RStudio:RSession-ml.t3.medium", "RStudio:RSession", "ml.t3.medium", instanceType="NA"),
        instance("Host:ml.m.xlarge-HostingParent", "Hosting_Free", "ml.m.xlarge"),
        instance("Host:ml.c5.9xlarge", "Hosting", "ml.c5.9xlarge", locationType="AWS Outposts"),
    ]


def offer_file(products: Iterable[Product], /, **members: Any) -> dict[str, Any]:
    """An offer file of these products, each with a price."""
    by_sku = {one["sku"]: one for one in products}
    return {
        "formatVersion": "v1.0",
        "disclaimer": "Prices for information only.",
        "offerCode": "AmazonSageMaker",
        "version": VERSION,
        "publicationDate": "2026-09-30T12:00:00Z",
        "products": by_sku,
        "terms": {"OnDemand": {sku: price(sku) for sku in by_sku}},
        "attributesList": {},
    } | members


def price(sku: str) -> dict[str, Any]:
    """What `terms` says of one product."""
    term, rate = f"{sku}.JRTCKXETXF", f"{sku}.JRTCKXETXF.6YS6EN2CT7"
    dimension = {
        "rateCode": rate,
        "description": "USD 0.23 an hour",
        "beginRange": "0",
        "endRange": "Inf",
        "unit": "Hrs",
        "pricePerUnit": {"USD": "0.2300000000"},
        "appliesTo": [],
    }
    return {
        term: {
            "offerTermCode": "JRTCKXETXF",
            "sku": sku,
            "effectiveDate": "2026-09-01T00:00:00Z",
            "priceDimensions": {rate: dimension},
            "termAttributes": {},
        }
    }


def as_bytes(value: Any) -> bytes:
    """JSON as the price list writes it."""
    return json.dumps(value, indent=2, separators=(",", " : "), ensure_ascii=False).encode()


def write_large(path: Path, region: str, listed: Mapping[str, Iterable[str]], size: int) -> int:
    """Write an offer file of at least `size` bytes: the products of `offer`, many of other kinds, and their prices.

    Returns:
        The number of products.
    """
    made = [product(region, component, name) for component, names in listed.items() for name in names]
    made += others(region)
    usagetype = f"{PREFIXES[region]}-Data-Bytes"
    one = as_product("ML Data", {"servicecode": "AmazonSageMaker", "regionCode": region, "usagetype": usagetype})
    members = {"products": {one["sku"]: one}, "terms": {"OnDemand": {one["sku"]: price(one["sku"])}}}
    # of each pair of members: what stands around an entry, and the entry
    frames = {name: as_bytes(members[name]).partition(as_bytes(one["sku"]))[0] for name in members}
    entries = {
        "products": as_bytes({one["sku"]: one})[1:-1].strip(),
        "terms": as_bytes({one["sku"]: price(one["sku"])})[1:-1].strip(),
    }
    count = size // sum(len(entry) + 2 for entry in entries.values()) + 1
    known = offer_file(made)
    head = as_bytes({name: known[name] for name in known if name not in members})[:-1].rstrip()
    with path.open("wb") as stream:
        stream.write(head)
        for name, ours in (("products", known["products"]), ("terms", known["terms"]["OnDemand"])):
            stream.write(b",\n" + as_bytes(name) + b" : " + frames[name] + as_bytes(ours)[1:-1].rstrip())
            for number in range(count):
                stream.write(b",\n" + entries[name].replace(one["sku"].encode(), b"FILL%012d" % number))
            stream.write(b"}" * frames[name].count(b"{"))
        stream.write(b"\n}\n")
    return len(made) + count
