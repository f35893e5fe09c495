"""Watched sentences in the documentation strings of the SageMaker API model that botocore ships.

A place is `Shape.Member` for the documentation of a member, `Shape` for that of a shape, `operation Name` for that of
an operation, and `limits of Shape.Member` for what the model demands of the member's value, as a sentence made here.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import replace

from kb.dataset.log_specs import SAGEMAKER_API_DOCS
from scrapers.base import Document, Reading, Remark, Request, Rows, ScrapeError, Scraper, ignore
from scrapers.reading import jsontree, packages
from scrapers.sagemaker_api import API_VERSION, PACKAGE
from scrapers.sentences import watched
from scrapers.sentences.paragraphs import fragment

#: The model's path in a repository of botocore, as watched_sentences.csv has it. An installed botocore has it packed.
MODEL = PACKAGE.documents[0][-1]
_OPERATION = "operation "
_LIMITS = "limits of "


class SagemakerApiDocs(Scraper):
    """Watched sentences of the API model."""

    title = "SageMaker API model: fingerprints of the documentation that the rules rest on (botocore)"
    log = SAGEMAKER_API_DOCS

    def fetch(self, request: Request) -> Iterator[Reading]:
        """The installed or named botocore, or every release in a git history whose model differs.

        Raises:
            ScrapeError: The package is missing, or a sentence is watched in a document that is not the model.
            InputError: The table of watched sentences is not in order.
        """
        sentences = watched.of_source(request, self.source)
        for one in sentences:
            if one.document != MODEL:
                raise ScrapeError(
                    one.sentence_id, f"is watched in {one.document}", f"The documentation strings are in {MODEL}."
                )
        profile = watched.profile(sentences)
        git_dir = request.git_dir
        for reading in packages.read_releases(PACKAGE, git_dir) if git_dir else packages.read(PACKAGE, request):
            yield replace(reading, documents=tuple(replace(one, profile=profile) for one in reading.documents))

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (sentence_id, fact) of one service model.

        A member that a release does not have, or that does not say any of the words, has no rows.

        Raises:
            ScrapeError: Not JSON, not this API version, a member of the wrong form, or a model without documentation.
        """
        model = jsontree.load(document)
        version = model["metadata"]["apiVersion"]
        if version.text() != API_VERSION:
            version.fail(f"API version {API_VERSION} expected, found {version.value}")
        found = [(sentence, _text(model, sentence.place)) for sentence in watched.of_document(document)]
        there = [(sentence, text) for sentence, text in found if text is not None]
        silent = sum(not text for _, text in there)
        if silent * 2 > len(there):
            model["shapes"].fail(f"{silent} of {len(there)} watched members have no documentation: it was left out")
        rows: Rows = {}
        for sentence, text in there:
            rows |= watched.rows_of(sentence, fragment(text))
        return rows


def _text(model: jsontree.Node, place: str) -> str | None:
    """The text at a place, empty where nothing is said; None where the model has no such place."""
    if place.startswith(_OPERATION):
        return _documentation(model["operations"].optional(place.removeprefix(_OPERATION)))
    name, _, member = place.removeprefix(_LIMITS).partition(".")
    shape = model["shapes"].optional(name)
    node = shape["members"].optional(member) if shape is not None and member else shape
    if shape is None or node is None or not member or not place.startswith(_LIMITS):
        return _documentation(node)
    required = shape.optional("required")
    return _limits(model, node, required is not None and member in required.texts())


def _documentation(node: jsontree.Node | None) -> str | None:
    text = None if node is None else node.optional("documentation")
    if text is None:
        return None if node is None else ""
    if not isinstance(text.value, str):
        text.fail("text expected")
    return str(text.value)


def _limits(model: jsontree.Node, member: jsontree.Node, is_required: bool) -> str:
    shape = model["shapes"][member["shape"].text()]
    said = [f"A value of type {shape['type'].text()} that is {'required' if is_required else 'optional'}"]
    bounds = [(name, shape.optional(name)) for name in ("min", "max")]
    said += [f"{name} {jsontree.plain(bound.number())}" for name, bound in bounds if bound is not None]
    return ", ".join(said) + "."
