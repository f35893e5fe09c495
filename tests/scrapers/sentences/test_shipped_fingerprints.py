"""The shipped log of the API model's documentation, against the rules and the confirmations."""

from __future__ import annotations

from datetime import date

import pytest

from kb.dataset.curated import CURATED, read_curated
from kb.dataset.log_specs import PRESENCE, SAGEMAKER_API_DOCS
from kb.dataset.logs import read_log
from scrapers.base import Request
from scrapers.engine.log import replay
from scrapers.sentences import SagemakerApiDocs
from scrapers.sentences.wording import FINGERPRINT_DIGITS
from tests.scrapers.sentences.pages import DATA
from tests.scrapers.sentences.watching import FINGERPRINT, fingerprints

TODAY = "2026-11-24"
CONFIRMATIONS = next(each for each in CURATED if each.name == "confirmations")


def test_every_fingerprint_after_the_first_is_confirmed_and_nothing_else() -> None:
    log = read_log(SAGEMAKER_API_DOCS.path(DATA), SAGEMAKER_API_DOCS)
    history: dict[str, list[str]] = {}
    for row in log.rows:
        if row[3] == FINGERPRINT:
            history.setdefault(row[2], []).append(row[4])
        elif row[4] == "false":
            history[row[2]].append("absent")
    later = {(one, each) for one, seen in history.items() for each in seen[1:]}
    confirmed = read_curated(CONFIRMATIONS.path(DATA), CONFIRMATIONS)
    assert {(row["sentence_id"], row["fingerprint"]) for row in confirmed} == later
    assert sum(len(seen) - 1 for seen in history.values()) == 28
    assert {row["confirmed_on"] for row in confirmed} == {TODAY}
    assert all(len(row["fingerprint"]) == FINGERPRINT_DIGITS for row in confirmed)


def test_the_log_holds_what_the_installed_botocore_says() -> None:
    (reading,) = SagemakerApiDocs().fetch(Request(data_dir=DATA, observed_on=date.fromisoformat(TODAY)))
    state = replay(read_log(SAGEMAKER_API_DOCS.path(DATA), SAGEMAKER_API_DOCS).rows)
    logged = {key[0]: value for key, value in state.items() if key[1] == FINGERPRINT}
    assert {value for key, value in state.items() if key[1] == PRESENCE} == {"true"}
    assert fingerprints(SagemakerApiDocs().parse(reading.documents[0])) == logged


@pytest.mark.parametrize(
    ("sentence", "on"),
    [
        ("CreateEndpointConfigInput.KmsKeyId", ["2018-01-18", "2019-09-25", "2019-11-18", "2026-06-10"]),
        ("ResourceConfig.VolumeKmsKeyId", ["2018-01-18", "2018-10-26", "2019-11-18"]),
        ("ProcessingClusterConfig.VolumeKmsKeyId", ["2019-12-04", "2021-06-17"]),
        ("TransformResources.VolumeKmsKeyId", ["2018-08-30", "2018-10-26", "2019-12-04", "2021-06-17"]),
        ("HyperParameterTuningResourceConfig.VolumeKmsKeyId", ["2022-08-09"]),
        ("CreateDomainRequest.KmsKeyId", ["2020-11-16", "2021-09-14", "2024-03-15"]),
        ("ResourceConfig.VolumeSizeInGB", ["2017-11-29", "2019-11-18", "2022-08-31", "2025-12-03"]),
        ("ResourceConfig.VolumeSizeInGB.limits", ["2017-11-29", "2025-11-19"]),
        ("ClusterEbsVolumeConfig.VolumeKmsKeyId", ["2025-08-18"]),
    ],
)
def test_fingerprints_changed_when_the_rules_did(sentence: str, on: list[str]) -> None:
    log = read_log(SAGEMAKER_API_DOCS.path(DATA), SAGEMAKER_API_DOCS)
    assert [row[0] for row in log.rows if row[2:4] == (f"botocore.{sentence}", FINGERPRINT)] == on
