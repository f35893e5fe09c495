"""Options of the commands that read sources, and the request that they make."""

from __future__ import annotations

import functools
import os
import re
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import click

from kb.cli.options import FILE

if TYPE_CHECKING:
    from scrapers.base import Request

#: A site and its mirror: scheme and host each.
_MIRROR = re.compile(r"(https?://[^/=]*)=(https?://[^/]*)")


def cache_dir() -> Path:
    """Return the folder of the HTTP cache, below the user's cache folder."""
    cache = Path(os.environ.get("XDG_CACHE_HOME") or Path.home() / ".cache")
    return cache / "sagemaker-storage-kb" / "http"


def _read_mirrors(_ctx: click.Context, _param: click.Parameter, values: tuple[str, ...]) -> dict[str, str]:
    found = [(value, _MIRROR.fullmatch(value)) for value in values]
    for value, match in found:
        if match is None:
            raise click.BadParameter(f"{value!r} is not of the form https://docs.aws.amazon.com=http://127.0.0.1:8000")
    return {match[1]: match[2] for _, match in found if match}


def live_options(command: Callable[..., None]) -> Callable[..., None]:
    """Add the options about how sources are read; what they say is passed on as one argument `live`."""

    @click.option(
        "--region",
        "regions",
        metavar="REGION",
        multiple=True,
        help="AWS Region to read; repeatable (default: all enabled).",
    )
    @click.option("--profile", metavar="NAME", default="", help="Named profile in your AWS configuration.")
    @click.option(
        "--mirror",
        "mirrors",
        metavar="SITE=SITE",
        multiple=True,
        callback=_read_mirrors,
        help="Fetch from a mirror instead of the original site; repeatable.",
    )
    @click.option("--keep-raw", metavar="DIR", type=FILE, help="Keep the raw answers in this folder.")
    @click.option(
        "--from-raw", metavar="DIR", type=FILE, help="Read the raw answers in this folder instead of the source."
    )
    @click.option("--no-cache", is_flag=True, help="Do not use the HTTP cache.")
    @click.option("--accept-vanished", is_flag=True, help="Accept a large drop in entries.")
    @functools.wraps(command)
    def with_live(*args: Any, keep_raw: Path | None, from_raw: Path | None, no_cache: bool, **options: Any) -> None:
        if keep_raw is not None and from_raw is not None:
            raise click.UsageError("--keep-raw and --from-raw cannot be given together")
        asked = {name: options.pop(name) for name in ("accept_vanished", "regions", "profile", "mirrors")}
        asked["cache_dir"] = None if no_cache else cache_dir()
        command(*args, live=Live(asked, keep_raw, from_raw), **options)

    return with_live


class Live:
    """How sources are to be read.

    Attributes:
        keep_raw: Folder for what is read; None for none.
        from_raw: Folder to read from instead of the sources; None for the sources.
    """

    def __init__(self, asked: dict[str, Any], keep_raw: Path | None, from_raw: Path | None) -> None:
        self._asked, self.keep_raw, self.from_raw = asked, keep_raw, from_raw

    @functools.cached_property
    def request(self) -> Request:
        """What is asked of every source; made when a command needs it, because a wheel has no scrapers."""
        from scrapers.base import Request

        return Request(**self._asked)
