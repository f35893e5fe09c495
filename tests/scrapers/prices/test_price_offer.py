"""The parser of offer files: what a good one says, and that a damaged or changed one is refused."""

from __future__ import annotations

import json
import random
from collections.abc import Callable, Iterable
from typing import Any

import pytest

from kb.dataset.log_specs import REGION_LISTS
from kb.dataset.logs import read_log
from kb.dataset.paths import data_dir
from scrapers.base import Document, Rows, ScrapeError
from scrapers.prices.price_list import PriceList
from tests.scrapers.prices.offers import (
    WORDS,
    Product,
    as_bytes,
    as_product,
    offer,
    offer_file,
    others,
    product,
    region_index,
)

SCRAPER = PriceList()
REGION = "us-east-1"
LISTED = {
    "cluster": ["ml.p5.48xlarge", "ml.trn2.48xlarge"],
    "hosting": ["ml.g5.xlarge", "ml.m5.xlarge", "ml.p6-b200.48xlarge"],
    "notebook": ["ml.t3.medium"],
    "studio": ["ml.g5.xlarge"],
    "training": ["ml.m5.xlarge"],
}


def rows_of(listed: dict[str, list[str]], region: str = REGION) -> Rows:
    return {(component, region, name): "true" for component, names in listed.items() for name in names}


def parse(content: bytes, name: str = f"{REGION}.json", remarks: list[str] | None = None) -> Rows:
    """Rows of an offer file; those that are clear."""
    found = SCRAPER.parse(Document(name, content), (remarks if remarks is not None else []).append)
    return {key: value for key, value in found.items() if value}


def of(products: Iterable[Product], /, **members: Any) -> bytes:
    return as_bytes(offer_file(products, **members))


def many(count: int = 30) -> list[Product]:
    """Products enough for one of them to be odd."""
    return [product(REGION, "hosting", f"ml.m{number}.xlarge") for number in range(10, count + 10)]


def test_reads_types_per_component() -> None:
    remarks: list[str] = []
    assert parse(offer(REGION, LISTED), remarks=remarks) == rows_of(LISTED)
    assert remarks == []
    assert parse(offer("eu-west-1", LISTED), "eu-west-1.json") == rows_of(LISTED, "eu-west-1")


def test_reads_what_the_packaged_lists_have_of_a_region() -> None:
    state = read_log(REGION_LISTS.path(data_dir()), REGION_LISTS).state
    for region in ("us-east-1", "us-gov-west-1"):
        listed: dict[str, list[str]] = {}
        for (component, place, name), value in state.items():
            if place == region and value == "true":
                listed.setdefault(component, []).append(name)
        assert sum(len(names) for names in listed.values()) > 200
        assert parse(offer(region, listed), f"{region}.json") == rows_of(listed, region)


def test_members_may_come_in_any_order_and_json_in_any_layout() -> None:
    made = offer_file([product(REGION, c, n) for c, names in LISTED.items() for n in names])
    turned = dict(reversed(made.items()))
    for layout in ({"indent": None}, {"indent": 8}, {"ensure_ascii": True, "separators": (",", ":")}):
        assert parse(json.dumps(turned, **layout).encode() + b"\n \n") == rows_of(LISTED)


def test_two_products_may_say_the_same() -> None:
    twice = [product(REGION, "hosting", "ml.m5.xlarge", operation=name) for name in ("RunInstance", "RunInstance:1")]
    assert parse(of(twice)) == {("hosting", REGION, "ml.m5.xlarge"): "true"}


def test_products_of_other_places_are_passed_over() -> None:
    elsewhere = [
        product(REGION, "hosting", "ml.c5.large", locationType="AWS Outposts"),
        product(REGION, "hosting", "ml.c5.xlarge", locationType="AWS Local Zone", regionCode="us-east-1-chi-1"),
        product(REGION, "hosting", "ml.c5.2xlarge", locationType="AWS Wavelength Zone", regionCode="us-east-1-wl1"),
    ]
    remarks: list[str] = []
    assert len(parse(of([*many(), *elsewhere]), remarks=remarks)) == 30
    assert remarks == []


