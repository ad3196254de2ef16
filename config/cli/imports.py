"""vigie import FORMAT PATH…"""

import json
import sys
from collections.abc import Sequence
from functools import partial
from importlib import import_module
from pathlib import Path
from typing import TYPE_CHECKING, Annotated, Protocol, cast

import typer

from config.cli.mappers import HOME_COUNTRY, mapping_of
from config.cli.terminal import Bar, CommandFailed, open_instance

if TYPE_CHECKING:
    from datetime import datetime

    from vigie.kernel.imports import ImportSummary, Progress

# format -> the act that reads it, and what it reads.
FORMATS = {
    "sae": ("vigie.establishments.operations:import_sae", "establishments of the yearly SAE (CSV)"),
    "veris": ("vigie.incidents.operations:import_veris", "incidents in VERIS (JSON, folders)"),
    "declarations": (
        "vigie.incidents.operations:import_declarations",
        "past declarations (CSV, xlsx, JSON), or any table with --mapper",
    ),
}
SHOWN = 20  # problems told one by one on the terminal; --json has them all


class Importer(Protocol):
    """The act that imports one format."""

    def __call__(
        self, paths: Sequence[Path], *, now: "datetime", dry_run: bool, progress: "Progress"
    ) -> "ImportSummary":
        """Import the files and return what became of each record."""


def add_to(app: typer.Typer) -> None:
    """Add the command."""
    known = "; ".join(f"{name}: {words}" for name, (_, words) in FORMATS.items())
    app.command("import", help=f"Import records; a second run changes nothing. Formats: {known}.")(
        import_records
    )


def import_records(
    kind: Annotated[
        str,
        typer.Argument(
            metavar="FORMAT", help=" or ".join(FORMATS), autocompletion=lambda: list(FORMATS)
        ),
    ],
    paths: Annotated[list[Path], typer.Argument(metavar="PATH…", help="files, or folders of them")],
    mapper: Annotated[
        str,
        typer.Option(
            metavar="NAME|FILE",
            help="declarations only: how the columns of somebody else's table are read",
        ),
    ] = "",
    dry_run: Annotated[
        bool, typer.Option("--dry-run", help="say what would happen, keep nothing")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="end standard output with the summary as JSON")
    ] = False,
) -> None:
    """Import records of a format from files."""
    if kind not in FORMATS:
        raise typer.BadParameter(f"no format {kind!r}; there are: {', '.join(FORMATS)}")
    for path in paths:
        if not path.exists():
            raise CommandFailed(f"{path}: no such file or folder")
    if mapper and kind != "declarations":
        raise typer.BadParameter("--mapper goes with declarations alone")
    with open_instance():
        summary = run(importer_of(kind, mapper), kind, paths, dry_run=dry_run)
    tell(summary, dry_run=dry_run, as_json=as_json)
    raise typer.Exit(summary.exit_code)


def importer_of(kind: str, mapper: str) -> Importer:
    """Return the act that imports a format, with the mapper that was asked for."""
    module, _, act = FORMATS[kind][0].partition(":")
    plain = cast(Importer, getattr(import_module(module), act))
    if not mapper:
        return plain
    from vigie.incidents.operations import import_mapped

    return partial(import_mapped, mapping=mapping_of(mapper), country=HOME_COUNTRY)


def run(importer: Importer, kind: str, paths: Sequence[Path], *, dry_run: bool) -> "ImportSummary":
    """Import, and count input that cannot be read at all as an error of the summary."""
    from vigie.kernel import clock
    from vigie.kernel.imports import ImportSummary, UnusableInput

    try:
        with Bar() as progress:
            return importer(paths, now=clock.now(), dry_run=dry_run, progress=progress)
    except UnusableInput as reason:
        return ImportSummary(kind, errors=[reason.problem])


def tell(summary: "ImportSummary", *, dry_run: bool, as_json: bool) -> None:
    """Print the problems to standard error and the summary to standard output."""
    for title, problems in (("refused", summary.errors), ("warning", summary.warnings)):
        for problem in problems[:SHOWN]:
            print(f"{title}: {problem}", file=sys.stderr)
        if len(problems) > SHOWN:
            print(f"{title}: and {len(problems) - SHOWN} more (--json has all)", file=sys.stderr)
    out = sys.stderr if as_json else sys.stdout
    if summary.coverage:
        width = max(len(name) for name in summary.coverage)
        print(
            "Fields:",
            *(f"  {n:<{width}}  {c}" for n, c in summary.coverage.items()),
            sep="\n",
            file=out,
        )
    counts = ("read", "created", "updated", "unchanged", "closed", "refused")
    line = ", ".join(f"{getattr(summary, name)} {name}" for name in counts)
    print(f"{summary.format}{' (dry run)' if dry_run else ''}: {line}", file=out)
    if as_json:
        print(json.dumps(summary.as_json(), ensure_ascii=False))
