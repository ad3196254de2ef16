"""vigie audit verify · vigie audit head"""

import sys
from typing import Annotated

import typer

from config.cli.terminal import Bar, open_instance

WORDS = {
    "altered": "was altered",
    "removed": "was removed",
    "cut": "is missing: the journal ends before its head",
    "added": "was added past the head",
    "head": "the head was altered or removed",
    "other_head": "the head kept elsewhere is not in this journal",
    "people": "the names kept beside it are not those recorded",
}


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Find out whether the journal can be believed.", no_args_is_help=True)
    group.command("verify")(verify)
    group.command("head")(head)
    app.add_typer(group, name="audit")


def verify(
    kept: Annotated[
        str, typer.Option("--head", help="a head printed earlier, which must be in the chain")
    ] = "",
) -> None:
    """Walk the whole chain; exit 1 and name the first bad entry when it is broken."""
    with open_instance():
        from vigie.audit import queries, rules

        try:
            known = rules.read_head(kept) if kept else None
        except ValueError as reason:
            raise typer.BadParameter(f"--head: {reason}") from reason
        with Bar() as bar:
            bar.stage("Verifying the journal")
            bar.total(queries.head().position)
            done = 0

            def walked(position: int) -> None:
                nonlocal done
                bar.advance(position - done)
                done = position

            verdict = queries.verify(walked, known)
    waiting = f"{verdict.unsealed} not sealed yet"
    if verdict.fault:
        entry = f" (entry {verdict.fault.entry})" if verdict.fault.entry else ""
        words = WORDS[verdict.fault.flaw]
        print(f"BROKEN at {verdict.fault.position}{entry}: {words}; {waiting}")
        sys.exit(1)
    print(f"The journal holds: {verdict.sealed} entries sealed, {waiting}")


def head() -> None:
    """Print the end of the chain, to keep where this machine cannot reach."""
    with open_instance():
        from vigie.audit import operations, queries
        from vigie.kernel import clock

        operations.seal(clock.now())
        print(queries.head())