@pytest.mark.parametrize(
    ("odd", "remark"),
    [
        (product(REGION, "cluster", "ml.u-p6e-gb200x36"), "no known form of an instance type in usagetype"),
        (product(REGION, "hosting", "ml.t3.quartermicro"), "no known form of an instance type"),
        (product(REGION, "hosting", "ml.m5.xlarge", component="HyperPod"), "unknown component 'HyperPod'"),
        (product(REGION, "hosting", "ml.m5.xlarge", usagetype="USE1-Hst:ml.m5.xlarge"), "unknown usage word 'Hst'"),
        (product(REGION, "hosting", "ml.m5.xlarge", locationType="AWS Moon"), "locationType 'AWS Moon' and"),
        (product(REGION, "hosting", "ml.m5.xlarge", locationType=None), "locationType '' and"),
        (product(REGION, "hosting", "ml.m5.xlarge", regionCode="global"), "regionCode 'global'"),
        (product(REGION, "hosting", "ml.m5.xlarge", regionCode="us-east-1-chi-1"), "regionCode 'us-east-1-chi-1'"),
        (as_product("ML Machine", product(REGION, "hosting", "ml.m5.xlarge")["attributes"]), "family 'ML Machine'"),
        (as_product("", product(REGION, "hosting", "ml.m5.xlarge")["attributes"]), "product family ''"),
        (
            product(REGION, "hosting", "ml.m5.xlarge", regionCode=None, usagetype="EU-Host:ml.m5.xlarge"),
            "no regionCode and usagetypes of a Region 'EU'",
        ),
    ],
)
def test_what_is_in_no_known_form_is_reported_with_its_sku(odd: Product, remark: str) -> None:
    remarks: list[str] = []
    assert len(parse(of([*many(), odd]), remarks=remarks)) == 30
    assert len(remarks) == 1
    assert remarks[0].startswith("us-east-1.json: ")
    assert remark in remarks[0]
    assert f"(1 product: sku {odd['sku']}, usagetype {odd['attributes']['usagetype']})" in remarks[0]


def test_remarks_are_counted_and_limited() -> None:
    odd = [product(REGION, "hosting", f"ml.c{n}.xlarge", component=f"Word {n}") for n in range(4, 29)]
    same = [product(REGION, "hosting", f"ml.r{n}.xlarge", component="Word") for n in range(4, 8)]
    remarks: list[str] = []
    parse(of([*many(600), *same, *odd]), remarks=remarks)
    assert len(remarks) == 21
    assert remarks[0].startswith("us-east-1.json: unknown component 'Word' (4 products, the first: sku ")
    assert remarks[-1] == "us-east-1.json: 6 more things that are not understood."


def test_an_unknown_family_with_contradictions_is_only_reported() -> None:
    odd = as_product("ML Plan", product(REGION, "hosting", "ml.m5.xlarge", component="Training")["attributes"])
    remarks: list[str] = []
    parse(of([*many(4), odd]), remarks=remarks)
    assert "product family 'ML Plan' with an instance type" in remarks[0]


def test_a_product_without_a_region_counts_by_the_start_of_its_usage_type() -> None:
    homeless = product(REGION, "hosting", "ml.c5.large", regionCode=None)
    assert ("hosting", REGION, "ml.c5.large") in parse(of([homeless, *many()]))


def test_too_many_not_understood_are_an_error() -> None:
    odd = [product(REGION, "hosting", f"ml.c{n}.xlarge", component="HyperPod") for n in range(4, 7)]
    assert len(parse(of([*many(57), *odd]))) == 57
    with pytest.raises(
        ScrapeError, match=r"3 of 59 instance products are not understood: unknown component 'HyperPod'"
    ):
        parse(of([*many(56), *odd]))


