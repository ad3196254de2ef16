"""What the machine itself can do: one fsync, one bare commit."""

import os
import tempfile
import time
from statistics import median

from django.conf import settings
from django.db import connection, transaction


def fsync_ms(times: int = 50) -> float:
    """Return the median time of writing 4 KiB and waiting until it is on the disk."""
    found = []
    with tempfile.NamedTemporaryFile(dir=settings.HOME) as file:
        for _ in range(times):
            started = time.perf_counter()
            file.write(os.urandom(4096))
            file.flush()
            os.fsync(file.fileno())
            found.append((time.perf_counter() - started) * 1000)
    return round(median(found), 3)


def commits_per_second(seconds: float = 2) -> float:
    """Return how many one-row transactions the product's own connection commits alone."""
    with connection.cursor() as cursor:
        cursor.execute("CREATE TABLE bench_commit (note text)")
    count, until = 0, time.monotonic() + seconds
    while time.monotonic() < until:
        with transaction.atomic(), connection.cursor() as cursor:
            cursor.execute("INSERT INTO bench_commit VALUES ('x')")
        count += 1
    with connection.cursor() as cursor:
        cursor.execute("DROP TABLE bench_commit")
    return round(count / seconds, 1)
