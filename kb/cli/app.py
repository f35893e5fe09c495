"""The group ``kb``: finds commands when they are needed, and turns errors into one message and an exit status."""

from __future__ import annotations

import contextlib
import os
import sys
from importlib import import_module
from typing import Any

import click
from click.exceptions import Exit

from kb._version import __version__
from kb.errors import KBError

#: Every command with the module and function that hold it.
COMMANDS: dict[str, tuple[str, str]] = {
    "lookup": ("lookup", "lookup"),
    "alternatives": ("alternatives", "alternatives"),
    "list": ("listing", "list_types"),
    "history": ("history", "history"),
    "versions": ("versions", "versions"),
    "diff": ("versions", "diff"),
    "workloads": ("shell", "workloads"),
    "query": ("query", "query"),
    "sql": ("sql", "sql"),
    "schema": ("schema", "schema"),
    "serve": ("serve", "serve"),
    "check": ("check", "check"),
    "policy": ("policy", "policy"),
    "export": ("export", "export"),
    "build": ("build", "build"),
    "lint": ("build", "lint"),
    "scrape": ("scrape", "scrape"),
    "refresh": ("refresh", "refresh"),
    "rule": ("rule", "rule"),
    "completion": ("shell", "completion"),
}

#: What ``kb --help`` shows with a sentence each, so that the page fits on a screen; the other commands it names.
SECTIONS: dict[str, tuple[str, ...]] = {
    "Ask": ("lookup", "alternatives", "list", "query", "sql", "serve"),
    "Put to work": ("check", "policy", "export"),
    "Maintain": ("build", "refresh"),
}

_INTERRUPTED = 130
_BROKEN_PIPE = 141

_EPILOG = """\b
Examples:
  kb lookup ml.g5.xlarge --workload training
  kb COMMAND --help    what a command does, its options and an example
"""


class KBGroup(click.Group):
    """A group that imports the module of a command only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, which goes from asking to maintaining."""
        del ctx
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of that name."""
        del ctx
        if cmd_name not in COMMANDS:
            return None
        module, function = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"kb.cli.commands.{module}"), function)
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; for a mistyped one say which are near, for an instance type that ``lookup`` is meant."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}{_hint(name)}")
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Leave the two options to the usage line, so that the page fits on a screen."""
        width = max(map(len, COMMANDS))
        formatter.write("\n")
        for title, names in SECTIONS.items():
            formatter.write(f"{title}:\n")
            for name in names:
                command = self.get_command(ctx, name)
                formatter.write(f"  {name:<{width}}  {command.get_short_help_str(80) if command else ''}\n")
        shown = {name for names in SECTIONS.values() for name in names}
        formatter.write("More: ")
        formatter.write(f"{', '.join(name for name in COMMANDS if name not in shown)}\n")

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line; click itself would show a traceback where not even a help page can be written."""
        try:
            return super().main(*args, **options)
        except OSError as error:
            _abandon_stdout()
            click.echo(f"Error: {_os_error(error)}", err=True)
            sys.exit(1)

    def invoke(self, ctx: click.Context) -> Any:
        """Run the command; known errors end with one message instead of a traceback."""
        try:
            result = super().invoke(ctx)
            sys.stdout.flush()
        except KBError as error:
            raise click.ClickException(str(error)) from error
        except BrokenPipeError:
            _abandon_stdout()
            raise Exit(_BROKEN_PIPE) from None
        except KeyboardInterrupt:
            click.echo("Interrupted.", err=True)
            raise Exit(_INTERRUPTED) from None
        except OSError as error:
            _abandon_stdout()
            raise click.ClickException(_os_error(error)) from error
        return result


def _hint(name: str) -> str:
    from difflib import get_close_matches

    if "." in name:
        return f"; for an instance type: kb lookup {name}" if name.isprintable() and len(name) < 60 else ""
    near = get_close_matches(name, COMMANDS, n=2)
    return f"; did you mean {' or '.join(near)}?" if near else f"; the commands are: {', '.join(COMMANDS)}"


def _os_error(error: OSError) -> str:
    where = f"{error.filename}: " if error.filename else ""
    return f"{where}{error.strerror or error}"


def _abandon_stdout() -> None:
    """Send what is still buffered nowhere, so that the interpreter does not fail once more when it exits."""
    with contextlib.suppress(OSError, ValueError):
        nowhere = os.open(os.devnull, os.O_WRONLY)
        os.dup2(nowhere, sys.stdout.fileno())
        os.close(nowhere)


def _print_version(ctx: click.Context, _param: click.Parameter, wanted: bool) -> None:
    if not wanted or ctx.resilient_parsing:
        return
    from kb.library.lookup import snapshot

    try:
        data = snapshot().data_version
    except KBError as error:
        data = f"none ({error})"
    click.echo(f"kb {__version__}, data {data}")
    ctx.exit()


@click.group(
    cls=KBGroup,
    epilog=_EPILOG,
    options_metavar="[--version] [--help]",
    context_settings={"help_option_names": ["-h", "--help"], "max_content_width": 100},
)
@click.option(
    "--version",
    is_flag=True,
    is_eager=True,
    expose_value=False,
    callback=_print_version,
    help="Show the versions of the code and of the data, and exit.",
)
def cli() -> None:
    """What becomes of your KMS key on the storage of a SageMaker instance type."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
