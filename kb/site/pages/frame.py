"""What the pages share: reading the address, asking the database, rendering, badges, the page for what is missing."""

from __future__ import annotations

from collections.abc import Awaitable, Callable, Iterable, Sequence
from dataclasses import dataclass
from typing import Any
from urllib.parse import quote, unquote

from datasette.app import Datasette
from datasette.utils.asgi import Request, Response
from markupsafe import Markup

from kb.library import words
from kb.library.lookup import workloads
from kb.library.model import Outcome
from kb.site.metadata import DATABASE, shipped

#: A sign for each outcome, so that colour is never all that tells them apart.
SYMBOLS: dict[str, str] = {
    Outcome.ENCRYPTS: "✓",
    Outcome.REJECTED: "✕",
    Outcome.NOT_APPLIED: "!",
    Outcome.EBS_ONLY: "◐",
    Outcome.NO_KEY_PARAMETER: "∅",
    Outcome.NOT_OFFERED: "-",
    Outcome.UNKNOWN: "?",
}

#: Workloads that people ask about first, in that order; the others follow by name.
COMMON = ("training", "tuning", "processing", "transform", "endpoint", "notebook", "studio", "hyperpod")

#: Of what a visitor typed, no more than this is repeated on a page.
_REPEATED = 80


def badge(outcome: str, marked: bool = False) -> Markup:
    """Show an outcome with its colour, sign and words; with a star where its evidence changed."""
    star = Markup('<abbr title="{}">*</abbr>').format(words.STAR) if marked else ""
    return Markup('<span class="badge o-{}"><span aria-hidden="true">{}</span> {}{}</span>').format(
        str(outcome), SYMBOLS[outcome], words.outcome(outcome), star
    )


def in_order(names: Iterable[str]) -> list[str]:
    """Sort workloads by how often people ask about them."""
    return sorted(names, key=lambda name: (COMMON.index(name) if name in COMMON else len(COMMON), name))


def shortened(text: str) -> str:
    """Return what a visitor typed, as far as it is repeated to them."""
    return text if len(text) <= _REPEATED else f"{text[:_REPEATED]}…"


class Missing(Exception):
    """What was asked for is not there; the visitor gets a page that says so, or JSON where the address asks for it.

    Attributes:
        what: What is not there, as a sentence.
        near: Addresses and names of what may have been meant.
        hint: What to do instead.
    """

    def __init__(self, what: str, near: Sequence[tuple[str, str]] = (), hint: str = "") -> None:
        self.what, self.near, self.hint = what, near, hint
        super().__init__(what)


@dataclass(frozen=True)
class Visit:
    """One request for one of our pages.

    Attributes:
        request: The request.
        datasette: The application.
    """

    request: Request
    datasette: Datasette

    @property
    def is_json(self) -> bool:
        """Whether the address ends in ``.json``."""
        return self.request.url_vars.get("json") is not None

    def part(self, name: str) -> str:
        """Return a part of the path, decoded."""
        return unquote(self.request.url_vars[name]).strip()

    def value(self, name: str) -> str:
        """Return a value given after the question mark; empty where there is none."""
        return (self.request.args.get(name) or "").strip()

    def workload(self, address: str) -> str:
        """Return the workload asked for; empty where none is.

        Args:
            address: Address of the page, to which a near name is appended.

        Raises:
            Missing: there is no such workload.
        """
        name = self.value("workload").lower()
        if name and name not in workloads():
            near = [(f"{address}workload={quote(each)}", each) for each in workloads()]
            raise Missing(f"There is no workload “{shortened(name)}”.", near)
        return name

    async def rows(self, sql: str, **values: object) -> list[dict[str, Any]]:
        """Return the rows of a query on the exported database."""
        found = await self.datasette.get_database(DATABASE).execute(sql, values)
        return [dict(row) for row in found.rows]

    async def ask(self, name: str, **values: str) -> list[dict[str, Any]]:
        """Return the rows of a file in ``queries/``; parameters that are not given have their default."""
        query = shipped()[name]
        return await self.rows(query.sql_for("sqlite"), **query.bind(values))

    async def page(self, template: str, status: int = 200, **context: Any) -> Response:
        """Return a page."""
        name = template.removesuffix(".html")
        body = await self.datasette.render_template(template, context, request=self.request, view_name=name)
        return Response.html(body, status=status)


def view(make: Callable[[Visit], Awaitable[Response]]) -> Callable[..., Awaitable[Response]]:
    """Make what Datasette calls for an address from what makes the page."""

    async def answer(request: Request, datasette: Datasette) -> Response:
        visit = Visit(request, datasette)
        try:
            return await make(visit)
        except Missing as error:
            if visit.is_json:
                return Response.json({"error": error.what, "near": [name for _, name in error.near]}, status=404)
            return await visit.page("kb_missing.html", 404, what=error.what, near=error.near, hint=error.hint)

    return answer
