"""Reads the AWS data files inside Python packages: as installed, from a wheel file, or through a git history.

Nothing is imported from the package that is read, and nothing of it is run.
"""

from __future__ import annotations

import email
import gzip
import importlib.metadata
import importlib.util
import re
import zipfile
import zlib
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from datetime import date
from pathlib import Path

from scrapers import clock
from scrapers.base import Document, Reading, Request, ScrapeError
from scrapers.reading.git import Commit, Repository

#: Year that zip files carry where no date was stored.
_ZIP_EPOCH = 1980


@dataclass(frozen=True)
class Package:
    """A package that carries data files.

    Attributes:
        name: Name of the distribution; the origin of a reading starts with it.
        module: Name of its top-level folder.
        documents: Data files that together are one reading; each with the paths at which it may be, newest layout
            first, relative to the folder above `module`. A path that ends in `.gz` is unpacked.
        repository: URL of the public repository, for links.
        repository_prefix: Folder of the repository in which `module` lies, with a slash at the end, or empty.
        profile: The `Document.profile` for documents from git.
        since: Where the history is read commit by commit, the date of the first that counts; None where the release
            tags are read.
    """

    name: str
    module: str
    documents: tuple[tuple[str, ...], ...]
    repository: str
    repository_prefix: str = ""
    profile: str = ""
    since: date | None = None

    def git_paths(self) -> list[str]:
        """Paths in the repository at which a document may be."""
        return [self.repository_prefix + path for paths in self.documents for path in paths]


def read(package: Package, request: Request) -> Iterator[Reading]:
    """The one reading of an installed package or of a wheel, or those of a git history, oldest first.

    Raises:
        ScrapeError: Missing, damaged, another package, or without the expected files.
    """
    if request.git_dir is not None:
        history = read_releases if package.since is None else read_commits
        yield from history(package, request.git_dir)
    elif request.wheel is not None:
        yield _from_wheel(package, request.wheel)
    else:
        yield _from_installed(package, request.observed_on or clock.today())


def _from_installed(package: Package, observed_on: date) -> Reading:
    missing = ScrapeError(
        package.name,
        "not installed",
        'Install it with `pip install "sagemaker-storage-kb[scrape]"` (the extra `scrape`), or name a wheel.',
    )
    try:
        version = importlib.metadata.version(package.name)
    except importlib.metadata.PackageNotFoundError as error:
        raise missing from error
    spec = importlib.util.find_spec(package.module)
    if spec is None or not spec.submodule_search_locations:
        raise missing
    root = Path(next(iter(spec.submodule_search_locations))).parent
    origin = f"{package.name} {version}"
    documents = _documents(
        package, origin, lambda path: (root / path).is_file(), lambda path: (root / path).read_bytes()
    )
    return Reading(origin, observed_on, documents)


def _from_wheel(package: Package, wheel: Path) -> Reading:
    try:
        with zipfile.ZipFile(wheel) as archive:
            members = {info.filename: info for info in archive.infolist()}
            origin = f"{package.name} {_wheel_version(package, wheel, archive, members)}"
            documents = _documents(package, origin, members.__contains__, archive.read)
            newest = max(info.date_time for info in members.values())
            if newest[0] <= _ZIP_EPOCH:
                raise ScrapeError(
                    str(wheel), "its files carry no dates", "Install the wheel and give the date of the release."
                )
            return Reading(origin, date(*newest[:3]), documents)
    except FileNotFoundError as error:
        raise ScrapeError(str(wheel), "no such file", "Check the path.") from error
    except (zipfile.BadZipFile, zlib.error, EOFError, ValueError, RuntimeError) as error:
        raise ScrapeError(str(wheel), f"not a readable wheel ({error})", "Download the wheel again.") from error
    except OSError as error:
        raise ScrapeError(str(wheel), f"cannot be read ({error.strerror})", "Check the file.") from error


