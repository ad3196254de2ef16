"""Let writers pass one at a time, in the order in which they came.

SQLite lets one writer in and makes the others try again after a pause that grows: under load the
unlucky ones wait for seconds, and an importer in another process can keep a web server out.
"""

import fcntl
import os
import threading
from collections import deque
from pathlib import Path


class Turns:
    """The queue of one process before a lock file; processes take turns at the file.

    The system gives the file's lock back when its process ends, however it ends.
    """

    def __init__(self, path: Path) -> None:
        self.path = path
        self.guard = threading.Lock()
        self.taken = False
        self.waiting: deque[threading.Lock] = deque()
        self.file = -1

    def take(self, within: float) -> bool:
        """Wait for a turn. Returns False when the other threads took longer than `within` seconds.

        Between processes the wait has no end of its own: who holds the file lets it go soon,
        or dies.
        """
        if not self._first_of_process(within):
            return False
        if self.file < 0:
            self.file = os.open(self.path, os.O_RDWR | os.O_CREAT | os.O_CLOEXEC, 0o600)
        fcntl.flock(self.file, fcntl.LOCK_EX)
        return True

    def give_back(self) -> None:
        """End the turn: wake who waited longest."""
        fcntl.flock(self.file, fcntl.LOCK_UN)
        self._next_of_process()

    def _first_of_process(self, within: float) -> bool:
        with self.guard:
            if not self.taken:
                self.taken = True
                return True
            mine = threading.Lock()
            mine.acquire()
            self.waiting.append(mine)
        if mine.acquire(timeout=within):
            return True
        with self.guard:
            if mine in self.waiting:
                self.waiting.remove(mine)
                return False
        return True  # the turn came in the same moment

    def _next_of_process(self) -> None:
        with self.guard:
            if self.waiting:
                self.waiting.popleft().release()
            else:
                self.taken = False


_known: dict[Path, Turns] = {}
_knowing = threading.Lock()
os.register_at_fork(after_in_child=_known.clear)  # a child queues for itself, at its own file


def turns_at(path: Path) -> Turns:
    """Return the queue of this process for a lock file."""
    with _knowing:
        return _known.setdefault(path, Turns(path))
