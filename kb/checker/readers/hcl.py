"""Terraform files: resources in HCL, with the variables and locals of all files in their folder."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from kb.checker.documents import MAXIMUM_SOURCE_BYTES, Unreadable, decode, parsed, read_bytes
from kb.checker.expand import ABSENT
from kb.checker.model import Call, Path
from kb.checker.readers import terraform
from kb.checker.readers.hcl_values import Expression, Module, children, convert, key_of, text_of
from kb.library.calls import Unresolved

#: What names stand for around an expression.
Bindings = Mapping[str, Any]
#: Other files of the same folder that are looked at for variables and locals.
MAXIMUM_FILES = 100


def _parse(text: str) -> Any:
    """Parse `text` and return its body.

    Raises:
        Unreadable: it is not HCL, or too large.
        MissingExtraError: python-hcl2 is not installed.
    """
    return parsed(text, "HCL", "hcl2", "parses_to_tree", "Reading Terraform files").children[0]


def calls(text: str, file: FilePath | None) -> Iterator[Call]:
    """Yield the requests of a file.

    Args:
        text: Its content.
        file: Where it is, so that the other files of the folder can be looked at; None where it is nowhere.
    """
    body = _parse(text)
    stamps = _stamps(file.parent) if file else ()
    folder = _module(file.parent, stamps) if file else Module()
    module = Module(dict(folder.variables), dict(folder.locals))
    if file is None or file.name not in (name for name, _, _ in stamps):
        _declare(module, body)
    reader = _Reader(module)
    for block in _blocks(body):
        kind, *labels = _labels(block)
        if kind == "resource" and len(labels) == 2 and terraform.matters(labels[0]):
            yield from reader.resource(labels[0], f"{labels[0]}.{labels[1]}", block)


class _Reader:
    """Reads the resources of one file, and knows the line of each attribute, block and element that it has read."""

    def __init__(self, module: Module) -> None:
        self._module = module
        self._lines: dict[Path, int] = {}

    def line(self, path: Path) -> int:
        """Line of the longest part of `path` that there is."""
        return next((self._lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self._lines), 1)

    def _note(self, path: Path, node: Any) -> None:
        """Note where something stands."""
        self._lines[path] = int(getattr(node.meta, "line", 1))

    def _note_parts(self, node: Any, path: Path) -> None:
        """Note the lines of what is inside a value written out as an object or list."""
        parts = children(node)
        match str(node.data):
            case "expr_term" if len(parts) == 1:
                self._note_parts(parts[0], path)
            case "function_call" if len(parts) == 2 and text_of(parts[0]) == "jsonencode":
                self._note_parts(children(parts[1])[0], path)
            case "object":
                for part in parts:
                    self._note((*path, key_of(part)), part)
                    self._note_parts(part.children[-1], (*path, key_of(part)))
            case "tuple":
                for number, part in enumerate(parts):
                    self._note((*path, number), part)
                    self._note_parts(part, (*path, number))

    def resource(self, kind: str, name: str, block: Any) -> Iterator[Call]:
        """Yield the requests of a resource, or of each of its instances."""
        path: Path = ("resource", name)
        self._note(path, block)
        body = block.children[-2]
        each = _attributes(body).get("for_each")
        collection = None if each is None else self._module.only_value(convert(each.children[2], {}))
        instances = _instances(collection, "each")
        for bindings in [{}] if instances is None else instances:
            values: Any = self._body(body, bindings, path)
            if kind in terraform.DEFINITIONS:
                values = self._module.only_value(values)
            yield from terraform.resource_calls(kind, values, Call("", self, path, name), self._module.resolve)

    def _body(self, body: Any, bindings: Bindings, path: Path) -> dict[str, Any]:
        """Attributes as values, blocks as lists of structures."""
        found: dict[str, Any] = {}
        for name, attribute in _attributes(body).items():
            self._note((*path, name), attribute)
            self._note_parts(attribute.children[2], (*path, name))
            found[name] = convert(attribute.children[2], bindings)
        for block in _blocks(body):
            name, *labels = _labels(block)
            is_dynamic = name == "dynamic" and bool(labels)
            blocks = found.setdefault(labels[0] if is_dynamic else name, [])
            if not isinstance(blocks, list):
                continue
            if is_dynamic:
                blocks += self._dynamic(labels[0], block, bindings, (*path, labels[0], len(blocks)))
            else:
                place = (*path, name, len(blocks))
                self._note(place, block)
                blocks.append(self._body(block.children[-2], bindings, place))
        return found

    def _dynamic(self, name: str, block: Any, bindings: Bindings, path: Path) -> Iterator[Any]:
        """Blocks that are made from a list, the first at `path`."""
        body = block.children[-2]
        attributes = _attributes(body)
        content = next((b for b in _blocks(body) if _labels(b)[0] == "content"), None)
        self._note(path, block)
        if content is None or "for_each" not in attributes:
            return
        iterator = text_of(attributes["iterator"].children[2]) if "iterator" in attributes else name
        made_from = convert(attributes["for_each"].children[2], bindings)
        instances = _instances(self._module.only_value(made_from), iterator)
        if instances is None:
            yield Unresolved(f"the {name} blocks are made from a list that is not known here")
            return
        *above, first = path
        for number, own in enumerate(instances, int(first)):
            yield self._body(content.children[-2], {**bindings, **own}, (*above, number))


def _instances(collection: Any, iterator: str) -> list[Bindings] | None:
    """What the iterator stands for in each turn; None where there is no collection, or none that is known."""
    if not isinstance(collection, dict | list):
        return None
    pairs = collection.items() if isinstance(collection, dict) else zip(collection, collection, strict=True)
    return [{iterator: {"key": key, "value": value}} for key, value in pairs]


def _blocks(body: Any) -> list[Any]:
    return [child for child in children(body) if str(child.data) == "block"]


def _attributes(body: Any) -> dict[str, Any]:
    """Attributes of a body by name; the value of one is its third part."""
    return {text_of(child.children[0]): child for child in children(body) if str(child.data) == "attribute"}


def _labels(block: Any) -> list[str]:
    """Kind of a block and its labels; its body follows them."""
    return [text_of(head).strip('"') for head in children(block)[:-1]]


def _declare(module: Module, body: Any) -> None:
    """Add the variables and locals of a file."""
    for block in _blocks(body):
        kind, *labels = _labels(block)
        attributes = {name: node.children[2] for name, node in _attributes(block.children[-2]).items()}
        if kind == "locals":
            module.locals |= {name: Expression(node, {}) for name, node in attributes.items()}
        elif kind == "variable" and labels and labels[0] not in module.variables:
            default = convert(attributes["default"], {}) if "default" in attributes else None
            if default is None:
                default = Unresolved(f"the variable {labels[0]} has no default", is_given=True)
            elif default is ABSENT or default == "":
                default = Unresolved(f"the variable {labels[0]} is empty by default")
            module.variables[labels[0]] = default


def _stamps(folder: FilePath) -> tuple[tuple[str, int, int], ...]:
    """Terraform files of a folder, with what shows whether one has changed."""
    names = sorted(each.name for each in folder.glob("?*.tf"))
    stamps = []
    for name in [*names[:MAXIMUM_FILES], "terraform.tfvars"]:
        with contextlib.suppress(OSError):
            status = (folder / name).stat()
            stamps.append((name, status.st_mtime_ns, status.st_size))
    return tuple(stamps)


@functools.lru_cache(maxsize=8)
def _module(folder: FilePath, stamps: tuple[tuple[str, int, int], ...]) -> Module:
    """Variables and locals of a folder; a file that cannot be read declares none."""
    module = Module()
    for name in [name for name, _, size in stamps if size <= MAXIMUM_SOURCE_BYTES]:
        with contextlib.suppress(Unreadable):
            text = decode(read_bytes(folder / name))
            if name == "terraform.tfvars":
                given = _attributes(_parse(text))
                module.variables |= {variable: convert(node.children[2], {}) for variable, node in given.items()}
            elif "variable" in text or "locals" in text:
                _declare(module, _parse(text))
    return module
