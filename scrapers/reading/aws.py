"""Asks AWS's APIs through boto3: credentials, Regions, pages, and what it means when a Region fails.

Credentials come from the usual chain (environment, profile, SSO, container, instance). If there are none, you are told
before anything is asked: the last link of the chain, EC2's metadata service, gets botocore's own one second and one
attempt. Error messages carry the error code of AWS, not its text, which names accounts and users.
"""

from __future__ import annotations

import abc
import json
import re
from collections.abc import Callable, Iterator
from concurrent.futures import ThreadPoolExecutor, as_completed
from contextlib import contextmanager
from dataclasses import dataclass
from itertools import count
from typing import Any

from kb._version import __version__
from kb.dataset.log_specs import ALL_REGIONS, Key
from kb.errors import need
from scrapers import clock
from scrapers.base import EVERYTHING_ELSE, Document, Reading, Request, ScrapeError, Scraper, Unreachable

#: The Region that is asked which Regions there are, where the profile names none.
START_REGIONS = {"aws": "us-east-1", "aws-cn": "cn-north-1", "aws-us-gov": "us-gov-west-1"}

#: The form of every Region's name ("eu-west-1", "us-gov-west-1", "eusc-de-east-1").
REGION = re.compile(r"[a-z]+(-[a-z]+)+-[0-9]+")

_EXPIRED = frozenset({"ExpiredToken", "ExpiredTokenException", "RequestExpired", "TokenRefreshRequired"})
_DENIED = frozenset(
    {
        "AccessDenied",
        "AccessDeniedException",
        "AuthFailure",
        "InvalidClientTokenId",
        "OptInRequired",
        "SignatureDoesNotMatch",
        "UnauthorizedOperation",
        "UnrecognizedClientException",
    }
)
_NETWORK_REMEDY = "Check network, proxy and endpoint, or try again later."
_SIGN_IN_REMEDY = "Set up credentials or sign in again (aws configure, aws sso login), or name another --profile."
_GRANT_REMEDY = "Check the credentials, and that they grant the actions that the README lists."
_LATER_REMEDY = "Try again later; if it stays, compare the answer with the scraper."


@dataclass(frozen=True)
class Limits:
    """How long and how often AWS is asked.

    Attributes:
        connect_timeout: Seconds until a connection must stand.
        read_timeout: Seconds without a byte after which an answer counts as lost.
        attempts: How often a call is made at most, with backoff in between.
        start_attempts: The same for the first call of a run, so that it is soon known that there is no network.
        regions_at_once: How many Regions are asked at the same time.
    """

    connect_timeout: float = 5
    read_timeout: float = 30
    attempts: int = 8
    start_attempts: int = 3
    regions_at_once: int = 8


LIMITS = Limits()

#: More pages than this are taken for a list without an end; the longest known has 17.
MAX_PAGES = 500

#: Asks one Region (client, name of the Region) and returns its documents.
Ask = Callable[[Any, str], tuple[Document, ...]]


class LiveApi(Scraper):
    """A source that is asked Region by Region.

    Attributes:
        service: boto3's name of the service.
        api: Name of the API for people, and the origin; another partition than `aws` is added to it.
    """

    needs = "credentials"
    is_live = True
    service: str
    api: str

    @abc.abstractmethod
    def ask(self, client: Any, region: str) -> tuple[Document, ...]:
        """Ask one Region; see `listing`."""

    def fetch(self, request: Request) -> Iterator[Reading]:
        """One reading of every Region that the account has enabled, or of those that were asked for.

        Those that did not answer, and all that are not part of this run, are unread.

        Raises:
            MissingExtraError: boto3 is not installed.
            Unreachable: No credentials, or no connection to any Region.
            ScrapeError: A Region that is not enabled, or no Region that answered.
        """
        today = clock.today()
        made = session(request)
        start = start_region(made, request)
        partition = partition_of(made, start)
        regions = enabled_regions(made, start, request.regions)
        read, failures = each_region(
            made, regions, self.service, self.ask, lambda words: request.progress(f"{self.api}: {words}")
        )
        yield Reading(
            origin=self.api if partition == "aws" else f"{self.api} {partition}",
            observed_on=today,
            documents=tuple(document for region in sorted(read) for document in read[region]),
            unread=frozenset({EVERYTHING_ELSE, *failures}),
            failures=tuple(failures[region] for region in sorted(failures)),
        )

    def part(self, key: Key) -> str | None:
        """The Region; none for what all Regions say."""
        region = key[self.log.keys.index("region")]
        return None if region == ALL_REGIONS else region


