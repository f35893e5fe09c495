"""What the words of the price list say: which instance type a product is of, and for which component.

A product says both several times: in its usage type (`USE1-Host:ml.m5.xlarge`), in the attributes `component` and
`platoinstancetype`, in `instanceName`, and in `instanceType` with its suffix (`ml.m5.xlarge-Hosting`). Any of them may
be missing. They are compared: what they agree on is a fact, where two of them contradict each other the
document is refused, and what is in no known form is no fact.

Known words: those that cfn-lint's updater and public readers of the same list go by. Upper and lower case and
punctuation differ between products (`Studio-JupyterLab`, `studio-jupyterlab`), so words are compared without them; a
word of a usage type is compared as it is.
"""

from __future__ import annotations

import re
from collections.abc import Mapping
from dataclasses import dataclass
from itertools import combinations

from scrapers.base import ScrapeError

REMEDY = "Compare the document with the scraper; nothing was written."

#: An instance type in the only form that is known; `ml.u-p6e-gb200x36`, for one, is in none.
TYPE = re.compile(r"ml\.[a-z]+[0-9]+[a-z0-9]*(?:-[a-z0-9]+)*\.(?:nano|micro|small|medium|large|[0-9]*xlarge|metal)")

#: In the place of a component: any of them.
ANY = "*"

#: Attributes that are read; the others (memory, vCpu, ...) are inconsistent and not needed.
ATTRIBUTES = frozenset(
    {
        "component",
        "instanceName",
        "instanceType",
        "locationType",
        "platoinstancetype",
        "regionCode",
        "servicecode",
        "usagetype",
    }
)

_USAGE_WORDS = {
    "AsyncInf": "async_inference",
    "Cluster": "cluster",
    "Host": "hosting",
    "Notebk": "notebook",
    "Processing": "processing",
    "Studio": "studio",
    "Train": "training",
    "Tsform": "transform",
}
_STUDIO_APPS = frozenset({"", "CodeEditor", "JupyterLab", "KernelGateway"})
_WORDS = {
    "asyncinf": "async_inference",
    "asyncinference": "async_inference",
    "batchtransform": "transform",
    "cluster": "cluster",
    "hosting": "hosting",
    "notebook": "notebook",
    "processing": "processing",
    "studiocodeeditor": "studio",
    "studiojupyterlab": "studio",
    "studiokernelgateway": "studio",
    "studionotebook": "studio",
    "training": "training",
    "transform": "transform",
}
#: Another price for what a component does: it does not say that the type can be had at the component's own price.
_SPECIAL_WORDS = {
    "clusterreserved": "cluster",
    "reservedcluster": "cluster",
    "processingdw": "processing",
    "processinggeo": "processing",
    "spottraining": "training",
    "studio": ANY,  # seen for Data Wrangler, whose products run in Studio
    "trainingplaninuse": ANY,
    "trainingplanunused": ANY,
}
#: Starts of words for what is no component of the log.
_OTHER_STARTS = ("canvas", "datawrangler", "geospatial", "rstudio", "serverless", "tensorboard")
#: Apps in a usage type of Studio that are priced as something else.
_OTHER_APPS = frozenset({"Canvas", "DW", "RServer", "RSession", "RSessionGateway", "TensorBoard"})
_SILENT = frozenset({"", "NA", "N/A"})
#: Attributes whose whole text is a word for the component.
_DESCRIPTIONS = ("component", "platoinstancetype")

_USAGE = re.compile(r"(?:(?P<prefix>[A-Z]{2,4}[0-9]{0,2})-)?(?P<word>[A-Za-z][A-Za-z0-9_-]*)(?::(?P<rest>.*))?")
_APP = re.compile(r"(?P<app>[A-Za-z]+)-(?P<name>ml\..*)")
_SUFFIXED = re.compile(rf"(?P<name>{TYPE.pattern})(?:-(?P<suffix>[A-Za-z][A-Za-z0-9_:-]*))?")


@dataclass(frozen=True)
class Finding:
    """What a product turned out to be.

    Attributes:
        component: The component, or `ANY` where it is not clear which.
        instance_type: The type; empty where none is named, or the product is nothing that the log has.
        is_fact: Whether its attributes agree on both.
        problem: What is not understood, in words; empty where all is.
        is_understood: False where the product counts as not understood.
    """

    component: str = ANY
    instance_type: str = ""
    is_fact: bool = False
    problem: str = ""
    is_understood: bool = True


@dataclass(frozen=True)
class _Opinion:
    """What one attribute says of the component.

    Attributes:
        mention: Attribute, and its text.
        component: A component, `ANY`, or empty: nothing known.
        is_special: Another price for that component, or (with an empty component) for something else.
    """

    mention: str
    component: str = ""
    is_special: bool = False

    @property
    def is_plain(self) -> bool:
        """Whether it names a component at its own price."""
        return bool(self.component) and not self.is_special

    @property
    def is_unknown(self) -> bool:
        """Whether its word is not known."""
        return not self.component and not self.is_special