REFUSED: list[tuple[bytes, str]] = [
    (b"", "not a JSON document"),
    (b"   ", "not a JSON document"),
    (b"<!DOCTYPE html><html><body>Access Denied</body></html>", "not a JSON document"),
    (b'<?xml version="1.0"?><Error><Code>NoSuchKey</Code></Error>', "not a JSON document"),
    (b"[]", r"at \$: an object expected, found an array"),
    (b"null", r"at \$: an object expected, found null"),
    (b'"products"', r"at \$: an object expected, found text"),
    (b"{}", r"at \$: no member 'products'"),
    (b'\xef\xbb\xbf{"formatVersion" : "v1.0"}', "not a JSON document"),
    (of(many(), products={}), r"at \$.products: an empty object"),
    (of(many(), products=[]), r"at \$.products: an object expected, found an array"),
    (of(many(), products=None), r"at \$.products: an object expected, found null"),
    (of(many(), terms=[]), r"at \$.terms: an object expected, found an array"),
    (of(many(), offerCode="AmazonEC2"), r"at \$.offerCode: 'AmazonSageMaker' expected, found 'AmazonEC2'"),
    (of(many(), offerCode=1), r"at \$.offerCode: text expected, found a number"),
    (of(many(), formatVersion="v2.0"), r"at \$.formatVersion: 'v1.0' expected, found 'v2.0'"),
    (of(many(), products={"S": []}), r"at \$.products.S: an object expected, found an array"),
    (of(many(), products={"S": {"sku": "T", "attributes": {}}}), r"\$.products.S.sku: 'S' expected, found 'T'"),
    (of(many(), products={"S": {"attributes": {}}}), r"\$.products.S: no member 'sku'"),
    (of(many(), products={"S": {"sku": "S"}}), r"\$.products.S: no member 'attributes'"),
    (of(many(), products={"S": {"sku": "S", "attributes": "a"}}), r"S.attributes: an object expected, found text"),
    (of(many(), products={"S": {"sku": "S", "attributes": {"vCpu": 4}}}), r"vCpu: text expected, found a number"),
    (of(many(), products={"S": {"sku": "S", "attributes": {"gpu": {}}}}), r"gpu: text expected, found an object"),
    (of(many(), products={"S": {"sku": "S", "attributes": {"component": None}}}), r"text expected, found null"),
    (of(many(), products={"S": {"sku": "S", "productFamily": True}}), r"productFamily: text expected, found true or"),
    (of(many(), products={"S": {"sku": "S", "productFamily": "ML Instance "}}), "without outer blanks expected"),
    (of(many(), products={"": {"sku": "", "attributes": {}}}), r"'' is no sku"),
    (of(others(REGION)[:2]), r"no product of the family 'ML Instance'"),
    (of(others(REGION)), r"no instance type of a known component"),
    (of([*many(), product("us-west-2", "hosting", "ml.c5.large")]), "a product of the Region us-west-2"),
    (
        of([*many(), product(REGION, "hosting", "ml.c5.large", servicecode="AmazonEC2")]),
        "servicecode 'AmazonSageMaker'",
    ),
    (of([*many(), product(REGION, "hosting", "ml.c5.large", usagetype=None)]), "no usagetype"),
    (of([*many(), product(REGION, "hosting", "ml.c5.large", instanceName="ml.c5.xlarge")]), "contradicts instanceName"),
    (of([*many(), product(REGION, "hosting", "ml.c5.large", component="Training")]), "contradicts component"),
]


@pytest.mark.parametrize(("content", "message"), REFUSED)
def test_a_changed_file_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ScrapeError, match=message) as caught:
        parse(content)
    assert str(caught.value).startswith("us-east-1.json")


def test_a_file_of_another_region_or_name_is_refused() -> None:
    with pytest.raises(ScrapeError, match="a product of the Region us-east-1"):
        parse(offer(REGION, LISTED), "us-east-2.json")
    for name in ("index.json", "us-east-1", "us-west-2-lax-1.json", "US-EAST-1.json", ".json"):
        if name != "us-east-1":
            with pytest.raises(ScrapeError, match="not named after a Region"):
                parse(offer(REGION, LISTED), name)


def renamed(old: str, new: str) -> bytes:
    return offer(REGION, LISTED).replace(old.encode(), new.encode())


@pytest.mark.parametrize(
    ("content", "message"),
    [
        (renamed('"ML Instance"', '"ML Machine"'), "no product of the family 'ML Instance'"),
        (renamed('"productFamily"', '"family"'), "no product of the family 'ML Instance'"),
        (renamed('"usagetype"', '"usageType"'), "no usagetype"),
        (renamed('"attributes"', '"properties"'), "no member 'attributes'"),
        (renamed('"products"', '"items"'), "no member 'products'"),
        (renamed('"terms"', '"prices"'), "no member 'terms'"),
        (renamed('"offerCode"', '"code"'), "no member 'offerCode'"),
        (renamed('"sku"', '"id"'), "no member 'sku'"),
        (renamed("USE1-Host:", "USE1-Endpoint:"), "not understood: unknown usage word 'Endpoint' \\(3 "),
        (renamed("USE1-", "USE1/"), "not understood"),
        (renamed("ml.", "sm."), "contradicts component"),
        (renamed('"locationType"', '"locationKind"'), "not understood"),
        (renamed("us-east-1", "us-east-9"), "a product of the Region us-east-9"),
    ],
)
def test_a_file_with_other_words_throughout_is_refused(content: bytes, message: str) -> None:
    with pytest.raises(ScrapeError, match=message):
        parse(content)


