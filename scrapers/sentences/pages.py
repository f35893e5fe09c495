"""Watched sentences on AWS's web pages: API reference, developer guides, CloudFormation.

A place is what `article.Article.at` knows: `page`, `introduction`, `heading:` with an id or a text, or the id of a
member.
"""

from __future__ import annotations

from collections.abc import Iterator

from kb.dataset.log_specs import PRESENCE, SAGEMAKER_DOCS, Key
from scrapers import clock
from scrapers.base import Document, Reading, Remark, Request, Rows, ScrapeError, Scraper, Unreachable, ignore
from scrapers.reading import http
from scrapers.sentences import watched
from scrapers.sentences.article import Article

#: Where all watched pages are; `document` in watched_sentences.csv is the path below it.
SITE = "https://docs.aws.amazon.com/"
ORIGIN = "AWS documentation"

#: So many pages in a row that cannot be reached mean that the site cannot, and the rest is not tried.
_GIVE_UP_AFTER = 2


class SagemakerDocs(Scraper):
    """Watched sentences of the web pages."""

    title = "AWS documentation: fingerprints of the sentences that the rules rest on (web pages)"
    log = SAGEMAKER_DOCS
    needs = "internet"
    is_live = True

    def fetch(self, request: Request) -> Iterator[Reading]:
        """One reading of all pages. The sentences of a page that cannot be read count as unread.

        Raises:
            Unreachable: There is no network.
            ScrapeError: No page could be read; the message is that of the first.
            InputError: The table of watched sentences is not in order.
        """
        pages: dict[str, list[watched.Watched]] = {}
        for one in watched.of_source(request, self.source):
            pages.setdefault(one.document, []).append(one)
        documents: list[Document] = []
        errors: list[ScrapeError] = []
        lost = 0
        with http.client(request) as client:
            for name, sentences in pages.items():
                if lost == _GIVE_UP_AFTER:
                    break
                request.progress(name)
                try:
                    page = client.get(SITE + name, content_types=("text/html",))
                except ScrapeError as error:
                    errors.append(error)
                    lost = lost + 1 if isinstance(error, Unreachable) else 0
                else:
                    lost = 0
                    documents.append(Document(name, page.content, page.url, watched.profile(sentences)))
        if not documents:
            raise errors[0]
        unread = pages.keys() - {document.name for document in documents}
        failures = [str(error) for error in errors]
        if len(unread) > len(errors):
            failures.append(f"{len(unread) - len(errors)} more pages were not requested")
        sentences_unread = frozenset(one.sentence_id for name in unread for one in pages[name])
        yield Reading(ORIGIN, clock.today(), tuple(documents), sentences_unread, tuple(failures))

    def parse(self, document: Document, remark: Remark = ignore) -> Rows:
        """Rows (sentence_id, fact) of one page. A sentence that is gone from a sound page has none.

        Raises:
            ScrapeError: The page is damaged, another one, not of the known form, or most of what is watched is not
                on it.
        """
        article = Article(document)
        sentences = watched.of_document(document)
        rows: Rows = {}
        for sentence in sentences:
            rows |= watched.rows_of(sentence, article.at(sentence.place) or [])
        gone = [one.sentence_id for one in sentences if (one.sentence_id, PRESENCE) not in rows]
        if len(gone) > 1 and 2 * len(gone) > len(sentences):
            raise ScrapeError(
                document.name,
                f"{len(gone)} of {len(sentences)} watched sentences are missing ({', '.join(gone)})",
                "If the text moved to another page, watch it there: see watched_sentences.csv.",
            )
        return rows

    def part(self, key: Key) -> str | None:
        """The sentence itself: `Reading.unread` names the sentences of the pages that could not be read."""
        return key[0]
