"""Tables about the sentences in AWS's documentation that the rules rest on, watched for change."""

from __future__ import annotations

from kb.dataset.schema.core import Column as C
from kb.dataset.schema.core import Table

_SENTENCE = C("sentence_id", "VARCHAR", "Name of the watched sentence", required=True)
_STATUSES = "baseline (as first read), confirmed (a person compared this wording with the rules), changed or vanished (nobody has)"

EVIDENCE_TABLES: tuple[Table, ...] = (
    Table(
        "watched_sentences",
        "Sentences in AWS's documentation that the rules rest on, as they are now. Only their fingerprints are kept, not their text.",
        (
            _SENTENCE,
            C("source", "VARCHAR", "Source that reads it; see the table sources", required=True),
            C("document", "VARCHAR", "Document that holds it", required=True),
            C("place", "VARCHAR", "Place in the document: heading, or member of the API", required=True),
            C("words", "VARCHAR", "Words that select the sentences that count in that place; NULL if all do"),
            C("workloads", "VARCHAR", "Workloads whose rules rest on it, separated by commas", required=True),
            C("bears_on", "VARCHAR", "volume_kms, volume_size, workload_facts or contradiction", required=True),
            C("url", "VARCHAR", "Address where a person can read it", required=True),
            C("note", "VARCHAR", "Remarks"),
            C("status", "VARCHAR", f"never_read, {_STATUSES}", required=True),
            C(
                "fingerprint",
                "VARCHAR",
                "Start of the SHA-256 of the current wording; NULL if the sentence is not there",
            ),
            C(
                "seen_since",
                "DATE",
                "First day on which it was read like this, or was missing; NULL if it was never read",
            ),
            C(
                "previous_fingerprint",
                "VARCHAR",
                "The last earlier wording that was the baseline or confirmed; NULL if there was none, or if the sentence was missing then",
            ),
            C("previous_since", "DATE", "First day on which that was read; NULL if there was none"),
            C(
                "unconfirmed_since",
                "DATE",
                "First day of the current unbroken run of wordings that nobody has confirmed; NULL if there is nothing to confirm",
            ),
            C("last_read", "DATE", "Last day on which its document was read; NULL if it never was"),
            C("confirmed_on", "DATE", "Day on which a person confirmed the wording; NULL if nobody has"),
            C("reason", "VARCHAR", "What that person found"),
        ),
        ("sentence_id",),
        {"source": "sources"},
    ),
    Table(
        "watched_sentences_history",
        "The wordings of each watched sentence over time, as fingerprints, and whether a person has confirmed them.",
        (
            _SENTENCE,
            C("valid_from", "DATE", "First day on which this wording was read", required=True),
            C("valid_to", "DATE", "Day from which it was no longer read; NULL while it stands"),
            C("fingerprint", "VARCHAR", "Start of the SHA-256 of the wording; NULL while the sentence was missing"),
            C("status", "VARCHAR", _STATUSES, required=True),
            C(
                "unconfirmed_since",
                "DATE",
                "For wordings that nobody has confirmed: first day of their unbroken run; otherwise NULL",
            ),
            C("confirmed_on", "DATE", "Day on which a person confirmed this wording; NULL if nobody has"),
            C("origin", "VARCHAR", "Release or page that showed it", required=True),
        ),
        ("sentence_id", "valid_from"),
        {"sentence_id": "watched_sentences"},
    ),
)
