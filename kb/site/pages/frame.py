"""What the pages share: rendering, badges, and the page for what is not there."""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from typing import TYPE_CHECKING, Any

from datasette.utils.asgi import Response
from markupsafe import Markup

from kb.library import words
from kb.library.model import Outcome

if TYPE_CHECKING:
    from datasette.app import Datasette
    from datasette.utils.asgi import Request

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


def in_order(workloads: Iterable[str]) -> list[str]:
    """Sort workloads by how often people ask about them."""
    return sorted(workloads, key=lambda name: (COMMON.index(name) if name in COMMON else len(COMMON), name))


def shortened(text: str) -> str:
    """Return what a visitor typed, as far as it is repeated to them."""
    return text if len(text) <= _REPEATED else f"{text[:_REPEATED]}…"


async def render(datasette: Datasette, request: Request, template: str, status: int = 200, **context: Any) -> Response:
    """Return a page."""
    body = await datasette.render_template(template, context, request=request, view_name=template.removesuffix(".html"))
    return Response.html(body, status=status)


async def missing(
    datasette: Datasette, request: Request, what: str, near: Sequence[tuple[str, str]] = (), hint: str = ""
) -> Response:
    """Return the page for what is not there.

    Args:
        datasette: The application.
        request: The request.
        what: What is not there, as a sentence.
        near: Addresses and names of what may have been meant.
        hint: What to do instead.
    """
    return await render(datasette, request, "kb_missing.html", 404, what=what, near=near, hint=hint)
