"""Say when a visitor may be anybody: in a demo instance, on the machine that runs it."""

import ipaddress
from urllib.parse import urlsplit

from django.http import HttpRequest

from vigie.establishments import queries as establishments

LOOPBACK_NAMES = frozenset({"localhost", "127.0.0.1", "::1"})
# A proxy on this machine would make the whole network look like loopback.
PASSED_ON = ("Forwarded", "X-Forwarded-For", "X-Forwarded-Host", "X-Real-Ip", "Via")


def may_play(request: HttpRequest) -> bool:
    """Return whether one click may sign in as an invented person."""
    return is_local(request) and establishments.is_demo()


def is_local(request: HttpRequest) -> bool:
    """Return whether the request comes from this very machine, by its own name, directly."""
    if any(name in request.headers for name in PASSED_ON):
        return False
    if urlsplit(f"//{request.get_host()}").hostname not in LOOPBACK_NAMES:
        return False
    try:
        return ipaddress.ip_address(request.META.get("REMOTE_ADDR", "")).is_loopback
    except ValueError:
        return False