@pytest.mark.parametrize("name", ["component", "platoinstancetype", "instanceName", "instanceType", "regionCode"])
def test_one_attribute_may_be_missing_throughout(name: str) -> None:
    content = renamed(f'"{name}"', f'"{name}X"')
    if name == "regionCode":  # nothing says then of which Region it is
        with pytest.raises(ScrapeError, match="no regionCode and usagetypes of a Region 'USE1'"):
            parse(content)
    else:
        assert parse(content).keys() >= rows_of(LISTED).keys() - {("processing", REGION, "ml.m5.4xlarge")}


def test_another_prefix_throughout_does_not_matter() -> None:
    assert parse(renamed("USE1-", "USE9-")) == rows_of(LISTED)
    assert parse(renamed("USE1-", "")) == rows_of(LISTED)


def test_an_unknown_member_is_reported() -> None:
    remarks: list[str] = []
    assert parse(of(many(), news={"a": [1, {}]}), remarks=remarks)
    assert remarks == ["us-east-1.json at $.news: not a known member of an offer file."]


def test_a_file_that_is_cut_off_is_refused_wherever_it_is_cut() -> None:
    content = offer(REGION, LISTED)
    assert content.endswith(b"}")
    ends = {*range(200), *range(len(content) - 400, len(content)), *range(0, len(content), 97)}
    for end in sorted(ends):
        with pytest.raises(ScrapeError, match="not a JSON document"):
            parse(content[:end])


def test_what_follows_the_object_is_refused() -> None:
    content = offer(REGION, LISTED)
    for rest in (b"x", b"{}", b"\x00", content, b" " * 100_000 + b"]"):
        with pytest.raises(ScrapeError, match="not a JSON document"):
            parse(content + rest)


def test_duplicate_keys_are_refused() -> None:
    content = of(many())
    sku = many()[3]["sku"].encode()
    twice: list[tuple[Callable[[bytes], bytes], str]] = [
        (lambda c: c.replace(b'"formatVersion" :', b'"offerCode" : "AmazonSageMaker", "formatVersion" :'), "offerCode"),
        (lambda c: c.replace(b'"terms" :', b'"products" : {}, "terms" :'), "products"),
        (lambda c: c.replace(b'"%b" : {' % sku, b'"%b" : {}, "%b" : {' % (sku, sku), 1), "no member 'sku'"),
        (
            lambda c: c.replace(b'"%b" : {' % many()[4]["sku"].encode(), b'"%b" : {' % sku, 1),
            "occurs twice in one object",
        ),
        (lambda c: c.replace(b'"productFamily" :', b'"productFamily" : "ML X", "productFamily" :', 1), "productFamily"),
        (lambda c: c.replace(b'"usagetype" :', b'"usagetype" : "x", "usagetype" :', 1), "usagetype"),
        (lambda c: c.replace(b'"vCpu" :', b'"vCpu" : "9", "vCpu" :', 1), "vCpu"),
    ]
    for change, message in twice:
        changed = change(content)
        assert changed != content
        with pytest.raises(ScrapeError, match=message):
            parse(changed)


def test_a_duplicate_sku_is_refused() -> None:
    one = as_bytes(many()[0])
    content = of(many()).replace(b'"products" : {', b'"products" : {"%b" : %b,' % (many()[0]["sku"].encode(), one))
    with pytest.raises(ScrapeError, match=r"at \$.products: key '[0-9A-F]{16}' occurs twice in one object"):
        parse(content)


@pytest.mark.parametrize("bad", [b"\xff", b"\xc0\x80", b"\xed\xa0\x80", b"\x00", b"\n", b"\\x", b"\xe2\x82"])
def test_invalid_text_is_refused(bad: bytes) -> None:
    content = offer(REGION, LISTED)
    for place in (b"RunInstance", b"USD 0.23 an hour", b'"usagetype', b"Prices for"):
        with pytest.raises(ScrapeError):
            parse(content.replace(place, place + bad, 1))


