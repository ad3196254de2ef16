"""E-mail over SMTP, one connection a message; tells apart refused, to be tried again, unknown."""

import contextlib
import ipaddress
import re
import smtplib
import ssl
from datetime import datetime
from email.message import EmailMessage
from email.policy import SMTP
from email.utils import format_datetime, parseaddr
from urllib.parse import urlsplit

from django.conf import settings

from vigie.messages import rules
from vigie.messages.rules import Fault, Outcome, Parcel, State

ANSWER_WITHIN = 10  # seconds, for each step
TAKEN_WITHIN = 60  # seconds: a server may look at the whole message before it answers
BYE_WITHIN = 2  # seconds
LEADING_DOT = re.compile(rb"^\.", re.MULTILINE)


def send(parcel: Parcel, now: datetime) -> Outcome:
    """Hand a message to the mail server and return what it said."""
    try:
        server = connect()
    except ssl.SSLCertVerificationError as reason:
        return Outcome(State.RETRIED, Fault.NOT_TRUSTED, str(reason), is_down=True)
    except smtplib.SMTPAuthenticationError as reason:
        return Outcome(State.RETRIED, Fault.NO_ACCESS, _words(reason), is_down=True)
    except OSError as reason:  # also every SMTPException: nothing was handed over yet
        return Outcome(State.RETRIED, Fault.UNREACHABLE, str(reason), is_down=True)
    try:
        return hand_over(server, parcel)
    finally:
        leave(server)


def connect() -> smtplib.SMTP:
    """Return a connection that is ready to take a message. Raises OSError."""
    server = open_connection()
    try:
        server.ehlo_or_helo_if_needed()
        if settings.SMTP_STARTTLS:
            server.starttls(context=ssl.create_default_context())
        if settings.SMTP_USER:
            server.login(settings.SMTP_USER, settings.SMTP_PASSWORD)
    except BaseException:
        server.close()
        raise
    return server


def open_connection() -> smtplib.SMTP:
    """Return a connection to the server that has greeted us. Raises OSError."""
    place = (settings.SMTP_HOST, settings.SMTP_PORT, our_name())
    if settings.SMTP_TLS:
        trust = ssl.create_default_context()
        return smtplib.SMTP_SSL(*place, timeout=ANSWER_WITHIN, context=trust)
    return smtplib.SMTP(*place, timeout=ANSWER_WITHIN)


def hand_over(server: smtplib.SMTP, parcel: Parcel) -> Outcome:
    """Say from whom, to whom, what; once the last word is out, silence means unknown."""
    try:
        refusal = announce(server, parcel)
    except OSError as reason:
        return Outcome(State.RETRIED, Fault.UNREACHABLE, str(reason), is_down=True)
    if refusal:
        return refusal
    try:
        if server.sock:
            server.sock.settimeout(TAKEN_WITHIN)
        server.send(LEADING_DOT.sub(b"..", written(parcel)) + b".\r\n")
        code, answer = server.getreply()
    except OSError as reason:
        return Outcome(State.UNKNOWN, Fault.NO_ANSWER, str(reason))
    return rules.answered_by_mail(code, answer.decode(errors="replace"))


def announce(server: smtplib.SMTP, parcel: Parcel) -> Outcome | None:
    """Say from whom and to whom; return None when the server waits for the message."""
    sender = parseaddr(settings.MAIL_FROM)[1]
    for word, expected in (
        (f"MAIL FROM:<{sender}>", 250),
        (f"RCPT TO:<{parcel.to}>", 250),
        ("DATA", 354),
    ):
        code, answer = server.docmd(word)
        if code // 100 in {4, 5}:
            return rules.answered_by_mail(code, answer.decode(errors="replace"))
        if code // 10 != expected // 10:
            raise smtplib.SMTPResponseException(code, answer)
    return None


def written(parcel: Parcel) -> bytes:
    """Return the message as it travels, the same at every try; it ends with a line end."""
    message = EmailMessage(policy=SMTP)
    message["Message-ID"] = parcel.message_id
    message["Date"] = format_datetime(parcel.queued_at)
    message["From"] = settings.MAIL_FROM
    message["To"] = parcel.to
    message["Subject"] = parcel.subject
    message["Content-Language"] = parcel.language
    message["Auto-Submitted"] = "auto-generated"
    message.set_content(parcel.text.rstrip() + "\n", cte="quoted-printable")
    return message.as_bytes()


def leave(server: smtplib.SMTP) -> None:
    """Close the connection; how the server takes it changes nothing any more."""
    with contextlib.suppress(OSError):
        if server.sock:
            server.sock.settimeout(BYE_WITHIN)
            server.quit()
    server.close()


def our_name() -> str:
    """Return what we call ourselves, without asking a name server."""
    host = urlsplit(settings.VIGIE_URL).hostname or "localhost"
    try:
        address = ipaddress.ip_address(host)
    except ValueError:
        return host
    return f"[{'IPv6:' if address.version == 6 else ''}{host}]"


def _words(reason: smtplib.SMTPResponseException) -> str:
    said = reason.smtp_error
    return (
        f"{reason.smtp_code} {said.decode(errors='replace') if isinstance(said, bytes) else said}"
    )
