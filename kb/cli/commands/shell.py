"""``kb workloads`` and ``kb completion``: help for those who type."""

from __future__ import annotations

import click

import kb
from kb.cli.output import Form, echo_csv, echo_json, form_options
from kb.cli.table import Table
from kb.library.lookup import snapshot


@click.command(epilog="\b\nExample:\n  kb workloads --json", short_help="The ways SageMaker runs instances.")
@form_options
def workloads(form: Form) -> None:
    """List the workloads: the ways SageMaker runs instances."""
    rows = [(name, snapshot().title(name)) for name in kb.workloads()]
    if form is Form.JSON:
        echo_json([{"workload": name, "title": title} for name, title in rows])
    elif form is Form.CSV:
        echo_csv(("workload", "title"), rows)
    else:
        click.echo(Table(("workload", "title"), rows).text())


_COMPLETION_EPILOG = """\b
Examples:
  eval "$(kb completion bash)"                                  bash, in ~/.bashrc
  eval "$(kb completion zsh)"                                   zsh, in ~/.zshrc
  kb completion fish > ~/.config/fish/completions/kb.fish       fish, once
"""


@click.command(epilog=_COMPLETION_EPILOG, short_help="Script for completion in bash, zsh or fish.")
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print the script with which a shell completes commands, types, workloads and queries."""
    from click.shell_completion import get_completion_class

    from kb.cli.app import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "kb", "_KB_COMPLETE").source())
