"""Terraform files: resources in HCL, with the variables and locals of all files in their folder."""

from __future__ import annotations

import contextlib
import functools
from collections.abc import Iterator, Mapping
from pathlib import Path as FilePath
from typing import Any

from kb.checker.documents import MAXIMUM_SOURCE_BYTES, Unreadable, decode, read_bytes
from kb.checker.expand import ABSENT
from kb.checker.model import Call, Path
from kb.checker.readers import terraform
from kb.checker.readers.hcl_values import Expression, Module, convert, key_of, text_of
from kb.errors import MissingExtraError, need
from kb.library.calls import Unresolved

#: What names stand for around an expression.
Bindings = Mapping[str, Any]
#: Other files of the same folder that are looked at for variables and locals.
MAXIMUM_FILES = 100


class HclDocument:
    """A parsed file that knows the line of each attribute, block and element."""

    def __init__(self, text: str) -> None:
        """Parse `text`.

        Raises:
            Unreadable: it is not HCL, or too large.
            MissingExtraError: python-hcl2 is not installed.
        """
        self.tree = _parse(text)
        self._lines: dict[Path, int] = {}

    def note(self, path: Path, node: Any) -> None:
        """Note where something stands."""
        self._lines[path] = int(getattr(node.meta, "line", 1))

    def line(self, path: Path) -> int:
        """Line of the longest part of `path` that there is."""
        return next((self._lines[path[:n]] for n in range(len(path), -1, -1) if path[:n] in self._lines), 1)


def _parse(text: str) -> Any:
    if len(text) > MAXIMUM_SOURCE_BYTES:
        raise Unreadable(f"HCL larger than {MAXIMUM_SOURCE_BYTES // 2**20} MB, so it was not read")
    hcl2 = need("hcl2", "check", "Reading Terraform files")
    try:
        return hcl2.parses_to_tree(text)
    except MissingExtraError:
        raise
    except RecursionError:
        raise Unreadable("not read: it is nested too deeply") from None
    except Exception as error:  # lark's errors have no base in common with python-hcl2's
        line = getattr(error, "line", 1)
        problem = str(error).strip().split("\n", 1)[0][:200]
        raise Unreadable(f"not valid HCL: {problem}", line if isinstance(line, int) and line > 0 else 1) from error


def calls(text: str, file: FilePath | None) -> Iterator[Call]:
    """Yield the requests of a file.

    Args:
        text: Its content.
        file: Where it is, so that the other files of the folder can be looked at; None where it is nowhere.
    """
    document = HclDocument(text)
    stamps = _stamps(file.parent) if file else ()
    folder = _module(file.parent, stamps) if file else Module()
    module = Module(dict(folder.variables), dict(folder.locals))
    if file is None or file.name not in (name for name, _, _ in stamps):
        _declare(module, document.tree)
    reader = _Reader(document, module)
    for block in _blocks(document.tree.children[0]):
        kind, *labels = _labels(block)
        if kind == "resource" and len(labels) == 2 and terraform.matters(labels[0]):
            yield from reader.resource(labels[0], f"{labels[0]}.{labels[1]}", block)


class _Reader:
    """Reads the resources of one file."""

    def __init__(self, document: HclDocument, module: Module) -> None:
        self._document, self._module = document, module

    def resource(self, kind: str, name: str, block: Any) -> Iterator[Call]:
        """Yield the requests of a resource, or of each of its instances."""
        path: Path = ("resource", name)
        self._document.note(path, block)
        body = block.children[-2]
        each = _attributes(body).get("for_each")
        collection = None if each is None else self._module.only_value(convert(each.children[2], {}))
        instances = _instances(collection, "each")
        for bindings in [{}] if instances is None else instances:
            values: Any = self._body(body, bindings, path)
            if kind in terraform.DEFINITIONS:
                values = self._module.only_value(values)
            call = Call("", self._document, path, name)
            yield from terraform.resource_calls(kind, values, call, self._module.resolve)

    def _body(self, body: Any, bindings: Bindings, path: Path) -> dict[str, Any]:
        """Attributes as values, blocks as lists of structures."""
        found: dict[str, Any] = {}
        for name, attribute in _attributes(body).items():
            self._document.note((*path, name), attribute)
            _note_parts(attribute.children[2], self._document, (*path, name))
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
                self._document.note(place, block)
                blocks.append(self._body(block.children[-2], bindings, place))
        return found

    def _dynamic(self, name: str, block: Any, bindings: Bindings, path: Path) -> Iterator[Any]:
        """Blocks that are made from a list, the first at `path`."""
        body = block.children[-2]
        attributes = _attributes(body)
        content = next((b for b in _blocks(body) if _labels(b)[0] == "content"), None)
        self._document.note(path, block)
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


