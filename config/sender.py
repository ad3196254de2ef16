"""Sends the messages that are due: one thread a lane, so that a slow service holds up no other."""

import logging
import threading
import time
from datetime import datetime

from django.db import connections

from vigie.kernel import clock
from vigie.messages import operations, queries

logger = logging.getLogger(__name__)
LANES_AT_ONCE = 16  # threads; further lanes wait for their turn


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
