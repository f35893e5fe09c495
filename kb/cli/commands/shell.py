"""``kb workloads`` and ``kb completion``: the names you can type, and their completion in your shell."""

from __future__ import annotations

import click

import kb
from kb.cli.output import Form, form_options
from kb.cli.table import write_table
from kb.library.lookup import snapshot


@click.command(epilog="\b\nExample:\n  kb workloads --json")
@form_options
def workloads(form: Form) -> None:
    """List the workloads: the ways SageMaker runs instances."""
    write_table(form, ("workload", "title"), [(name, snapshot().title(name)) for name in kb.workloads()])


_COMPLETION_EPILOG = """\b
Examples:
  eval "$(kb completion bash)"                                  bash, in ~/.bashrc
  eval "$(kb completion zsh)"                                   zsh, in ~/.zshrc
  kb completion fish > ~/.config/fish/completions/kb.fish       fish, once
"""


@click.command(epilog=_COMPLETION_EPILOG)
@click.argument("shell", type=click.Choice(["bash", "zsh", "fish"]))
def completion(shell: str) -> None:
    """Print a script that lets your shell complete commands, types, workloads and queries."""
    from click.shell_completion import get_completion_class

    from kb.cli.app import cli

    kind = get_completion_class(shell)
    if kind is None:
        raise click.UsageError(f"no completion for {shell}")
    click.echo(kind(cli, {}, "kb", "_KB_COMPLETE").source())
