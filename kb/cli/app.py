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

#: Every command with the module and function that hold it, and what it does in a few words. Help pages take the words
#: from here, so that they import no command.
COMMANDS: dict[str, tuple[str, str, str]] = {
    "lookup": ("lookup", "lookup", "Facts about types, and the effect of a key on them."),
    "alternatives": ("alternatives", "alternatives", "Closest types fully covered by the key."),
    "list": ("listing", "list_types", "Types that satisfy conditions."),
    "history": ("history", "history", "What changed about one type, by date."),
    "versions": ("versions", "versions", "Data versions, newest first."),
    "diff": ("versions", "diff", "What differs between two data versions."),
    "workloads": ("shell", "workloads", "The ways SageMaker runs instances."),
    "query": ("query", "query", "Ready-made queries on the database."),
    "sql": ("sql", "sql", "Your own SQL on the database."),
    "schema": ("schema", "schema", "Tables and columns, with their meaning."),
    "serve": ("serve", "serve", "Serve the data as a web site."),
    "check": ("check", "check", "Effect of keys in templates and requests."),
    "policy": ("policy", "policy", "IAM policy that requires keys where they work."),
    "export": ("export", "export", "Write the tables as files for other tools."),
    "build": ("build", "build", "Build the database from the logs."),
    "lint": ("build", "lint", "Run the data checks on a database."),
    "scrape": ("scrape", "scrape", "Read a source into its observation log."),
    "refresh": ("refresh", "refresh", "Read every source, and publish what changed."),
    "rule": ("rule", "rule", "See the rules, and confirm their evidence."),
    "completion": ("shell", "completion", "Print the completion script for bash, zsh or fish."),
}

#: Commands that ``kb --help`` explains; it only names the others, so that the page fits on a screen.
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
  kb COMMAND --help    options of a command, with examples
"""


class KBGroup(click.Group):
    """A group that imports the module of a command only when that command is asked for."""

    def list_commands(self, ctx: click.Context) -> list[str]:
        """Return the names in the order of the table, which goes from asking to maintaining."""
        return list(COMMANDS)

    def get_command(self, ctx: click.Context, cmd_name: str) -> click.Command | None:
        """Import and return a command; None where there is none of that name."""
        if cmd_name not in COMMANDS:
            return None
        module, function, text = COMMANDS[cmd_name]
        command: click.Command = getattr(import_module(f"kb.cli.commands.{module}"), function)
        command.short_help = text
        return command

    def resolve_command(
        self, ctx: click.Context, args: list[str]
    ) -> tuple[str | None, click.Command | None, list[str]]:
        """Find the command; suggest near names for a mistyped one, and ``lookup`` for an instance type."""
        name = args[0]
        if name not in COMMANDS and not name.startswith("-"):
            ctx.fail(f"no command {name!r}{_hint(name)}")
        return super().resolve_command(ctx, args)

    def format_options(self, ctx: click.Context, formatter: click.HelpFormatter) -> None:
        """Show commands by section; the usage line shows the two options, so that the page fits on a screen."""
        width = max(map(len, COMMANDS))
        formatter.write("\n")
        for title, names in SECTIONS.items():
            formatter.write(f"{title}:\n")
            for name in names:
                formatter.write(f"  {name:<{width}}  {COMMANDS[name][2]}\n")
        shown = {name for names in SECTIONS.values() for name in names}
        formatter.write("More: ")
        formatter.write(f"{' '.join(name for name in COMMANDS if name not in shown)}\n")

    def main(self, *args: Any, **options: Any) -> Any:
        """Run the command line; a file or stream that cannot be used ends with one message instead of a traceback."""
        try:
            return super().main(*args, **options)
        except OSError as error:
            _abandon_stdout()
            where = f"{error.filename}: " if error.filename else ""
            click.echo(f"Error: {where}{error.strerror or error}", err=True)
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
        return result


def _hint(name: str) -> str:
    from difflib import get_close_matches

    if "." in name:
        return f"; for an instance type: kb lookup {name}" if name.isprintable() and len(name) < 60 else ""
    near = get_close_matches(name, COMMANDS, n=2)
    return f"; did you mean {' or '.join(near)}?" if near else f"; the commands are: {', '.join(COMMANDS)}"


def _abandon_stdout() -> None:
    """Discard what is still buffered, so that the interpreter does not fail again when it exits."""
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
    """What happens to your KMS key on the storage of a SageMaker instance type."""
    for stream in (sys.stdout, sys.stderr):
        if hasattr(stream, "reconfigure"):
            stream.reconfigure(errors="backslashreplace")
