"""Definitions inside other documents: state machines and pipelines, as structures or as text."""

from __future__ import annotations

from collections.abc import Iterator
from typing import Any

from kb.checker.documents import Embedded, JsonDocument, Unreadable
from kb.checker.model import Call, Document, Path
from kb.checker.readers import pipelines, stepfunctions
from kb.library.calls import Leaf, Unresolved


def definition_calls(value: Any, document: Document, path: Path, *, is_whole: bool = True) -> Iterator[Call]:
    """Yield the requests of a state machine or pipeline; nothing for anything else.

    Args:
        value: The definition: a structure, or JSON text in which ``${...}`` stands for what is put in later.
        document: The document around it.
        path: Place of the definition.
        is_whole: A text stands in the document as it is, and is not put together from parts.
    """
    if isinstance(value, Unresolved):
        yield unknown_call(value, document, path)
    elif not isinstance(value, str):
        for reader in (stepfunctions, pipelines):
            if reader.recognizes(value):
                yield from reader.calls(value, document, path)
    elif "sagemaker" in value.lower() or '"Steps"' in value:
        try:
            # a text of several lines begins on the line below its name
            inner = Embedded(JsonDocument(value), document, path, follows_lines=is_whole and "\n" in value.strip())
        except Unreadable as error:
            yield unknown_call(Unresolved(f"the definition inside is {error}"), document, path)
        else:
            yield from definition_calls(inner.data, inner, ())


def unknown_call(unresolved: Unresolved, document: Document, path: Path) -> Call:
    """Return a call that only says that something is not known."""
    return Call("", document, path, "definition", unresolved=(Leaf(unresolved, path),))
