"""vigie user create EMAIL · vigie token create EMAIL"""

import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated

import typer

from config.cli.terminal import CommandFailed, open_instance, territory_of

if TYPE_CHECKING:
    from vigie.accounts.rules import Permission


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    user = typer.Typer(help="Open accounts; pages only ever invite.", no_args_is_help=True)
    user.command("create")(create_user)
    app.add_typer(user, name="user")
    token = typer.Typer(help="Make tokens for programs.", no_args_is_help=True)
    token.command("create")(create_token)
    app.add_typer(token, name="token")


def create_user(
    email: str,
    first_name: Annotated[str, typer.Option()] = "",
    last_name: Annotated[str, typer.Option()] = "",
    language: Annotated[str, typer.Option(help="fr or en")] = "fr",
    role: Annotated[str, typer.Option(help="a role to give, such as administrator")] = "",
    on: Annotated[
        str, typer.Option(help="where: nation:FR, region:84, group:CODE, ej:FINESS, et:FINESS")
    ] = "nation:FR",
    password_stdin: Annotated[
        bool, typer.Option("--password-stdin", help="read the password from standard input")
    ] = False,
) -> None:
    """Open an account, with a role on a territory if asked.

    Asks for a password at the terminal; without one, the person asks for a link by e-mail.
    """
    with open_instance():
        from django.core.validators import validate_email
        from django.db import transaction

        from vigie.accounts import operations
        from vigie.accounts.rules import Operator
        from vigie.kernel import clock

        validate_email(email)
        refuse_unknown(role, language)
        territory = territory_of(on)
        password = password_for(password_stdin)
        with transaction.atomic():
            names = {"first_name": first_name, "last_name": last_name, "language": language}
            person = operations.create_user(
                by=Operator(), email=email, password=password, now=clock.now(), **names
            )
            if role:
                operations.give_membership(
                    by=Operator(), person=person, role=role, territory=territory, now=clock.now()
                )
    held = f", {role} on {on}" if role else ", without a role yet"
    print(f"{person.email}{held}")


def create_token(
    email: Annotated[str, typer.Argument(help="whose rights the token has at most")],
    name: Annotated[str, typer.Option(help="what it is for, as lists show it")],
    scope: Annotated[
        list[str] | None, typer.Option(help="a permission, repeatable; default: all they hold")
    ] = None,
    days: Annotated[int, typer.Option(min=1, max=365, help="how long it lives")] = 90,
) -> None:
    """Make an API token and print it once; only its hash is kept."""
    with open_instance():
        from vigie.accounts import operations, queries
        from vigie.accounts.models import User
        from vigie.kernel import clock

        person = User.objects.filter(email__iexact=email, is_active=True).first()
        if not person:
            raise CommandFailed(f"no active account has the address {email}")
        now = clock.now()
        made = operations.create_token(
            by=person,
            name=name,
            scopes=permissions_of(scope) if scope else queries.permissions_held(person),
            expires_at=now + timedelta(days=days),
            now=now,
            actor="system:cli",
        )
    print(f"valid until {made.token.expires_at.isoformat()}", file=sys.stderr)
    print(made.secret)


def refuse_unknown(role: str, language: str) -> None:
    """Raise BadParameter for a role or a language that does not exist."""
    from django.conf import settings

    from vigie.accounts.rules import ROLES

    if role and role not in ROLES:
        raise typer.BadParameter(f"no role {role!r}; there are: {', '.join(ROLES)}")
    if language not in dict(settings.LANGUAGES):
        raise typer.BadParameter(f"no language {language!r}")


def permissions_of(texts: list[str]) -> "set[Permission]":
    """Return the permissions of texts. Raises BadParameter for one that does not exist."""
    from vigie.accounts.rules import Permission

    unknown = sorted(set(texts) - set(Permission))
    if unknown:
        raise typer.BadParameter(f"no scope {unknown[0]!r}; there are: {', '.join(Permission)}")
    return {Permission(text) for text in texts}


def password_for(from_stdin: bool) -> str | None:
    """Return the password typed or piped in, None for none. Raises ValidationError when weak."""
    from django.contrib.auth.password_validation import validate_password

    if from_stdin:
        password = sys.stdin.readline().rstrip("\n")
    elif sys.stdin.isatty():
        password = typer.prompt(
            "Password (empty for none)", default="", hide_input=True, show_default=False, err=True
        )
        if password and password != typer.prompt("Again", hide_input=True, err=True):
            raise CommandFailed("the two passwords differ")
    else:
        return None
    if password:
        validate_password(password)
    return password or None
