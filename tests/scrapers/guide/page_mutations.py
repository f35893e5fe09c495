"""Damage to the headings, sections and tables of a page, to the page as a whole, and to its bytes."""

from __future__ import annotations

import html
import random
import re

from tests.scrapers.guide.model import Cell, PageModel, Section, render
from tests.scrapers.guide.mutants import Base, Mutant, of_model, uncertain
from tests.scrapers.guide.pages import TITLES, nitro_page
from tests.scrapers.guide.table_mutations import pick

_READ = ("sizes", "summary", "instance-store", "security")


def _two_sections(rng: random.Random, model: PageModel) -> tuple[Section, Section]:
    one, other = rng.sample(range(len(model.sections)), 2)
    return model.sections[one], model.sections[other]


# -- headings, sections, tables -----------------------------------------------------------------------------------


def drop_section(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    model.sections.remove(model.section(rng.choice(_READ)))
    return of_model(model)


def double_section(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    model.sections.insert(rng.randrange(len(model.sections)), base.copy().section(rng.choice(_READ)))
    return of_model(model)


def order_sections(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    rng.shuffle(model.sections)
    return of_model(model)


def rename_heading(rng: random.Random, base: Base) -> Mutant:
    """Another id: a similar one, that of another page, or none that means anything."""
    model = base.copy()
    section = model.section(rng.choice(_READ))
    end = section.identity[len(model.title_id) + 1 :]
    section.identity = rng.choice((f"xx_{end}", end, f"{model.title_id}{end}", f"{section.identity}-2", "", "content"))
    return of_model(model)


def swap_headings(rng: random.Random, base: Base) -> Mutant:
    """Two sections exchange their headings, or the ids of them."""
    model = base.copy()
    one, other = _two_sections(rng, model)
    one.identity, other.identity = other.identity, one.identity
    if rng.random() < 0.5:
        one.heading, other.heading = other.heading, one.heading
    return uncertain(base, model)


def drop_heading(rng: random.Random, base: Base) -> Mutant:
    """The table stays and stands below the heading before it."""
    model = base.copy()
    position = rng.randrange(1, len(model.sections))
    section = model.sections.pop(position)
    model.sections[position - 1].tables += section.tables
    return of_model(model)


def lower_heading(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    model.heading_tag = rng.choice(("h3", "h4", "p", "div"))
    return uncertain(base, model)


def drop_table(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    section = model.section(rng.choice(_READ))
    section.tables = []
    section.body = rng.choice(("", "<p>See the console.</p>", "<ul><li>m5d.large: 1 x 75 GB</li></ul>"))
    return of_model(model)


def double_table(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    source, target = rng.choice(_READ), rng.choice(_READ)
    model.section(target).tables.insert(rng.randrange(2), base.copy().table(source))
    return uncertain(base, model)


def swap_tables(rng: random.Random, base: Base) -> Mutant:
    """Within the page."""
    model = base.copy()
    one, other = _two_sections(rng, model)
    one.tables, other.tables = other.tables, one.tables
    return uncertain(base, model)


def take_table_of_page(rng: random.Random, base: Base) -> Mutant:
    """One or two tables of another page."""
    model = base.copy()
    for end in rng.sample(_READ, rng.choice((1, 2))):
        model.section(end).tables = base.other.section(end).tables
    return of_model(model)


def empty_table(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    table.rows = rng.choice(([], table.rows[:1], [[Cell("No data.")]]))
    return of_model(model)


def rebuild_table(rng: random.Random, base: Base) -> Mutant:
    """A body, no head, other tags: where it is still a table, it says the same."""
    model = base.copy()
    table = pick(rng, model)
    table.has_thead, table.has_tbody = rng.random() < 0.5, rng.random() < 0.5
    table.cell_tag = rng.choice(("td", "td", "td", "th"))
    table.header_tag = rng.choice(("th", "th", "th", "td"))
    return of_model(model)


def drop_header(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    table = pick(rng, model)
    table.header = rng.choice(([], table.rows[-1], pick(rng, base.other).header))
    return uncertain(base, model)


def repeat_header(rng: random.Random, base: Base) -> Mutant:
    """The header comes again among the rows."""
    model = base.copy()
    table = pick(rng, model)
    table.rows.insert(rng.randrange(len(table.rows) + 1), list(table.header))
    return uncertain(base, model)


# -- the page ------------------------------------------------------------------------------------------------------

_STRANGE = (
    b"",
    b"\n",
    b"{}",
    b'{"error": "rate exceeded"}',
    b"<html><head><title>503 Service Unavailable</title></head><body>Amazon EC2</body></html>",
    b"<html><head><title>Amazon EC2: sign in</title></head><body><form><input name=user></form></body></html>",
    b'<html><head><title>Amazon EC2</title></head><body><div id="main-col-body"><h1 id="gp">Are you human?</h1></div>'
    b"</body></html>",
    b'<html lang="en"><head><title>Amazon EC2</title></head><body><div id="main-col-body"><h1 id="so">Storage optimized'
    b"</h1><p>Loading</p></div></body></html>",
    b"<?xml version='1.0'?><Error><Code>AccessDenied</Code></Error>",
    b"\x1f\x8b\x08\x00\x00\x00\x00\x00\x00\x03",
    b"%PDF-1.7\n",
)


def strange_page(rng: random.Random, base: Base) -> Mutant:
    pages = _STRANGE if base.model.name.startswith("ec2-nitro") else (*_STRANGE, nitro_page())
    return Mutant(base.model.name, rng.choice(pages), {}, is_certain=True)


def other_language(rng: random.Random, base: Base) -> Mutant:
    model = base.copy()
    model.language = rng.choice(("de-DE", "fr", "ja-JP", "zh-CN", "pt_BR", "es-ES", "eng-x"))
    return uncertain(base, model)


def translated(rng: random.Random, base: Base) -> Mutant:
    """The words of a page are in another language, whatever it says of its language."""
    model = base.copy()
    words = {
        "Instance": "Instanz",
        "store": "Speicher",
        "encryption": "Verschlüsselung",
        "Yes": "Ja",
        "No": "Nein",
        "not supported": "nicht unterstützt",
    }
    content = render(model).decode()
    for word, other in rng.sample(sorted(words.items()), rng.randrange(2, 7)):
        content = content.replace(word, other)
    return uncertain(base, content.encode())


def other_address(rng: random.Random, base: Base) -> Mutant:
    """Another page of the guide is served under this address."""
    name = rng.choice([name for name in TITLES if name != base.model.title_id])
    return Mutant(f"{name}.html", base.content, {}, is_certain=True)


def other_identity(rng: random.Random, base: Base) -> Mutant:
    """The title, its id, or the product in the title of the window are those of another page."""
    model = base.copy()
    choice = rng.randrange(3)
    if choice == 0:
        model.title_id = rng.choice(("content", "", *(name for name in TITLES if name != model.title_id)))
    elif choice == 1:
        model.title = rng.choice([title for name, title in TITLES.items() if name != model.title_id])
    else:
        model.product = "AWS Sign-In"
        model.title = model.title.replace("Amazon EC2 ", "")
    return uncertain(base, model)


def double_page(rng: random.Random, base: Base) -> Mutant:
    """The page twice, or its main column twice, whole or with another page's."""
    other = rng.choice((base.content, render(base.other)))
    column = re.compile(rb'<div id="main-col-body">.*?<awsdocs-copyright[^>]*></awsdocs-copyright></div>', re.DOTALL)
    found, inserted = column.search(base.content), column.search(other)
    assert found and inserted
    if rng.random() < 0.5:
        return uncertain(base, base.content + other)
    place = rng.choice((found.start(), found.end()))
    return uncertain(base, base.content[:place] + inserted[0] + base.content[place:])


# -- bytes ---------------------------------------------------------------------------------------------------------


def cut(rng: random.Random, base: Base) -> Mutant:
    return uncertain(base, base.content[: rng.randrange(len(base.content) - 1)])


def cut_and_close(rng: random.Random, base: Base) -> Mutant:
    """Cut, and closed again as a browser does, with or without what was open."""
    ends = ("</html>", "</body></html>", "</div></body></html>", "</td></tr></table></div></div></div></body></html>")
    return uncertain(base, base.content[: rng.randrange(len(base.content))] + rng.choice(ends).encode())


def _slice(rng: random.Random, content: bytes) -> tuple[int, int]:
    """Two places with a tag between them that ends or starts a cell, a row, or more."""
    while True:
        start = rng.randrange(len(content) - 1)
        end = min(len(content), start + rng.choice((20, 60, 200, 600, 2000)) + rng.randrange(40))
        if re.search(rb"<[/]?(td|tr|th|h2|div|table)", content[start:end]):
            return start, end


def cut_out(rng: random.Random, base: Base) -> Mutant:
    start, end = _slice(rng, base.content)
    return uncertain(base, base.content[:start] + base.content[end:])


def repeat_bytes(rng: random.Random, base: Base) -> Mutant:
    start, end = _slice(rng, base.content)
    return uncertain(base, base.content[:end] + base.content[start:end] + base.content[end:])


def move_bytes(rng: random.Random, base: Base) -> Mutant:
    start, end = _slice(rng, base.content)
    rest = base.content[:start] + base.content[end:]
    place = rng.randrange(len(rest))
    return uncertain(base, rest[:place] + base.content[start:end] + rest[place:])


def change_markup(rng: random.Random, base: Base) -> Mutant:
    """One character inside a tag."""
    tag = rng.choice(list(re.finditer(rb"<[^>]+>", base.content)))
    place = rng.randrange(tag.start(), tag.end())
    new = rng.choice((b"", b"x", b"<", b">", b'"', b"/", b" ", b"=", b"7", b"&", b"\n", b"--"))
    return uncertain(base, base.content[:place] + new + base.content[place + 1 :])


def drop_tag(rng: random.Random, base: Base) -> Mutant:
    """One whole tag is gone, or stands where another one stood."""
    tags = list(re.finditer(rb"<[^>]+>", base.content))
    tag = rng.choice(tags)
    new = rng.choice((b"", b"", rng.choice(tags)[0], b"<tr>", b"</tr>", b"<td>", b"</td>", b"<!--", b"-->", b"<del>"))
    return uncertain(base, base.content[: tag.start()] + new + base.content[tag.end() :])


def comment_out(rng: random.Random, base: Base) -> Mutant:
    """From one tag to another the page is in a comment."""
    starts = [match.start() for match in re.finditer(rb"<", base.content)]
    start, end = sorted(rng.sample(starts, 2))
    return uncertain(base, base.content[:start] + b"<!-- " + base.content[start:end] + b" -->" + base.content[end:])


def other_encoding(rng: random.Random, base: Base) -> Mutant:
    text = base.content.decode()
    ways = (
        lambda: text.encode("utf-16"),
        lambda: text.encode("utf-32-le"),
        lambda: text.encode("latin-1", "replace"),
        lambda: text.replace("&nbsp;", "\xa0").encode("cp1252", "replace"),
        lambda: text.encode().decode("cp1252", "replace").encode(),
        lambda: text.encode().decode("latin-1").encode(),
        lambda: text.encode("ascii", "ignore"),
        lambda: text.replace("✓", "�").encode(),
        lambda: text.replace("charset=UTF-8", "charset=ISO-8859-1").encode(),
        lambda: text.encode("utf-7"),
        lambda: text.encode("cp037", "replace"),
    )
    return uncertain(base, rng.choice(ways)())


def damage_byte(rng: random.Random, base: Base) -> Mutant:
    """A byte that no text has."""
    place = rng.randrange(len(base.content))
    return uncertain(
        base, base.content[:place] + rng.choice((b"\x00", b"\xff", b"\x80", b"\x1b")) + base.content[place + 1 :]
    )


def same_page(rng: random.Random, base: Base) -> Mutant:
    """Written otherwise, and the same page: the facts must come out."""
    text = base.content.decode()
    ways = (
        lambda: re.sub(r"[^\x00-\x7f]", lambda found: f"&#{ord(found[0])};", text),
        lambda: re.sub(r"[^\x00-\x7f]", lambda found: f"&#x{ord(found[0]):x};", text),
        lambda: text.replace("><", ">\n   <"),
        lambda: text.replace(">\n", ">").replace("\n", "\r\n"),
        lambda: f"\ufeff{text}",
        lambda: text + "\n\n",
        lambda: text.replace("<td", '<td class="c" data-x="1 > 2"').replace("<tr", "<TR").replace("</tr", "</TR"),
        lambda: re.sub(r"(<td[^>]*>)(.*?)(</td>)", r"\1<span>\2</span><!-- 9 x 9 GB <b> -->\3", text),
        lambda: re.sub(r"(<td[^>]*>)(?!<p>)(.*?)</td>", r"\1<p>\n\2</p></td>", text),
        lambda: text.replace("<table", '<p>A table:</p><table summary="&lt;td&gt;"').replace(" id=", " class='x' id="),
        lambda: text.replace('lang="en-US"', rng.choice(('lang="en"', "", 'lang="en_us"'))),
        lambda: text.replace("GB", html.escape("GB")).replace(" x ", " &#120; "),
    )
    return Mutant(base.model.name, rng.choice(ways)().encode(), base.stated, is_certain=True)


MUTATIONS = (
    *(drop_section, double_section, order_sections, rename_heading, swap_headings, drop_heading, lower_heading),
    *(
        drop_table,
        double_table,
        swap_tables,
        take_table_of_page,
        empty_table,
        rebuild_table,
        drop_header,
        repeat_header,
    ),
    *(strange_page, other_language, translated, other_address, other_identity, double_page, same_page),
)
#: Of these, several tear the bytes of cells with more than one line apart, and leave whole lines.
BYTE_MUTATIONS = (
    *(cut, cut_and_close, cut_out, repeat_bytes, move_bytes, change_markup, drop_tag, comment_out, other_encoding),
    damage_byte,
)
