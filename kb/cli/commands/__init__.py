"""One module per group of commands; `kb.cli.app.COMMANDS` names them."""
