"""Sends the messages that are due: one thread a lane, so that a slow service holds up no other."""

import logging
import threading
import time
from datetime import datetime

from django.db import connections

from vigie.kernel import clock
from vigie.messages import operations, queries
from vigie.messages.exports import console

logger = logging.getLogger(__name__)
LANES_AT_ONCE = 16  # threads; further lanes wait for their turn
KEPT = "Nothing leaves this demo: its messages are kept, and shown to its administrator."


class OnlyOnce(logging.Filter):
    """Let one line stand for all: what a demo's night would send hides the address and accounts."""

    def __init__(self) -> None:
        super().__init__()
        self.told = False

    def filter(self, record: logging.LogRecord) -> bool:
        """Return whether the line is written: the first is, in other words."""
        first, self.told = not self.told, True
        record.msg, record.args = KEPT, ()
        return first


def keep_quiet() -> None:
    """Write one line in place of every message that no service carries."""
    logging.getLogger(console.__name__).addFilter(OnlyOnce())


class Sender:
    """Starts a thread for each lane in which a message is due, and never waits for one."""

    def __init__(self) -> None:
        self.told_to_stop = threading.Event()
        self.busy: dict[str, threading.Thread] = {}

    def look(self, now: datetime) -> None:
        """Start on every lane that has something due and nobody at work."""
        self.busy = {lane: thread for lane, thread in self.busy.items() if thread.is_alive()}
        for lane in queries.due_lanes(now):
            if lane not in self.busy and len(self.busy) < LANES_AT_ONCE:
                thread = threading.Thread(
                    target=self.work, args=(lane,), name=f"send {lane}", daemon=True
                )
                self.busy[lane] = thread
                thread.start()

    def work(self, lane: str) -> None:
        """Send what is due in a lane, until nothing is or the service itself is down."""
        try:
            while not self.told_to_stop.is_set():
                outcome = operations.send_next(lane, tell_time=clock.now)
                if outcome is None or outcome.is_down:
                    break
        except Exception:
            logger.exception("Sending by %s failed; it is tried again in time.", lane)
        finally:
            connections.close_all()

    def stop(self, within: float) -> None:
        """Let the messages under way be handed over; what is not is unknown at the next start."""
        self.told_to_stop.set()
        deadline = time.monotonic() + within
        for thread in self.busy.values():
            thread.join(max(0.0, deadline - time.monotonic()))