def prefix(usagetype: str) -> str:
    """The start of a usage type that stands for a Region ("USE1"); empty where it has none."""
    match = _USAGE.fullmatch(usagetype)
    return (match["prefix"] or "") if match else ""


def judge(attributes: Mapping[str, str], where: str) -> Finding:
    """Compare what one product says of itself.

    Args:
        attributes: Those of `ATTRIBUTES` that it has.
        where: Document and place, for messages; ends with the sku.

    Raises:
        ScrapeError: It has no usage type, or two attributes contradict each other.
    """
    usagetype = attributes.get("usagetype", "")
    if not usagetype:
        raise ScrapeError(where, "no usagetype", REMEDY)
    said = {name: text for name, text in attributes.items() if text not in _SILENT}
    usage, usage_name = _read_usage(usagetype)
    suffix, suffixed_name = _read_instance_type(said.get("instanceType", ""))
    described = [_opinion(f"{name} {said[name]!r}", said[name]) for name in _DESCRIPTIONS if name in said]
    described += suffix
    opinions = [usage, *described]
    for one, other in combinations((each for each in opinions if not each.is_unknown), 2):
        if one.component != other.component and ANY not in (one.component, other.component):
            raise ScrapeError(where, f"{one.mention} contradicts {other.mention}", REMEDY)
    special = next((one for one in opinions if one.is_special), None)
    names = {
        f"usagetype {usagetype!r}": usage_name,
        f"instanceName {said.get('instanceName')!r}": said.get("instanceName", ""),
        f"instanceType {said.get('instanceType')!r}": suffixed_name,
    }
    instance_type, type_problem = _agreed_type(names, where, may_differ=special is not None)

    plain = next((one for one in opinions if one.is_plain), None)
    component = plain.component if plain is not None else ANY
    if special is not None:
        beside = next((one for one in described if one.is_plain), None)
        problem = "" if beside is None else f"{special.mention} beside {beside.mention}"
        return Finding(component, instance_type if plain is not None else "", problem=problem)
    unknown = next((one for one in opinions if one.is_unknown), None)
    problem = f"unknown {unknown.mention}" if unknown is not None else type_problem
    return Finding(component, instance_type, is_fact=not problem, problem=problem, is_understood=not problem)


def _agreed_type(names: Mapping[str, str], where: str, *, may_differ: bool) -> tuple[str, str]:
    """The type that the attributes name, or empty; and what is not understood about it."""
    said = [(mention, name) for mention, name in names.items() if name]
    known = [(mention, name) for mention, name in said if TYPE.fullmatch(name)]
    for (one, name), (other, other_name) in combinations(known, 2):
        if name != other_name and not may_differ:
            raise ScrapeError(where, f"{one} contradicts {other}", REMEDY)
    odd = next((mention for mention, name in said if not TYPE.fullmatch(name)), "")
    return known[0][1] if known else "", odd and f"no known form of an instance type in {odd}"


def _read_usage(text: str) -> tuple[_Opinion, str]:
    """Opinion of a usage type, and what stands in it where an instance type should."""
    match = _USAGE.fullmatch(text)
    if match is None:
        return _Opinion(f"usagetype {text!r}"), text
    word, rest = match["word"], match["rest"] or ""
    app, name = "", rest or text
    with_app = _APP.fullmatch(rest)
    if with_app is not None:
        app, name = with_app["app"], with_app["name"]
    mention = f"usage word {':'.join(part for part in (word, app) if part)!r}"
    component = _USAGE_WORDS.get(word, "")
    is_free_tier = name.endswith("Parent")
    if is_free_tier or (component == "studio" and app in _OTHER_APPS):
        return _Opinion(mention, ANY, is_special=True), name
    if component:
        is_known = app in _STUDIO_APPS if component == "studio" else not app
        return _Opinion(mention, component if is_known else ""), name
    heard = _opinion(mention, word)
    return (heard if heard.is_special else _Opinion(mention)), name


def _read_instance_type(text: str) -> tuple[list[_Opinion], str]:
    """Opinion of the suffix of an `instanceType`, none where it has none; and the instance type."""
    match = _SUFFIXED.fullmatch(text)
    if match is None:
        return [], text
    suffix = match["suffix"] or ""
    if suffix in _SILENT:
        return [], match["name"]
    return [_opinion(f"instanceType ending '-{suffix}'", suffix)], match["name"]


def _opinion(mention: str, text: str) -> _Opinion:
    word = re.sub(r"[^a-z0-9]", "", text.lower())
    if word in _WORDS:
        return _Opinion(mention, _WORDS[word])
    if word in _SPECIAL_WORDS:
        return _Opinion(mention, _SPECIAL_WORDS[word], is_special=True)
    if "free" in word:
        return _Opinion(mention, ANY, is_special=True)
    return _Opinion(mention, is_special=word.startswith(_OTHER_STARTS))
