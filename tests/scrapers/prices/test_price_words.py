"""What one product of the price list says."""

from __future__ import annotations

import pytest

from kb.dataset.log_specs import PRICE_COMPONENTS, PRICE_LIST, REGION_LISTS, SAGEMAKER_API
from kb.dataset.logs import read_log
from kb.dataset.paths import data_dir
from scrapers.base import ScrapeError
from scrapers.prices.words import ANY, TYPE, Finding, judge, prefix
from tests.scrapers.prices.offers import WORDS, others, product

FACT = Finding("hosting", "ml.m5.xlarge", is_fact=True)


def hosting(**attributes: str | None) -> Finding:
    """The finding about a hosting product with these attributes changed."""
    return judge(product("us-east-1", "hosting", "ml.m5.xlarge", **attributes)["attributes"], "f.json at $.products.S1")


def test_every_component_of_the_log_has_words() -> None:
    assert set(WORDS) == set(PRICE_COMPONENTS)
    for component in WORDS:
        attributes = product("us-east-1", component, "ml.p6-b200.48xlarge")["attributes"]
        assert judge(attributes, "here") == Finding(component, "ml.p6-b200.48xlarge", is_fact=True)


@pytest.mark.parametrize(
    "attributes",
    [
        {},
        {"usagetype": "Host:ml.m5.xlarge"},
        {"usagetype": "EU-Host:ml.m5.xlarge"},
        {"instanceType": "ml.m5.xlarge-hosting"},
        {"instanceType": "ml.m5.xlarge"},
        {"instanceType": "NA"},
        {"instanceType": None},
        {"instanceType": None, "component": None},
        {"instanceType": None, "component": None, "platoinstancetype": None},
        {"instanceName": None},
        {"instanceName": "N/A", "instanceType": "NA"},
        {"instanceName": None, "instanceType": None, "component": None, "platoinstancetype": None},
        {"component": "HOSTING", "platoinstancetype": ""},
        {"memory": "2048 GiB", "vCpu": ""},
        {"memory": None, "vCpu": None, "computeType": None},
    ],
)
def test_missing_and_oddly_written_attributes_do_not_matter(attributes: dict[str, str | None]) -> None:
    assert hosting(**attributes) == FACT


@pytest.mark.parametrize(
    ("component", "attributes"),
    [
        ("async_inference", {"component": "Async Inference"}),
        ("async_inference", {"component": "Async-Inf", "platoinstancetype": None}),
        ("transform", {"component": "BatchTransform", "instanceType": "ml.m5.xlarge-Transform"}),
        ("studio", {"usagetype": "USE1-Studio:KernelGateway-ml.m5.xlarge", "component": "Studio-Notebook"}),
        ("studio", {"usagetype": "USE1-Studio:CodeEditor-ml.m5.xlarge", "platoinstancetype": "studio-codeeditor"}),
        ("studio", {"usagetype": "USE1-Studio:ml.m5.xlarge"}),
        ("cluster", {"instanceType": "ml.m5.xlarge-cluster"}),
    ],
)
def test_the_words_of_a_component(component: str, attributes: dict[str, str | None]) -> None:
    found = judge(product("eu-west-1", component, "ml.m5.xlarge", **attributes)["attributes"], "here")
    assert found == Finding(component, "ml.m5.xlarge", is_fact=True)


@pytest.mark.parametrize(
    ("attributes", "message"),
    [
        ({"usagetype": "USE1-Train:ml.m5.xlarge"}, r"usage word 'Train' contradicts component 'Hosting'"),
        ({"component": "Training"}, r"usage word 'Host' contradicts component 'Training'"),
        ({"platoinstancetype": "Notebook"}, r"usage word 'Host' contradicts platoinstancetype 'Notebook'"),
        ({"instanceType": "ml.m5.xlarge-Cluster"}, r"contradicts instanceType ending '-Cluster'"),
        ({"component": "TensorBoard"}, r"usage word 'Host' contradicts component 'TensorBoard'"),
        ({"component": "SpotTraining"}, r"usage word 'Host' contradicts component 'SpotTraining'"),
        ({"instanceName": "ml.m5.2xlarge"}, r"'USE1-Host:ml.m5.xlarge' contradicts instanceName 'ml.m5.2xlarge'"),
        ({"instanceType": "ml.m5d.xlarge-Hosting"}, r"contradicts instanceType 'ml.m5d.xlarge-Hosting'"),
        ({"usagetype": "USE1-Host:ml.m5.large"}, r"usagetype 'USE1-Host:ml.m5.large' contradicts instanceName"),
        ({"usagetype": None}, "no usagetype"),
        ({"usagetype": ""}, "no usagetype"),
    ],
)
def test_a_contradiction_is_refused_and_names_the_sku_and_both(attributes: dict[str, str | None], message: str) -> None:
    with pytest.raises(ScrapeError, match=message) as caught:
        hosting(**attributes)
    assert "$.products.S1" in str(caught.value)


