"""Markdown that shows any value as it is: no value can break a table, turn into markup or notify anybody."""

from __future__ import annotations

import re
from collections.abc import Iterable, Sequence

from kb.library import words

#: A value made only of these characters is safe in a code span.
_PLAIN = re.compile(r"[^`|\\]*")
#: Characters of running text that would be markup, or name a person or an issue of the repository that shows it. An
#: underscore inside a word is no markup; names of columns are full of them.
_SPECIAL = re.compile(r"[\\`*\[\]~<>&|@]|#(?=[0-9])|(?<![0-9A-Za-z])_|_(?![0-9A-Za-z])")
_ENTITIES = {"<": "&lt;", ">": "&gt;", "&": "&amp;", "|": "&#124;", "@": "<code>@</code>", "#": "<code>#</code>"}
#: Where a backslash keeps a paragraph from beginning as a heading, list, quotation or line.
_BLOCK = re.compile(r"^(?:(?=[-+#=])|([0-9]+)(?=[.)]))")


def one_line(value: object) -> str:
    """A value on one line, what cannot be printed as escapes."""
    return words.plain(" ".join(value.split()) if isinstance(value, str) else value)


def code(value: object) -> str:
    """A value in a code span; nothing for None and the empty string."""
    text = one_line(value)
    if not text:
        return ""
    if _PLAIN.fullmatch(text):
        return f"`{text}`"
    entities = "".join(c if c.isalnum() or c in " .-/:" else f"&#{ord(c)};" for c in text)
    return f"<code>{entities}</code>"


def prose(value: object) -> str:
    """A sentence, with everything in it that would be markup made harmless."""
    text = _SPECIAL.sub(lambda found: _ENTITIES.get(found[0], f"\\{found[0]}"), one_line(value))
    return _BLOCK.sub(r"\1\\", text)


def table(headers: Sequence[str], rows: Iterable[Sequence[str]]) -> str:
    """A table of cells that `code` and `prose` made."""
    lines = [headers, ["---"] * len(headers), *rows]
    return "\n".join(f"| {' | '.join(cells)} |" for cells in lines)


def folded(summary: str, body: str) -> str:
    """A part that is closed until somebody opens it."""
    return f"<details><summary>{summary}</summary>\n\n{body}\n\n</details>"