def _note_parts(node: Any, document: HclDocument, path: Path) -> None:
    """Note the lines of what is inside a value written out as an object or list."""
    kind = str(node.data)
    parts = [child for child in node.children if hasattr(child, "data")]
    if kind == "expr_term" and len(parts) == 1:
        _note_parts(parts[0], document, path)
    elif kind == "function_call" and len(parts) == 2 and text_of(parts[0]) == "jsonencode":
        _note_parts(parts[1].children[0], document, path)
    elif kind == "object":
        for part in parts:
            if str(part.data) == "object_elem":
                document.note((*path, key_of(part)), part)
                _note_parts(part.children[-1], document, (*path, key_of(part)))
    elif kind == "tuple":
        values = [part for part in parts if str(part.data) != "new_line_or_comment"]
        for number, part in enumerate(values):
            document.note((*path, number), part)
            _note_parts(part, document, (*path, number))


def _blocks(body: Any) -> list[Any]:
    return [child for child in body.children if hasattr(child, "data") and str(child.data) == "block"]


def _attributes(body: Any) -> dict[str, Any]:
    """Attributes of a body by name; the value of one is its third part."""
    nodes = [child for child in body.children if hasattr(child, "data") and str(child.data) == "attribute"]
    return {text_of(node.children[0]): node for node in nodes}


def _labels(block: Any) -> list[str]:
    """Kind of a block and its labels."""
    heads = [child for child in block.children[:-2] if hasattr(child, "data")]
    return [text_of(head).strip('"') for head in heads if str(head.data) != "new_line_or_comment"]


def _declare(module: Module, tree: Any) -> None:
    """Add the variables and locals of a file."""
    for block in _blocks(tree.children[0]):
        kind, *labels = _labels(block)
        attributes = {name: node.children[2] for name, node in _attributes(block.children[-2]).items()}
        if kind == "locals":
            for name, node in attributes.items():
                module.locals[name] = Expression(node, {})
        elif kind == "variable" and labels and labels[0] not in module.variables:
            default = convert(attributes["default"], {}) if "default" in attributes else None
            module.variables[labels[0]] = _default(labels[0], default)


def _default(name: str, default: Any) -> Any:
    if default is None:
        return Unresolved(f"the variable {name} has no default", is_given=True)
    if default is ABSENT or default == "":
        return Unresolved(f"the variable {name} is empty by default")
    return default


def _stamps(folder: FilePath) -> tuple[tuple[str, int, int], ...]:
    """Terraform files of a folder, with what shows whether one has changed."""
    try:
        names = sorted(each.name for each in folder.iterdir() if each.suffix == ".tf" and each.is_file())
    except OSError:
        names = []
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
    for name, _, size in stamps:
        if size > MAXIMUM_SOURCE_BYTES:
            continue
        try:
            text = decode(read_bytes(folder / name))
            if name == "terraform.tfvars":
                for variable, attribute in _attributes(_parse(text).children[0]).items():
                    module.variables[variable] = convert(attribute.children[2], {})
            elif "variable" in text or "locals" in text:
                _declare(module, _parse(text))
        except Unreadable:
            continue
    return module