@pytest.mark.parametrize(
    ("attributes", "component", "problem"),
    [
        ({"usagetype": "USE1-Hst:ml.m5.xlarge"}, "hosting", "unknown usage word 'Hst'"),
        ({"usagetype": "USE1-host:ml.m5.xlarge"}, "hosting", "unknown usage word 'host'"),
        ({"usagetype": "USE1-Host:Spot-ml.m5.xlarge"}, "hosting", "unknown usage word 'Host:Spot'"),
        ({"usagetype": "?"}, "hosting", r"unknown usagetype '?'"),
        ({"component": "HyperPod"}, "hosting", "unknown component 'HyperPod'"),
        ({"platoinstancetype": "HyperPod"}, "hosting", "unknown platoinstancetype 'HyperPod'"),
        ({"instanceType": "ml.m5.xlarge-HyperPod"}, "hosting", "unknown instanceType ending '-HyperPod'"),
        ({"instanceName": "m5.xlarge"}, "hosting", "no known form of an instance type in instanceName 'm5.xlarge'"),
        ({"usagetype": "USE1-Host:ml.m5.xlarge "}, "hosting", "no known form of an instance type in usagetype"),
        ({"instanceType": "?"}, "hosting", "no known form of an instance type in instanceType '?'"),
        (
            {"usagetype": "USE1-Hst:ml.m5.xlarge", "component": None, "platoinstancetype": None, "instanceType": None},
            ANY,
            "unknown usage word 'Hst'",
        ),
    ],
)
def test_what_is_in_no_known_form_is_no_fact_but_says_what_it_may_have_been(
    attributes: dict[str, str | None], component: str, problem: str
) -> None:
    found = hosting(**attributes)
    assert found.problem.startswith(problem), found.problem
    assert (found.component, found.instance_type) == (component, "ml.m5.xlarge")
    assert not found.is_fact
    assert not found.is_understood


@pytest.mark.parametrize(
    "name", ["ml.u-p6e-gb200x36", "ml.t3.quartermicro", "ml.geospatial.interactive", "ml.m.xlarge"]
)
def test_a_type_in_no_known_form_is_reported(name: str) -> None:
    found = judge(product("us-east-1", "cluster", name)["attributes"], "here")
    assert not found.is_fact
    assert not found.is_understood
    assert found.instance_type == ""
    assert name in found.problem


@pytest.mark.parametrize("usage", ["USE1-Host:VolumeUsage.gp2", "USE1-Host", "USE1-Host:", "USE1-Host:X1-ml.m5.xlarge"])
def test_a_usage_type_without_a_type_is_reported_whatever_the_rest_says(usage: str) -> None:
    found = hosting(usagetype=usage)
    assert found == Finding("hosting", "ml.m5.xlarge", problem=found.problem, is_understood=False)
    assert found.problem == f"no known form of an instance type in usagetype {usage!r}"
    assert hosting(usagetype=usage, instanceName=None, instanceType="NA").instance_type == ""


def test_products_that_are_something_else_give_no_fact_and_no_remark() -> None:
    found = {
        one["attributes"]["usagetype"]: judge(one["attributes"], "here")
        for one in others("us-east-1")
        if one["productFamily"] == "ML Instance" and one["attributes"]["locationType"] == "AWS Region"
    }
    assert len(found) == 9
    assert not any(one.is_fact or one.problem or not one.is_understood for one in found.values())
    # only a special price of a known component may stand for the component's own
    unclear = {usage for usage, one in found.items() if one.instance_type}
    assert unclear == {"USE1-Train:ml.p5.48xlarge", "USE1-Processing:ml.m5.4xlarge"}


def test_a_special_price_beside_the_common_one_is_reported() -> None:
    attributes = product("us-east-1", "training", "ml.p3.2xlarge", component="SpotTraining")["attributes"]
    found = judge(attributes, "here")
    assert found.problem == "component 'SpotTraining' beside platoinstancetype 'Training'"
    assert (found.component, found.instance_type, found.is_fact) == ("training", "ml.p3.2xlarge", False)


def test_all_types_of_the_shipped_logs_are_in_the_known_form() -> None:
    names = set()
    for spec, column in ((REGION_LISTS, 2), (SAGEMAKER_API, 1), (PRICE_LIST, 2)):
        path = spec.path(data_dir())
        if path.exists():
            names |= {key[column] for key in read_log(path, spec).state}
    assert len(names) > 400
    assert {name for name in names if not TYPE.fullmatch(name)} == {"system", "ml.geospatial.interactive"}


def test_the_start_of_a_usage_type() -> None:
    assert [prefix(text) for text in ("USE1-Host:ml.m5.xlarge", "EU-Train:x", "Host:x", "APS10-Host:x", "???")] == [
        "USE1",
        "EU",
        "",
        "APS10",
        "",
    ]
