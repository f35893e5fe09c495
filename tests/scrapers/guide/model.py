"""A page of AWS's documentation as a model of cells, and its rendering in the structure of the real pages.

Each cell knows its HTML and, apart from that, what it says. So a page can be damaged in the model, and it is still
known what the damaged page truly says.
"""

from __future__ import annotations

import zlib
from collections.abc import Iterator
from dataclasses import dataclass, field

#: What a cell says: a word for its kind, and values. None: it says nothing that can be understood.
Says = tuple[object, ...] | None


@dataclass(frozen=True)
class Cell:
    """A cell.

    Attributes:
        html: What stands between its tags.
        says: What that means.
    """

    html: str
    says: Says = None


@dataclass
class Table:
    """A table.

    Attributes:
        header: Its columns.
        rows: Its rows. A row with one cell, in a table with several columns, names a family.
        has_thead: Whether the header stands in a thead; the real pages have one.
        has_tbody: Whether the rows stand in a tbody; in the source of the real pages they do not.
        cell_tag: Tag of the cells below the header.
        header_tag: Tag of the cells of the header.
    """

    header: list[Cell]
    rows: list[list[Cell]]
    has_thead: bool = True
    has_tbody: bool = False
    cell_tag: str = "td"
    header_tag: str = "th"

    def is_family_row(self, row: list[Cell]) -> bool:
        return len(row) == 1 and len(self.header) > 1

    def families(self) -> Iterator[tuple[str, list[Cell]]]:
        """The rows with what the family row above them says."""
        above = ""
        for row in self.rows:
            if self.is_family_row(row):
                says = row[0].says
                above = str(says[1]) if says and says[0] == "family" else "?"
            else:
                yield above, row


@dataclass
class Section:
    """A heading and what follows it.

    Attributes:
        identity: The id of the heading.
        heading: Its text.
        tables: Its tables.
        before: Paragraphs above the tables.
        notes: Paragraphs below them.
        body: HTML in the place of tables.
    """

    identity: str
    heading: str
    tables: list[Table] = field(default_factory=list)
    before: list[str] = field(default_factory=list)
    notes: list[str] = field(default_factory=list)
    body: str = ""


@dataclass
class PageModel:
    """A page.

    Attributes:
        name: Its file name ("gp.html").
        title: Text of the title.
        title_id: The id of the title.
        sections: Its sections.
        language: Its language.
        product: What the title of the window names.
        heading_tag: Tag of the headings.
        attributes: What stands in the tags of the cells.
    """

    name: str
    title: str
    title_id: str
    sections: list[Section]
    language: str = "en-US"
    product: str = "Amazon EC2"
    heading_tag: str = "h2"
    attributes: str = ' tabindex="-1"'

    def section(self, end: str) -> Section:
        """The section whose heading's id ends so."""
        return next(section for section in self.sections if section.identity.endswith(end))

    def table(self, end: str) -> Table:
        """The first table of a section."""
        return self.section(end).tables[0]


def render(page: PageModel) -> bytes:
    """The page in the structure of the real ones: two heads, two bodies, and the text in div#main-col-body."""
    return "".join(_pieces(page)).encode()


def _pieces(page: PageModel) -> Iterator[str]:
    window = f"{page.title} - {page.product}"
    yield (
        "<!DOCTYPE html>\n"
        f'    <html xmlns="http://www.w3.org/1999/xhtml" lang="{page.language}"><head>'
        '<meta http-equiv="Content-Type" content="text/html; charset=UTF-8" />'
        f"<title>{window}</title>"
        '<meta name="viewport" content="width=device-width,initial-scale=1" />'
        f'<meta name="guide-locale" content="{page.language.replace("-", "_").lower()}" />'
        '<head xmlns="http://www.w3.org/1999/xhtml"> <script defer="" src="/assets/r/page.js"></script></head>\n'
        '</head><body class="awsdocs awsui"><div class="awsdocs-container"><awsdocs-header></awsdocs-header>'
        '<div id="guide-toc"><awsdocs-toc></awsdocs-toc></div><div id="main-column" tabindex="-1">'
        f'<awsdocs-view class="awsdocs-view"><div id="awsdocs-content"><head><title>{window}</title>'
        '<meta name="keywords" content="instance types" /></head><body><div id="main"><div id="page-toc-src">'
    )
    for section in page.sections:
        yield f'<a href="#{section.identity}">{section.heading}</a>'
    yield (
        '</div><div id="main-content" class="awsui-util-container"><div id="main-col-body">'
        "<awsdocs-language-banner></awsdocs-language-banner>"
        f'<h1 class="topictitle" id="{page.title_id}">{page.title}</h1>'
        '<div class="awsdocs-page-header-container"><awsdocs-page-header></awsdocs-page-header></div>'
        "<p>A page of figures, made for tests.</p>"
    )
    for section in page.sections:
        yield from _section(section, page.heading_tag, page.attributes)
    yield (
        '<awsdocs-copyright class="copyright-print"></awsdocs-copyright></div>'
        "<noscript><div><p>This page wants scripts.</p></div></noscript>"
        '<div id="main-col-footer"><div id="doc-conventions"></div></div></div></div></body></div></awsdocs-view>'
        "</div></div></body></html>\n"
    )


def _section(section: Section, tag: str, attributes: str) -> Iterator[str]:
    yield f'\n  <{tag} id="{section.identity}">{section.heading}</{tag}>\n'
    for paragraph in section.before:
        yield f"    <p>{paragraph}</p>\n"
    yield section.body
    for table in section.tables:
        yield from _table(table, attributes)
    if section.notes:
        yield (
            '<div class="awsdocs-note"><div class="awsdocs-note-title"><h6>Note</h6></div>'
            '<div class="awsdocs-note-text">'
        )
        for note in section.notes:
            yield f"<p>{note}</p>"
        yield "</div></div>\n"


def _table(table: Table, attributes: str) -> Iterator[str]:
    # the ids of the real tables change with the page
    number = zlib.crc32(repr(table.rows).encode()) % 100_000
    yield f'    <div class="table-container"><div class="table-contents"><table id="w{number}aab{len(table.rows)}">'
    yield "<thead><tr>" if table.has_thead else "<tr>"
    for cell in table.header:
        yield f"<{table.header_tag}>{cell.html}</{table.header_tag}>"
    yield "</tr></thead>\n" if table.has_thead else "</tr>\n"
    if table.has_tbody:
        yield "<tbody>"
    for row in table.rows:
        yield "      <tr>"
        if table.is_family_row(row):
            yield f'<td colspan="{len(table.header)}"{attributes}><p><b>{row[0].html}</b></p></td>'
        else:
            for cell in row:
                yield f"<{table.cell_tag}{attributes}>{cell.html}</{table.cell_tag}>"
        yield "</tr>\n"
    if table.has_tbody:
        yield "</tbody>"
    yield "</table></div></div>\n"
