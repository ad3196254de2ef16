"""vigie report observatory --year Y · vigie report publish --year Y --by EMAIL"""

import sys
from enum import StrEnum
from pathlib import Path
from typing import Annotated

import typer

from config.cli.terminal import CommandFailed, open_instance, territory_of


class Format(StrEnum):
    """In which format a report is written."""

    JSON = "json"
    CSV = "csv"
    HTML = "html"
    PDF = "pdf"


class Unit(StrEnum):
    """What a report counts."""

    DECLARATIONS = "declarations"
    EVENTS = "events"


class Axis(StrEnum):
    """Which date puts a record into a year."""

    DECLARED = "declared"
    OCCURRED = "occurred"


class Language(StrEnum):
    """The words of a report."""

    FR = "fr"
    EN = "en"


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    group = typer.Typer(help="Print and publish reports.", no_args_is_help=True)
    group.command("observatory")(observatory)
    group.command("publish")(publish)
    app.add_typer(group, name="report")


def observatory(  # noqa: PLR0913, PLR0917 - one parameter an option
    year: Annotated[int, typer.Option(help="the year to count")],
    territory: Annotated[
        str,
        typer.Option(
            metavar="KIND:CODE",
            help="nation:FR, region:84, department:75, group:CODE, ej:FINESS, et:FINESS; "
            "default: everything",
        ),
    ] = "",
    structure_type: Annotated[str, typer.Option("--type", help="one structure type alone")] = "",
    unit: Annotated[Unit, typer.Option(help="what is counted")] = Unit.DECLARATIONS,
    axis: Annotated[Axis, typer.Option(help="by which date")] = Axis.DECLARED,
    without_provider: Annotated[
        bool, typer.Option("--without-provider", help="leave out what says a provider is touched")
    ] = False,
    public: Annotated[bool, typer.Option("--public", help="hide small cells")] = False,
    written: Annotated[Format, typer.Option("--format", help="how it is written")] = Format.JSON,
    language: Annotated[Language, typer.Option(help="its words")] = Language.FR,
    output: Annotated[
        Path | None,
        typer.Option("--output", "-o", dir_okay=False, help="a file; default: print it"),
    ] = None,
) -> None:
    """Print the figures of a year, each with its definition."""
    with open_instance():
        from vigie.kernel import clock
        from vigie.observatory import exports, queries
        from vigie.observatory.rules import question

        report = queries.report_of_everything(
            question.Question(
                year=year,
                territory=territory_of(territory) if territory else None,
                structure_type=structure_type,
                unit=question.Unit(unit.value),
                axis=question.Axis(axis.value),
                is_public=public,
                without_provider=without_provider,
            ),
            as_of=clock.now(),
        )
        content = exports.write(report, written.value, language=language.value)
    if output:
        output.write_bytes(content)
    else:
        sys.stdout.buffer.write(content)


def publish(
    year: Annotated[int, typer.Option(help="the year to publish; it must be over")],
    by: Annotated[str, typer.Option(metavar="EMAIL", help="who answers for it: a CERT lead")],
    note: Annotated[str, typer.Option(help="why published figures are corrected")] = "",
) -> None:
    """Publish the figures of a year for everybody, or correct them by a new revision."""
    with open_instance():
        from django.utils.translation import gettext

        from vigie.accounts.models import User
        from vigie.kernel import clock
        from vigie.observatory import operations
        from vigie.observatory.rules.publication import PublicationRefused

        person = User.objects.filter(email__iexact=by).first()
        if person is None:
            raise CommandFailed(f"{by}: nobody has this address here")
        try:
            made = operations.publish(year=year, note=note, by=person, now=clock.now())
        except PublicationRefused as reason:
            raise CommandFailed(gettext(reason.refusal.value)) from reason
        typer.echo(f"{made.year}, revision {made.revision}: {made.sha256}")
