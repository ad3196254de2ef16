"""vigie mapper list · show NAME · save FILE NAME · retire NAME · guess FILE"""

from pathlib import Path
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.terminal import CommandFailed, open_instance

if TYPE_CHECKING:
    from vigie.incidents.models import Mapper
    from vigie.incidents.rules.mapping import Mapping

HOME_COUNTRY = "FR"
SUFFIXES = {".yaml", ".yml", ".json"}
Name = Annotated[str, typer.Argument(help="as `vigie mapper list` shows it")]
File = Annotated[Path, typer.Argument(exists=True, dir_okay=False)]


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    mapper = typer.Typer(
        help="How the columns of somebody else's tables become declarations.", no_args_is_help=True
    )
    for name, command in (
        ("list", list_mappers),
        ("show", show),
        ("save", save),
        ("retire", retire),
        ("guess", guess),
    ):
        mapper.command(name)(command)
    app.add_typer(mapper, name="mapper")


def list_mappers() -> None:
    """Print the mappers in use: name, version, source."""
    with open_instance():
        from vigie.incidents.queries.intake import in_use

        for row in in_use().filter(country=HOME_COUNTRY).order_by("name", "id"):
            print(f"{row.name}\tv{row.version}\t{row.content['source']}")


def show(name: Name) -> None:
    """Print a mapper as YAML, to keep or to change."""
    with open_instance():
        from vigie.incidents.exports.mappers import as_yaml

        print(as_yaml(mapping_of(name)), end="")


def save(path: File, name: Name) -> None:
    """Keep the mapper of a YAML or JSON file under a name; the same name adds a version."""
    with open_instance():
        from vigie.accounts.rules import Operator
        from vigie.incidents.operations.mappers import save_mapper
        from vigie.kernel import clock

        saved = save_mapper(
            by=Operator(),
            country=HOME_COUNTRY,
            name=name,
            mapping=from_file(path),
            now=clock.now(),
        )
    print(saved)


def retire(name: Name) -> None:
    """Offer a mapper no more; its versions stay."""
    with open_instance():
        from vigie.accounts.rules import Operator
        from vigie.incidents.operations.mappers import retire_mapper
        from vigie.kernel import clock

        retire_mapper(by=Operator(), mapper=saved_as(name), now=clock.now())


def guess(
    path: File, source: Annotated[str, typer.Option(help="what to call it")] = "file"
) -> None:
    """Print a first mapper for a table as YAML, guessed from its headers and cells."""
    with open_instance():
        from vigie.incidents.exports.mappers import as_yaml
        from vigie.incidents.feeds import sheets
        from vigie.incidents.feeds.words import all_labels
        from vigie.incidents.rules import guess as guessing
        from vigie.incidents.rules.mapping import TARGETS, Mapping

        found = sheets.survey(path)
        uses = guessing.guess(found.columns, found.rows, all_labels(TARGETS))
        mapping = Mapping.model_construct(source=source, columns=uses, shape=found.shape)
    print(as_yaml(mapping), end="")


def mapping_of(name: str) -> "Mapping":
    """Return the mapping of a file or of a saved mapper. Raises CommandFailed."""
    from vigie.incidents.rules.mapping import Mapping

    path = Path(name)
    if path.suffix.lower() in SUFFIXES:
        return from_file(path)
    return Mapping.model_validate(saved_as(name).content)


def saved_as(name: str) -> "Mapper":
    """Return the mapper of a name. Raises CommandFailed where there is none in use."""
    from vigie.incidents.queries.intake import in_use, mapper_named

    found = mapper_named(name, HOME_COUNTRY)
    if found is None:
        rows = in_use().filter(country=HOME_COUNTRY).order_by("name", "id")
        known = ", ".join(row.name for row in rows) or "none yet"
        raise CommandFailed(f"no mapper {name!r}; there are: {known}")
    return found


def from_file(path: Path) -> "Mapping":
    """Return the mapping of a file. Raises CommandFailed where it makes no sense."""
    from vigie.incidents.feeds.mappers import BadMapping, load

    try:
        return load(path.read_text(encoding="utf-8"))
    except (BadMapping, UnicodeDecodeError) as reason:
        raise CommandFailed(f"{path}: {reason}") from reason
