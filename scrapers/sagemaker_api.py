"""Instance-type enums of the SageMaker API, from the service model that botocore ships.

The model lists, per enum shape, the values that the API takes. Every shape that has at least one `ml.` value is
followed, with all its values: `AppInstanceType` also has `system`, which is no instance type but an answer to "which
value may I pass". From git, every release since 2017-11-29 (1.8.4, the first with SageMaker) is read.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.dataset.log_specs import SAGEMAKER_API
from scrapers.base import Document, Reading, Remark, Request, Rows, Scraper, ignore
from scrapers.reading import jsontree, packages

API_VERSION = "2017-07-24"
_MODEL = f"botocore/data/sagemaker/{API_VERSION}/service-2.json"

#: Enums that every release so far has had. One of them missing means that the model is built differently now.
LASTING_SHAPES = ("InstanceType", "ProductionVariantInstanceType", "TrainingInstanceType")

PACKAGE = packages.Package(
    name="botocore",
    module="botocore",
    documents=((f"{_MODEL}.gz", _MODEL),),
    repository="https://github.com/boto/botocore",
)


class SagemakerApi(Scraper):
    """Enums of the SageMaker API model."""

    title = "SageMaker API model: which instance types each enum lists (botocore)"
    log = SAGEMAKER_API

    def fetch(self, request: Request) -> Iterator[Reading]:
        """The installed or named botocore, or every release in a git history whose model differs."""
        return packages.read(PACKAGE, request)

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (enum_shape, enum_value) of one service model.

        Raises:
            ScrapeError: Not JSON, not this API version, an enum of the wrong form, or a lasting shape without `ml.`
                values.
        """
        model = jsontree.load(document)
        version = model["metadata"]["apiVersion"]
        if version.text() != API_VERSION:
            version.fail(f"API version {API_VERSION} expected, found {version.value}")
        shapes = model["shapes"]
        rows: Rows = {}
        for name, shape in shapes.members():
            enum = shape.optional("enum")
            if enum is None:
                continue
            values = enum.texts()
            if any(value.startswith("ml.") for value in values):
                shape["type"].one_of("string")
                rows.update({(name, value): "true" for value in values})
        followed = {name for name, _ in rows}
        for name in LASTING_SHAPES:
            if name not in followed:
                shapes.fail(f"no enum {name} with ml. values")
        return rows
