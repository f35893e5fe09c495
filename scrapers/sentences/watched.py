"""Which sentences are watched: the curated table, and the same as the profile of a document.

A parser reads no files, so each document carries what to look for in it as its profile, as JSON text.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass

from kb.dataset.curated import CURATED, read_curated
from kb.dataset.log_specs import PRESENCE
from scrapers.base import Document, Request, Rows, ScrapeError
from scrapers.reading import jsontree
from scrapers.sentences import wording

TABLE = next(table for table in CURATED if table.name == "watched_sentences")


@dataclass(frozen=True)
class Watched:
    """A row of watched_sentences.csv, as far as reading needs it.

    Attributes:
        sentence_id: Its key.
        document: The document that has it.
        place: Where in the document; the words for it are those of the scraper.
        words: Only sentences with one of these count; all of the place when there are none.
    """

    sentence_id: str
    document: str
    place: str
    words: tuple[str, ...]


def of_source(request: Request, source: str) -> list[Watched]:
    """The sentences that are watched in a source, in the order of the table.

    Raises:
        ScrapeError: No data folder was named, or nothing is watched in this source.
        InputError: The table is not in order.
    """
    if request.data_dir is None:
        raise ScrapeError(source, "the watched sentences are listed in the data folder", "Name a data folder.")
    path = TABLE.path(request.data_dir)
    found = [
        Watched(
            row["sentence_id"],
            row["document"],
            row["place"],
            tuple(part.strip() for part in row["words"].split("|") if part.strip()),
        )
        for row in read_curated(path, TABLE)
        if row["source"] == source
    ]
    if not found:
        raise ScrapeError(str(path), f"no sentence of {source} is watched", "Add rows for it.")
    return found


def profile(sentences: Iterable[Watched]) -> str:
    """What to look for in one document, as text."""
    return json.dumps(
        [{"sentence_id": one.sentence_id, "place": one.place, "words": list(one.words)} for one in sentences],
        ensure_ascii=False,
    )


def of_document(document: Document) -> list[Watched]:
    """What to look for in a document.

    Raises:
        ScrapeError: Its profile is not one that `profile` made.
    """
    described = Document(f"{document.name}, what is watched in it", document.profile.encode())
    return [
        Watched(
            node["sentence_id"].text(),
            document.name,
            node["place"].text(),
            tuple(node["words"].texts()) if node["words"].value else (),
        )
        for node in jsontree.load(described).elements()
    ]


def rows_of(sentence: Watched, blocks: Iterable[str]) -> Rows:
    """The rows of a sentence, read from these paragraphs; none where none of its words is there."""
    said = wording.picked(blocks, sentence.words)
    if not said:
        return {}
    return {
        (sentence.sentence_id, PRESENCE): "true",
        (sentence.sentence_id, "fingerprint"): wording.fingerprint(said),
    }