def _wheel_version(package: Package, wheel: Path, archive: zipfile.ZipFile, members: dict[str, zipfile.ZipInfo]) -> str:
    metadata = [name for name in members if re.fullmatch(r"[^/]+\.dist-info/METADATA", name)]
    if len(metadata) != 1:
        raise ScrapeError(str(wheel), "no package metadata inside", "Name a wheel (.whl) file.")
    fields = email.message_from_bytes(archive.read(metadata[0]))
    name, version = fields.get("Name", ""), fields.get("Version", "")
    if re.sub(r"[-_.]+", "-", name).lower() != package.name or not version:
        raise ScrapeError(str(wheel), f"a wheel of {name or 'nothing'}", f"Name a wheel of {package.name}.")
    return version


def _documents(
    package: Package,
    origin: str,
    is_there: Callable[[str], bool],
    content: Callable[[str], bytes],
    *,
    folder_url: str = "",
    profile: str = "",
) -> tuple[Document, ...]:
    """The documents of a reading, each at the first of its paths that is there."""
    documents = []
    for paths in package.documents:
        path = next((path for path in paths if is_there(path)), None)
        if path is None:
            raise _no_document(origin, paths)
        url = folder_url and folder_url + path
        documents.append(Document(path, _unpacked(path, content(path), origin), url, profile))
    return tuple(documents)


def _unpacked(path: str, content: bytes, origin: str) -> bytes:
    if not path.endswith(".gz"):
        return content
    try:
        return gzip.decompress(content)
    except (OSError, EOFError, zlib.error) as error:
        raise ScrapeError(f"{origin}, {path}", f"not readable as gzip ({error})", "Fetch the package again.") from error


def _no_document(origin: str, paths: tuple[str, ...]) -> ScrapeError:
    return ScrapeError(
        origin, f"has no file {' or '.join(paths)}", "The package moved it: add the new path to the scraper."
    )


def read_releases(package: Package, git_dir: Path) -> Iterator[Reading]:
    """One reading per release tag in which a document differs from the release before, and the newest release.

    The date is the committer date, in UTC, of the commit that the release tag names. Releases before the first one that
    has the documents are passed over; a later one without them is an error.

    Raises:
        ScrapeError: No such repository, no release tags, or a release that lost the documents.
    """
    repository = Repository(git_dir)
    releases = repository.releases()
    blobs = repository.blobs([(commit.name, path) for commit in releases for path in package.git_paths()])
    before: list[str] = []
    for commit in releases:
        ids = [blobs.get((commit.name, path), "") for path in package.git_paths()]
        if any(ids):
            if ids != before or commit is releases[-1]:
                yield _from_commit(package, repository, commit, blobs, f"{package.name} {commit.name}")
            before = ids
        elif before:
            raise _no_document(f"{package.name} {commit.name}", package.documents[0])
    if not before:
        raise _nothing_found(package, git_dir)


def read_commits(package: Package, git_dir: Path) -> Iterator[Reading]:
    """One reading per commit of the main line that touched a document, from `Package.since` on.

    The date is the committer date in UTC; the origin names the abbreviated commit. A commit that only removed the
    documents (to add them again in another form) is no reading: the repository without them says nothing.

    Raises:
        ScrapeError: No such repository, no commit that touched the documents, or a commit that has only some of them.
    """
    paths, since = package.git_paths(), package.since or date.min
    repository = Repository(git_dir)
    commits = [commit for commit in repository.commits(paths) if commit.committed_on.date() >= since]
    blobs = repository.blobs([(commit.name, path) for commit in commits for path in paths])
    there = {commit for commit, _ in blobs}
    if not there:
        raise _nothing_found(package, git_dir)
    for commit in commits:
        if commit.name in there:
            yield _from_commit(package, repository, commit, blobs, f"{package.name} git-{commit.name[:10]}")


def _nothing_found(package: Package, git_dir: Path) -> ScrapeError:
    return ScrapeError(
        str(git_dir),
        f"its history has no {package.git_paths()[0]}",
        f"Name a clone of {package.repository} with its history and tags.",
    )


def _from_commit(
    package: Package, repository: Repository, commit: Commit, blobs: dict[tuple[str, str], str], origin: str
) -> Reading:
    prefix = package.repository_prefix
    documents = _documents(
        package,
        origin,
        lambda path: (commit.name, prefix + path) in blobs,
        lambda path: repository.content(blobs[commit.name, prefix + path]),
        folder_url=f"{package.repository}/blob/{commit.name}/{prefix}",
        profile=package.profile,
    )
    return Reading(origin, commit.committed_on.date(), documents)
