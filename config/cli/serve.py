"""vigie up · vigie demo"""

import gc
import ipaddress
import os
import socket
from typing import Annotated

import typer

from config.cli.terminal import Bar, CommandFailed, open_instance


def add_to(app: typer.Typer) -> None:
    """Add the commands."""
    app.command("up")(up)
    app.command("demo")(demo)


def up(
    host: Annotated[str, typer.Option(help="address to listen on")] = "localhost",
    port: Annotated[int, typer.Option(min=1, max=65535, help="port to listen on")] = 8000,
    workers: Annotated[int, typer.Option(min=1, max=64, help="web processes")] = 1,
) -> None:
    """Serve the pages and do the background work, until SIGTERM or Ctrl+C.

    Beyond loopback it serves TLS, with a certificate of its own kept in the keys folder.
    """
    gc.disable()  # until all is loaded: what a start makes stays, a search finds nothing to free
    inside = is_loopback(host)
    name = "localhost" if inside else name_of(host)
    address = f"{'http' if inside else 'https'}://{name}:{port}"
    # Before settings are read: links in mail and accepted names follow from the address.
    os.environ.setdefault("VIGIE_URL", address)
    if not inside:
        known = [os.environ.get("VIGIE_HOSTS", ""), name, *own_addresses(host)]
        os.environ["VIGIE_HOSTS"] = ",".join(part for part in known if part)
    with open_instance():
        from vigie.establishments.queries import is_demo

        invented = is_demo()
        if invented and not inside:
            raise CommandFailed("in a demo instance anyone may sign in: it stays on localhost")
    from config.sender import keep_quiet
    from config.server import Listening, serve

    if invented:
        keep_quiet()
    serve(Listening(host, port, address, tls=not inside), workers=workers)


def demo(
    reuse: Annotated[
        bool, typer.Option("--reuse", help="leave a demo nation that is there as it is")
    ] = False,
) -> None:
    """Fill an empty instance with the demo nation: invented names, real shapes."""
    with open_instance():
        from vigie.demo.operations import build
        from vigie.establishments.queries import is_demo
        from vigie.kernel import clock

        if not (reuse and is_demo()):
            with Bar() as progress:
                done = build(now=clock.now(), progress=progress)
            typer.echo(
                f"{done.establishments} establishments, {done.people} people, {done.files} open"
                f" files, {done.past} of past years; every one of them invented"
            )
        tell_accounts()


def tell_accounts() -> None:
    """Print the people by role; the sign-in page lists them too."""
    from vigie.accounts.queries import demo_people
    from vigie.demo.rules.people import PASSWORD

    typer.echo("The sign-in page opens each of these with one click:")
    for found in demo_people():
        for person in found.people:
            typer.echo(f"  {found.role.title:<45} {person.email}")
    typer.echo(f"The password of all: {PASSWORD}")


def is_loopback(host: str) -> bool:
    """Return whether only this machine can reach the address."""
    if host == "localhost":
        return True
    try:
        return ipaddress.ip_address(host).is_loopback
    except ValueError:
        return False


def name_of(host: str) -> str:
    """Return what to call the machine in links: the given name or address, else its own name."""
    if host in {"0.0.0.0", "::"}:  # noqa: S104 - recognised, not bound here
        return socket.getfqdn()
    return f"[{host}]" if ":" in host else host


def own_addresses(host: str) -> list[str]:
    """Return the addresses under which the machine may be called, so that an IP works too."""
    if host not in {"0.0.0.0", "::"}:  # noqa: S104 - recognised, not bound here
        return [host]
    found = {socket.gethostname()}
    for _family, _kind, _protocol, _name, place in socket.getaddrinfo(socket.gethostname(), None):
        found.add(str(place[0]))
    with socket.socket(socket.AF_INET, socket.SOCK_DGRAM) as probe:
        # Sends nothing: it only asks which of our addresses leads out. 192.0.2.1 is nobody's.
        if probe.connect_ex(("192.0.2.1", 9)) == 0:
            found.add(probe.getsockname()[0])
    return sorted(f"[{one}]" if ":" in one else one for one in found)
