"""vigie message test RECIPIENT"""

from typing import Annotated
from uuid import uuid4

import typer

from config.cli.terminal import CommandFailed, open_instance


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    message = typer.Typer(help="Try the services that carry messages.", no_args_is_help=True)
    message.callback()(group)
    message.command("test")(send_test)
    app.add_typer(message, name="message")


def group() -> None:
    """Try the services that carry messages."""


def send_test(
    recipient: Annotated[str, typer.Argument(help="an address, a phone number, a webhook's name")],
    sms: Annotated[bool, typer.Option("--sms", help="by SMS instead of mail")] = False,
    webhook: Annotated[bool, typer.Option("--webhook", help="by webhook")] = False,
) -> None:
    """Send one message now and say what the service answered."""
    with open_instance():
        from vigie.kernel import clock
        from vigie.messages import operations
        from vigie.messages.rules import Channel, Letter, State

        channel = Channel.SMS if sms else Channel.WEBHOOK if webhook else Channel.EMAIL
        letter = Letter(
            channel, recipient, "Vigie: test", "This is a test of Vigie's messages.\n", "en"
        )
        key = f"test:{uuid4()}"
        (message,) = operations.post(letters=[letter], about=key, key=key, now=clock.now())
        operations.send_one(message, tell_time=clock.now)
        message.refresh_from_db()
        if message.state != State.SENT:
            said = " · ".join(part for part in (message.last_error, message.answer) if part)
            raise CommandFailed(f"{message.state}: {said}")
    print(f"sent: {message.answer}")
