"""A mail server in a process of its own that misbehaves on demand.

    python smtp_server.py FOLDER [CERTIFICATE KEY]

Prints its port. What it takes goes to FOLDER/taken, one JSON line a message. The name before the @
of the recipient says what happens:

    unknown   refused for good          full     refused for a reason that is not the address
    grey      greylisted at first       drop     the connection ends in the middle of the message
    lost      taken, never acknowledged slow     taken after a while
    spam      refused after the message
"""

import asyncio
import json
import ssl
import sys
from email import message_from_bytes, policy
from pathlib import Path

from aiosmtpd.smtp import SMTP, AuthResult

FOLDER = Path(sys.argv[1])
TAKEN, SEEN = FOLDER / "taken", FOLDER / "seen"


class Handler:
    """What the server does with a message."""

    def __init__(self):
        self.greylisted = set()

    async def handle_RCPT(self, server, session, envelope, address, options):  # noqa: N802
        name = address.partition("@")[0]
        note(SEEN, {"to": address})
        if name == "unknown":
            return f"550 5.1.1 <{address}>: Recipient address rejected: User unknown"
        if name == "full":
            return "552 5.2.2 Mailbox full"
        if name == "grey" and address not in self.greylisted:
            self.greylisted.add(address)
            return "451 4.7.1 Greylisted, come back later"
        envelope.rcpt_tos.append(address)
        return "250 2.1.5 OK"

    async def handle_DATA(self, server, session, envelope):  # noqa: N802
        name = envelope.rcpt_tos[0].partition("@")[0]
        if name == "spam":
            return "554 5.7.1 Looks like spam"
        content = message_from_bytes(envelope.content, policy=policy.default)
        taken = {
            "to": envelope.rcpt_tos[0],
            "from": envelope.mail_from,
            "headers": {field: str(value) for field, value in content.items()},
            "text": content.get_content(),
            "tls": session.ssl is not None,
            "user": session.auth_data.login.decode() if session.auth_data else "",
        }
        note(TAKEN, taken)
        if name == "lost":
            server.transport.abort()
        if name == "slow":
            await asyncio.sleep(3)
        return "250 2.0.0 queued as 4D2A"


class Server(SMTP):
    """A server that may hang up in the middle."""

    async def smtp_DATA(self, arg):  # noqa: N802
        if self.envelope.rcpt_tos and self.envelope.rcpt_tos[0].startswith("drop@"):
            await self.push("354 go on")
            self.transport.abort()
            return
        await super().smtp_DATA(arg)


def note(path, what):
    with path.open("a") as file:
        file.write(json.dumps(what) + "\n")


def trust():
    context = ssl.create_default_context(ssl.Purpose.CLIENT_AUTH)
    context.load_cert_chain(*sys.argv[2:])
    return context


async def serve():
    handler = Handler()
    tls = {"tls_context": trust(), "require_starttls": True} if sys.argv[2:] else {}
    login = {"authenticator": known, "auth_require_tls": False}
    loop = asyncio.get_running_loop()
    server = await loop.create_server(lambda: Server(handler, **tls, **login), "127.0.0.1", 0)
    print(server.sockets[0].getsockname()[1], flush=True)  # noqa: T201 - the test reads it
    await server.serve_forever()


def known(server, session, envelope, mechanism, given):
    fits = (given.login, given.password) == (b"vigie", b"s3cret")
    return AuthResult(success=fits, handled=False, auth_data=given)


if __name__ == "__main__":
    asyncio.run(serve())
