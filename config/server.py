"""Run the web server and the background worker as one: they start, stop and fail together."""

import gc
import http.client
import logging
import multiprocessing
import os
import signal
import socket
import ssl
import sys
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from typing import Any

from django.conf import settings
from django.db import connections
from django.urls import get_resolver
from granian.constants import Interfaces, SSLProtocols
from granian.server import MPServer

from config.certificate import own_certificate
from config.cli.terminal import CommandFailed
from config.worker import FIGURES_JOBS, LONG_JOBS, Worker
from vigie.kernel import clock

logger = logging.getLogger(__name__)
EVERYWHERE = {"0.0.0.0": "127.0.0.1", "::": "::1"}  # noqa: S104 - how to reach ourselves
STOP_WITHIN = 15  # seconds for requests under way; a killed one was not acknowledged
# A supervisor may send SIGTERM to the children too. Ours must not reach them in the middle of
# their answer to it: the server's handler would wait for itself.
SECOND_SIGNAL_AFTER = 0.2  # seconds
READY_WITHIN = 30  # seconds
GARBAGE_AFTER = 10_000  # new objects: a page makes so many, and frees nearly all of them itself
LOGS = {  # the server's own words go where ours go, standard error
    "handlers": {},
    "loggers": {
        "_granian": {"handlers": [], "propagate": True},
        "granian.access": {"handlers": [], "propagate": True},
    },
}


@dataclass(frozen=True)
class Listening:
    """Where the server listens, and what people type to reach it."""

    host: str
    port: int
    address: str
    tls: bool


def serve(at: Listening, *, workers: int) -> None:
    """Serve until told to stop. Raises CommandFailed when the port is taken or a part died."""
    host = "127.0.0.1" if at.host == "localhost" else at.host
    refuse_a_taken_port(host, at.port)
    certificate, key = own_certificate(at.host, now=clock.now()) if at.tls else (None, None)
    load_once()
    server = Server(
        at,
        target="config.wsgi:application",
        address=host,
        port=at.port,
        interface=Interfaces.WSGI,
        workers=workers,
        blocking_threads=settings.THREADS,
        ssl_cert=certificate,
        ssl_key=key,
        ssl_protocol_min=SSLProtocols.tls12,
        workers_kill_timeout=STOP_WITHIN,
        log_dictconfig=LOGS,
        log_level="critical",  # the death of a process is told below
    )
    server.serve(target_loader=in_child, wrap_loader=False)


def refuse_a_taken_port(host: str, port: int) -> None:
    """Raise CommandFailed when something listens there: the server itself would share it."""
    family = socket.AF_INET6 if ":" in host else socket.AF_INET
    with socket.socket(family, socket.SOCK_STREAM) as trial:
        trial.setsockopt(socket.SOL_SOCKET, socket.SO_REUSEADDR, 1)
        try:
            trial.bind((host, port))
        except OSError as reason:
            raise CommandFailed(f"cannot listen on {host}:{port}: {reason.strerror}") from reason


def load_once() -> None:
    """Load all that a request needs before the processes part: they share its memory."""
    if sys.platform == "linux":  # the default changed in Python 3.14, and would load all again
        multiprocessing.set_start_method("fork", force=True)
    from config.wsgi import application  # noqa: PLC0415 - only a server needs it

    get_resolver().url_patterns  # noqa: B018 - loads every view
    application.load_middleware()
    connections.close_all()  # a connection must not cross a fork
    gc.collect()
    gc.freeze()
    gc.set_threshold(GARBAGE_AFTER, 10, 10)
    gc.enable()


def in_child() -> Callable[..., Any]:
    """Return the application, in a web process that will not outlive its parent."""
    # Ctrl+C reaches the whole group; the parent alone answers it, by SIGTERM.
    signal.pthread_sigmask(signal.SIG_BLOCK, {signal.SIGINT})
    parent = os.getppid()
    threading.Thread(target=follow, args=(parent,), name="follow", daemon=True).start()
    from config.wsgi import application  # noqa: PLC0415 - loaded already, before the fork

    return application


def follow(parent: int) -> None:
    """End this process when its parent is gone, killed without a chance to say so."""
    while os.getppid() == parent:
        time.sleep(0.25)
    os._exit(1)


class Server(MPServer):
    """The web server, with the background worker as a thread of its parent process."""

    def __init__(self, at: Listening, **options: Any) -> None:
        super().__init__(**options)
        self.at = at
        self.failure = ""
        self.background = (
            Worker(on_death=self.fail),
            Worker(on_death=self.fail, jobs=LONG_JOBS, name="long-worker"),
            Worker(on_death=self.fail, jobs=FIGURES_JOBS, name="figures-worker"),
        )

    def startup(self, spawn_target: Any, target_loader: Any) -> None:
        """Start the web processes, then the threads, which a fork would not survive."""
        super().startup(spawn_target, target_loader)  # type: ignore[no-untyped-call]
        for worker in self.background:
            worker.start()
        threading.Thread(target=self.say_when_ready, name="ready", daemon=True).start()

    def shutdown(self, exit_code: int = 0) -> None:
        """Stop everything; a stop that nobody asked for is a failure."""
        died = bool(self.interrupt_children) and not self.interrupt_signal
        time.sleep(SECOND_SIGNAL_AFTER)
        self.interrupt_children.clear()  # those whom a supervisor stopped too are no failure
        super().shutdown(0)  # type: ignore[no-untyped-call]
        for worker in reversed(self.background):
            worker.stop()
        if died or self.failure or exit_code:
            raise CommandFailed(self.failure or "a web process died; everything is stopped")

    def fail(self, reason: str) -> None:
        """Stop everything because a part died."""
        self.failure = reason
        self.main_loop_interrupt.set()
        self.interrupt_signal = True

    def say_when_ready(self) -> None:
        """Print the ready line once the server answers, and not before."""
        deadline = time.monotonic() + READY_WITHIN
        while time.monotonic() < deadline:
            if self.answers():
                print(f"Vigie is ready: {self.at.address}", flush=True)  # noqa: T201
                return
            time.sleep(0.05)
        self.fail(f"the server did not answer within {READY_WITHIN} seconds")

    def answers(self) -> bool:
        """Return whether the health page answers that all is well."""
        host = EVERYWHERE.get(self.bind_addr, self.bind_addr)
        if self.at.tls:
            ours = ssl._create_unverified_context()  # noqa: S323 - our own certificate
            connection: http.client.HTTPConnection = http.client.HTTPSConnection(
                host, self.bind_port, timeout=5, context=ours
            )
        else:
            connection = http.client.HTTPConnection(host, self.bind_port, timeout=5)
        try:
            connection.request("GET", "/healthz", headers={"Host": "localhost"})
            return connection.getresponse().status == http.client.OK
        except OSError:
            return False
        finally:
            connection.close()