def session(request: Request) -> Any:
    """A boto3 session whose credentials were found to be there.

    Raises:
        MissingExtraError: boto3 is not installed.
        Unreachable: No such profile, no credentials, half of them, or expired ones that cannot be renewed.
    """
    boto3 = need("boto3", "scrape", "Asking AWS's APIs")
    from botocore import exceptions

    where = f"AWS credentials (profile {request.profile})" if request.profile else "AWS credentials"
    try:
        made = boto3.Session(profile_name=request.profile or None)
        credentials = made.get_credentials()
        if credentials is not None:
            credentials.get_frozen_credentials()
    except exceptions.ClientError as error:
        raise Unreachable(where, f"not usable: {_code(error)} from {error.operation_name}", _SIGN_IN_REMEDY) from error
    except (exceptions.BotoCoreError, OSError, ValueError) as error:
        # the last two come from a credential_process that is missing or prints something else
        raise Unreachable(where, f"not usable: {_words(error)}", _SIGN_IN_REMEDY) from error
    if credentials is None:
        raise Unreachable(where, "none found", _SIGN_IN_REMEDY)
    return made


def start_region(made: Any, request: Request) -> str:
    """The profile's Region, else the usual one of the partition that the first requested Region is in.

    Raises:
        ScrapeError: The Region that was requested first is in no partition.
    """
    if made.region_name:
        return str(made.region_name)
    partition = partition_of(made, request.regions[0]) if request.regions else "aws"
    return START_REGIONS.get(partition) or request.regions[0]


def partition_of(made: Any, region: str) -> str:
    """The partition ("aws", "aws-cn", "aws-us-gov") of a Region.

    Raises:
        ScrapeError: No Region has such a name.
    """
    from botocore import exceptions

    try:
        return str(made.get_partition_for_region(region))
    except exceptions.UnknownRegionError as error:
        raise ScrapeError(f"Region {region}", "in no partition of AWS", "Correct its name.") from error


def enabled_regions(made: Any, start: str, wanted: tuple[str, ...] = ()) -> tuple[str, ...]:
    """The Regions that the account has enabled, in order, or those of them that are wanted.

    Args:
        made: A session.
        start: The Region to ask.
        wanted: Names of Regions; all when empty.

    Raises:
        Unreachable: No connection.
        ScrapeError: The call is denied or fails, or a wanted Region is not among the enabled ones.
    """
    call = "DescribeRegions"
    with _translated(call, start):
        answer = _client(made, "ec2", start, LIMITS.start_attempts).describe_regions(AllRegions=False)
    names = sorted({str(region.get("RegionName", "")) for region in answer.get("Regions", [])})
    strange = [name for name in names if not REGION.fullmatch(name)]
    if strange or not names:
        what = f"a Region without a proper name: {strange[0]!r}" if strange else "no Regions"
        raise ScrapeError(f"{call} in {start}", what, _LATER_REMEDY)
    unknown = sorted(set(wanted) - set(names))
    if unknown:
        raise ScrapeError(
            f"Region {', '.join(unknown)}",
            "unknown, or not enabled in this account and partition",
            f"Known: {', '.join(names)}.",
        )
    return tuple(sorted(set(wanted))) or tuple(names)


def each_region(
    made: Any, regions: tuple[str, ...], service: str, ask: Ask, progress: Callable[[str], None]
) -> tuple[dict[str, tuple[Document, ...]], dict[str, str]]:
    """Ask several Regions at once; some may fail.

    Args:
        made: A session.
        regions: The Regions.
        service: boto3's name of the service.
        ask: What to ask each Region.
        progress: Told of each Region that is done.

    Returns:
        The documents by Region, and for each Region that failed a sentence that says why.

    Raises:
        Unreachable: No Region could be connected to.
        ScrapeError: No Region gave an answer that can be used.
    """
    read: dict[str, tuple[Document, ...]] = {}
    failed: dict[str, ScrapeError] = {}
    clients = {region: _client(made, service, region, LIMITS.attempts) for region in regions}
    pool = ThreadPoolExecutor(LIMITS.regions_at_once)
    try:
        futures = {pool.submit(ask, clients[region], region): region for region in regions}
        for number, future in enumerate(as_completed(futures), 1):
            region = futures[future]
            try:
                read[region] = future.result()
            except ScrapeError as error:
                failed[region] = error
            progress(f"{region}{' failed' * (region in failed)} ({number} of {len(regions)})")
    finally:
        pool.shutdown(wait=False, cancel_futures=True)
    if not read:  # one error for all: Unreachable only if no Region could be connected to
        _, region = min((isinstance(error, Unreachable), region) for region, error in failed.items())
        first = failed[region]
        others = f" (no Region of {len(failed)} could be read)" if len(failed) > 1 else ""
        raise type(first)(first.where, first.what + others, first.remedy)
    return read, {region: f"{error.where}: {error.what}" for region, error in failed.items()}


