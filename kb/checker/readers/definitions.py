"""Definitions inside other documents: state machines and pipelines, as structures or as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.checker.documents import Embedded, JsonDocument, Unreadable
from kb.checker.model import Call, Document, Path
from kb.checker.readers import pipelines, stepfunctions
from kb.library.calls import Leaf, Unresolved


def definition_calls(data: Any, document: Document, path: Path) -> Iterator[Call]:
    """Yield the requests of a state machine or pipeline; nothing for anything else."""
    for reader in (stepfunctions, pipelines):
        if reader.recognizes(data):
            yield from reader.calls(data, document, path)


def text_calls(text: str, document: Document, path: Path, *, is_block: bool) -> Iterator[Call]:
    """Yield the requests of a definition written as JSON text.

    Args:
        text: The definition; ``${...}`` stands for what is put in later.
        document: The document around it.
        path: Place of the text.
        is_block: The text stands line by line below its name.
    """
    if "sagemaker" not in text.lower() and '"Steps"' not in text:
        return
    try:
        inner = Embedded(JsonDocument(text), document, path, follows_lines=is_block)
    except Unreadable as error:
        yield unknown_call(Unresolved(f"the definition inside is {error}"), document, path)
        return
    yield from definition_calls(inner.data, inner, ())


def unknown_call(unresolved: Unresolved, document: Document, path: Path) -> Call:
    """Return a call that only says that something is not known."""
    return Call("", document, path, "definition", unresolved=(Leaf(unresolved, path),))
