"""The command `vigie`: one function a command; what they do lives in the capabilities."""

import os
import sys

import typer

from config.cli import (
    accounts,
    imports,
    journal,
    mappers,
    messages,
    reports,
    safekeeping,
    serve,
)
from config.cli.terminal import explain

app = typer.Typer(
    name="vigie",
    help="Prepare hospitals for cyberattacks, live through them and learn from them.\n\n"
    "Works on the instance in VIGIE_HOME (default: ./var), made at the first command; "
    "DATABASE_URL moves its data to PostgreSQL.",
    no_args_is_help=True,
    pretty_exceptions_enable=False,
    context_settings={"help_option_names": ["-h", "--help"]},
)
serve.add_to(app)
imports.add_to(app)
mappers.add_to(app)
reports.add_to(app)
journal.add_to(app)
safekeeping.add_to(app)
accounts.add_to(app)
messages.add_to(app)


def main() -> None:
    """Run one command. What was to be expected is told in a sentence, the rest with its trace."""
    os.umask(0o077)  # an instance is for its owner alone: database, uploads, keys, backups
    os.environ.setdefault("DJANGO_SETTINGS_MODULE", "config.settings")
    try:
        app()
    except Exception as reason:
        sentence = explain(reason)
        if sentence is None or os.environ.get("VIGIE_DEBUG"):
            raise
        typer.echo(f"vigie: {sentence}", err=True)
        sys.exit(1)