def listing(client: Any, region: str, call: str, *, member: str, key: str, size: int, **arguments: str) -> Document:
    """Everything that a call lists, from all of its pages, as one document.

    The document is the same for the same records, in whatever order and on whatever pages they came.

    Args:
        client: A boto3 client; its endpoint becomes the document's address.
        region: Its Region.
        call: Name of the call ("DescribeInstanceTypes").
        member: The member of the answer that holds the list.
        key: The member of a record by which the records are sorted.
        size: How many records to ask for at once.
        arguments: The call's own arguments.

    Raises:
        Unreachable: No connection after all attempts.
        ScrapeError: The call is denied or fails, an answer has no such member (it may be another page altogether),
            nothing is listed, or something twice, or without an end.
    """
    from botocore import xform_name

    where = f"{call} in {region}"
    records: list[Any] = []
    paginator = client.get_paginator(xform_name(call))
    answers = iter(paginator.paginate(**arguments, PaginationConfig={"PageSize": size}))
    for number in count(1):
        with _translated(call, region):
            answer = next(answers, None)
        if answer is None:
            break
        if number > MAX_PAGES:
            raise ScrapeError(where, f"more than {MAX_PAGES} pages", _LATER_REMEDY)
        found = answer.get(member)
        if not isinstance(found, list) or not all(isinstance(record, dict) for record in found):
            raise ScrapeError(where, f"an answer without {member}", _LATER_REMEDY)
        records += found
    if not records:
        raise ScrapeError(where, f"no {member} at all", _LATER_REMEDY)
    ordered = sorted((str(record.get(key)), _json(record)) for record in records)
    repeated = len(ordered) - len(set(ordered))
    if repeated:
        raise ScrapeError(where, f"{repeated} of {len(ordered)} {member} came twice", _LATER_REMEDY)
    lines = ",\n".join(text for _, text in ordered)
    content = f'{{"Region": {_json(region)}, "{member}": [\n{lines}\n]}}\n'
    return Document(f"{call}/{region}.json", content.encode("utf-8"), str(client.meta.endpoint_url))


def _json(value: Any) -> str:
    return json.dumps(value, sort_keys=True, ensure_ascii=False)


def region_of(document: Document, *calls: str) -> tuple[str, str]:
    """Call and Region of a document, from its name.

    Raises:
        ScrapeError: It is not named like a document of one of these calls.
    """
    match = re.fullmatch(rf"(?P<call>{'|'.join(calls)})/(?P<region>{REGION.pattern})\.json", document.name)
    if match is None:
        raise ScrapeError(document.name, f"not a document of {' or '.join(calls)}", "Leave it out.")
    return match["call"], match["region"]


def _client(made: Any, service: str, region: str, attempts: int) -> Any:
    from botocore.config import Config

    config = Config(
        connect_timeout=LIMITS.connect_timeout,
        read_timeout=LIMITS.read_timeout,
        retries={"mode": "adaptive", "total_max_attempts": attempts},
        user_agent_extra=f"sagemaker-storage-kb/{__version__}",
    )
    with _translated(service, region):
        client = made.client(service, region_name=region, config=config)
    client.meta.events.register("after-call", lambda http_response, **_: clock.heard(http_response.headers))
    return client


@contextmanager
def _translated(call: str, region: str) -> Iterator[None]:
    """Turn everything that botocore raises into an error that names call and Region."""
    from botocore import exceptions

    where = f"{call} in {region}"
    try:
        yield
    except exceptions.ClientError as error:
        code = _code(error)
        if code in _EXPIRED:
            raise Unreachable(where, f"the credentials have expired ({code})", _SIGN_IN_REMEDY) from error
        if code in _DENIED:
            raise ScrapeError(where, f"denied ({code})", _GRANT_REMEDY) from error
        status = error.response.get("ResponseMetadata", {}).get("HTTPStatusCode", "no status")
        raise ScrapeError(where, f"failed ({code}, HTTP {status})", _LATER_REMEDY) from error
    except exceptions.SSLError as error:
        remedy = "Check the certificates (AWS_CA_BUNDLE) and whether something stands between here and AWS."
        raise ScrapeError(where, f"no trusted connection ({_words(error)})", remedy) from error
    except (exceptions.ConnectionError, exceptions.HTTPClientError) as error:
        raise Unreachable(where, f"no connection ({_words(error)})", _NETWORK_REMEDY) from error
    except (exceptions.NoCredentialsError, exceptions.CredentialRetrievalError, exceptions.SSOError) as error:
        raise Unreachable(where, _words(error), _SIGN_IN_REMEDY) from error
    except exceptions.BotoCoreError as error:
        raise ScrapeError(where, _words(error), _LATER_REMEDY) from error
    except Exception as error:
        # botocore's parsers let through whatever Python raises on a body that is not what it should be
        raise ScrapeError(where, f"an answer that cannot be parsed ({type(error).__name__})", _LATER_REMEDY) from error


def _code(error: Any) -> str:
    return str(error.response.get("Error", {}).get("Code", "")) or "no error code"


def _words(error: Exception) -> str:
    """The text of an error on one line, without a full stop."""
    return " ".join(str(error).split()).rstrip(".")
