"""``kb serve``: the web site on your machine."""

from __future__ import annotations

import errno
import socket
from pathlib import Path

import click

from kb.cli.options import FILE, database_option
from kb.cli.output import Progress, note
from kb.dataset import paths
from kb.library.lookup import snapshot
from kb.site import app

_EPILOG = """The site is read-only. It answers from an export (`kb export`), rebuilt first if it is out of date.
To let other machines in, give an address of this one with --host.

\b
Examples:
  kb serve --open
  kb serve --host 0.0.0.0 --port 80
"""


@click.command(epilog=_EPILOG)
@click.option("--host", metavar="ADDRESS", default="127.0.0.1", show_default=True, help="Address to listen on.")
@click.option(
    "--port",
    metavar="N",
    type=click.IntRange(0, 65535),
    default=8001,
    show_default=True,
    help="Port to listen on; 0 for any free one.",
)
@click.option(
    "--export", "folder", metavar="DIR", type=FILE, help="Export to serve (default: the one that `kb export` writes)."
)
@click.option("--cors", is_flag=True, help="Allow pages of other sites to read the data.")
@click.option("--open", "is_opened", is_flag=True, help="Open the site in your browser.")
@database_option
def serve(*, host: str, port: int, folder: Path | None, cors: bool, is_opened: bool, database: Path | None) -> None:
    """Serve the data as a web site: search, a page per instance type, tables, SQL."""
    chosen = folder or paths.export_dir()
    source = database or paths.database_file()
    with _listening(host, port) as listener:
        with Progress() as progress:
            is_new = app.ensure_export(source, chosen, progress.step, is_required=database is not None)
        if is_new:
            note(f"exported {chosen}")
        site = app.make(chosen, cors=cors)
        address = f"http://{_shown(listener)}/"
        note(f"data {snapshot().data_version} at {address} (Ctrl-C to stop)")
        if is_opened:
            click.launch(address)
        try:
            app.run(site, listener)
        except KeyboardInterrupt:
            note("Stopped.")


def _listening(host: str, port: int) -> socket.socket:
    """Open the port before any work, so that you learn at once when it is in use.

    Raises:
        click.ClickException: it cannot be opened.
    """
    try:
        family, kind, protocol, _, address = socket.getaddrinfo(host, port, type=socket.SOCK_STREAM)[0]
    except (OSError, UnicodeError) as error:
        raise click.ClickException(f"{host[:60]!r} is not an address of this machine") from error
    listener = socket.socket(family, kind, protocol)
    try:
        listener.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        listener.bind(address)
        listener.listen(128)
    except OSError as error:
        listener.close()
        not_allowed = f"port {port}: not allowed; ports below 1024 need administrator rights"
        known = {
            errno.EADDRINUSE: f"port {port} is in use; choose another with --port, or 0 for any free one",
            errno.EACCES: not_allowed,
            errno.EPERM: not_allowed,
        }
        text = known.get(error.errno or 0, f"{host}, port {port}: {error.strerror}")
        raise click.ClickException(text) from error
    return listener


def _shown(listener: socket.socket) -> str:
    host, port = listener.getsockname()[:2]
    shown = {"0.0.0.0": "localhost", "::": "localhost"}.get(host, host)  # noqa: S104 - only how it is shown
    return f"[{shown}]:{port}" if ":" in shown else f"{shown}:{port}"
