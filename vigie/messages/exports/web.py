"""One HTTP request without redirects; connecting and asking fail apart.

The standard client is used since it alone lets us connect first: what fails until then was never
handed over, what fails afterwards may have been.
"""

import http.client
import ssl
from collections.abc import Mapping
from urllib.parse import urlsplit

from django.conf import settings

from vigie.messages import rules
from vigie.messages.rules import Fault, Outcome, State

CONNECT_WITHIN = 5  # seconds
ANSWER_WITHIN = 15  # seconds, between two parts of an answer
READ_AT_MOST = 2_000  # bytes


def ask(
    method: str, url: str, *, body: bytes, headers: Mapping[str, str], success: frozenset[int]
) -> Outcome:
    """Send a request and return what its answer means. success: the statuses that say: taken."""
    connection = None
    try:
        connection = opened(url)
        connection.connect()
    except ssl.SSLCertVerificationError as reason:
        return Outcome(State.RETRIED, Fault.NOT_TRUSTED, str(reason), is_down=True)
    except (OSError, http.client.HTTPException) as reason:
        return Outcome(State.RETRIED, Fault.UNREACHABLE, str(reason), is_down=True)
    try:
        if connection.sock:
            connection.sock.settimeout(ANSWER_WITHIN)
        connection.request(method, path_of(url), body, {"User-Agent": "Vigie", **headers})
        answer = connection.getresponse()
        said = answer.read(READ_AT_MOST).decode(errors="replace")
        return rules.answered_by_web(answer.status, said or answer.reason, success=success)
    except (OSError, http.client.HTTPException) as reason:
        return Outcome(State.UNKNOWN, Fault.NO_ANSWER, str(reason))
    finally:
        connection.close()


def opened(url: str) -> http.client.HTTPConnection:
    """Return a connection to where an address lies, through the proxy if there is one."""
    parts = urlsplit(url)
    host, port = parts.hostname or "", parts.port
    if parts.scheme != "https":  # loopback: settings take no other
        return http.client.HTTPConnection(host, port, timeout=CONNECT_WITHIN)
    trust = ssl.create_default_context()
    if not settings.HTTP_PROXY:
        return http.client.HTTPSConnection(host, port, timeout=CONNECT_WITHIN, context=trust)
    connection = http.client.HTTPSConnection(
        settings.HTTP_PROXY, timeout=CONNECT_WITHIN, context=trust
    )
    connection.set_tunnel(host, port or 443)
    return connection


def path_of(url: str) -> str:
    """Return what is asked for on the server: path and query."""
    parts = urlsplit(url)
    return (parts.path or "/") + (f"?{parts.query}" if parts.query else "")