@pytest.mark.parametrize(
    "value",
    [b"[" * 200_000, b'{"a":' * 200_000, b"[" * 100 + b"]" * 100, b"9" * 5_000, b"NaN", b"1e", b"tru", b"'a'", b"//x"],
)
def test_values_that_no_offer_file_has_are_refused_wherever_they_are(value: bytes) -> None:
    content = offer(REGION, LISTED)
    for member in (b'"attributesList" : {}', b'"appliesTo" : []', b'"memory" : "16 GiB"', b'"Reserved" : 1'):
        name = member.partition(b" :")[0]
        changed = content.replace(member, name + b" : " + value, 1)
        if changed != content:
            with pytest.raises(ScrapeError):
                parse(changed)


def test_a_gigantic_value_is_refused_before_it_fills_the_memory() -> None:
    content = offer(REGION, LISTED)
    for filler in (b'"' + b"x" * 3_000_000 + b'"', b" " * 3_000_000 + b"1"):
        with pytest.raises(ScrapeError, match="more than 1,048,576 bytes without an end of a value"):
            parse(content.replace(b'"attributesList" : {}', b'"attributesList" : ' + filler))


def test_random_bytes_are_refused() -> None:
    chance = random.Random(7)
    for size in (1, 10, 1_000, 100_000):
        with pytest.raises(ScrapeError):
            parse(chance.randbytes(size))


def test_a_file_that_is_gone_is_an_error(tmp_path: Any) -> None:
    with pytest.raises(ScrapeError, match=r"us-east-1.json: cannot be read \(No such file"):
        SCRAPER.parse(Document("us-east-1.json", b"", file=tmp_path / "gone.json"))


def test_what_is_not_clear_stays_as_the_log_has_it() -> None:
    key = ("hosting", REGION, "ml.m5.xlarge")
    odd = [
        product(REGION, "hosting", "ml.m5.xlarge", component="HyperPod"),
        product(REGION, "hosting", "ml.c5.xlarge", usagetype="USE1-X:ml.c5.xlarge", component="?", instanceType=None),
        product(REGION, "hosting", "ml.r5.xlarge", component="?"),
    ]
    odd[1]["attributes"]["platoinstancetype"] = "NA"
    found = SCRAPER.parse(Document("us-east-1.json", of([*many(57), *odd])))
    assert found[key] == ""
    assert found["*", REGION, "ml.c5.xlarge"] == ""
    assert SCRAPER.rows_seen(found) == 57
    clear = {name: value for name, value in found.items() if value}
    state: Rows = {
        key: "true",
        ("training", REGION, "ml.c5.xlarge"): "true",
        ("training", "us-east-2", "ml.c5.xlarge"): "true",
        ("training", REGION, "ml.m5.xlarge"): "true",
        ("hosting", REGION, "ml.r5.xlarge"): "false",
    }
    kept = {key: "true", ("training", REGION, "ml.c5.xlarge"): "true"}
    assert SCRAPER.merge({"us-east-1.json": found}, state) == clear | kept
    assert SCRAPER.merge({"us-east-1.json": found}, {}) == clear


def test_a_special_price_is_no_sign_that_the_common_one_is_gone() -> None:
    spot = product(REGION, "training", "ml.p3.2xlarge", component="SpotTraining", platoinstancetype="SpotTraining")
    spot["attributes"]["instanceType"] = "NA"
    key = ("training", REGION, "ml.p3.2xlarge")
    found = SCRAPER.parse(Document("us-east-1.json", of([*many(), spot])))
    assert found[key] == ""
    assert SCRAPER.merge({"us-east-1.json": found}, {key: "true"})[key] == "true"
    assert key not in SCRAPER.merge({"us-east-1.json": found}, {})
    both = SCRAPER.parse(Document("us-east-1.json", of([spot, product(REGION, "training", "ml.p3.2xlarge")])))
    assert both[key] == "true"


def test_an_index_has_no_rows() -> None:
    assert SCRAPER.parse(Document("region_index.json", region_index(["us-east-1", "us-west-2"]))) == {}
    assert SCRAPER.parse(Document("cn/region_index.json", region_index(["cn-north-1"], "cn"))) == {}
    with pytest.raises(ScrapeError, match="not a JSON document"):
        SCRAPER.parse(Document("region_index.json", b"{"))


def test_all_components_of_a_key_are_parts_of_their_region() -> None:
    assert {SCRAPER.part(key) for key in rows_of({word: ["ml.m5.xlarge"] for word in WORDS})} == {REGION}
