"""The background worker: timed jobs and queued tasks, one after the other, in one thread.

Messages are sent beside it, in threads of their own: a mail server may take its time.
"""

import logging
import threading
import time
from collections.abc import Callable
from dataclasses import dataclass
from datetime import datetime, timedelta

from django.core.management import call_command
from django.db import connections
from django_tasks_db.management.commands.db_worker import Worker as TaskRunner
from django_tasks_db.models import DBTaskResult

from config.sender import Sender
from vigie.audit import operations as audit
from vigie.establishments import operations as establishments
from vigie.incidents.operations import (
    duties,
    forget_expired_contacts,
    forget_old_drafts,
    intake,
)
from vigie.incidents.operations.taking import forget_stale_mails
from vigie.kernel import clock, orphans
from vigie.messages import operations as outbox
from vigie.observatory import operations as observatory
from vigie.reports.operations import forget_expired_callers

logger = logging.getLogger(__name__)
TICK = 1.0  # seconds between two looks at what is due
DAY = 24 * 3600
TASK_LASTS_AT_MOST = timedelta(minutes=30)  # then its worker is taken for dead
RESULTS_KEPT = timedelta(days=30)


@dataclass(frozen=True)
class Job:
    """Something done again and again."""

    name: str
    every: float  # seconds
    act: Callable[[datetime], object]


def clear_sessions(now: datetime) -> None:
    """Delete the sessions that are over."""
    call_command("clearsessions")


def take_back_tasks(now: datetime) -> None:
    """Make tasks ready again whose worker died while it ran them."""
    stale = DBTaskResult.objects.running().filter(started_at__lt=now - TASK_LASTS_AT_MOST)
    taken = stale.update(status="READY", started_at=None)
    if taken:
        logger.warning("%s tasks taken back from a worker that is gone.", taken)


def prune_tasks(now: datetime) -> None:
    """Forget what finished long ago."""
    DBTaskResult.objects.finished().filter(finished_at__lt=now - RESULTS_KEPT).delete()


SENDER = Sender()
JOBS = (
    Job("call whoever is next", 5, establishments.escalate_due),
    Job("seal the journal", 2, audit.seal),
    Job("keep the clocks of duties", 5, duties.refresh_duties),
    Job("look at the duties of open files again", DAY / 24, duties.refresh_open),
    Job("send messages", 1, SENDER.look),
    Job("give up messages of dead workers", 15, outbox.give_up_lost),
    Job("run tasks", 1, lambda now: run_tasks()),
    Job("take back tasks", 60, take_back_tasks),
    Job("forget people past their retention", DAY, audit.forget_expired),
    Job("forget people to call past their retention", DAY, forget_expired_contacts),
    Job("forget messages past their retention", DAY / 24, outbox.forget_expired),
    Job("forget rotas past their retention", DAY, establishments.forget_expired_duties),
    Job("forget who was called past their retention", DAY, establishments.forget_expired_calls),
    Job("forget who reported past their retention", DAY, forget_expired_callers),
    Job("forget old drafts", DAY, forget_old_drafts),
    Job("remove stored files that no row names", DAY, orphans.sweep),
    Job("forget files that nobody imported", DAY, intake.forget_stale),
    Job("forget mails that became no file", DAY, forget_stale_mails),
    Job("clear sessions", DAY, clear_sessions),
    Job("prune tasks", DAY, prune_tasks),
)
# In a thread of their own: they may take minutes, and nothing else waits for them.
LONG_JOBS = (Job("go on with imports", 2, lambda now: intake.go_on(now, clock.now)),)
# Never older than a minute, whatever else is under way: in a thread of their own too.
FIGURES_JOBS = (Job("compute the public figures", 10, observatory.compute_snapshots),)


def run_tasks() -> None:
    """Run the tasks that are ready, until none is."""
    if DBTaskResult.objects.ready().exists():  # the runner itself takes the write lock to look
        TaskRunner(
            queue_names=["*"],
            interval=0,
            batch=True,
            backend_name="default",
            startup_delay=False,
            max_tasks=None,
            worker_id=f"vigie-{time.monotonic_ns()}",
            excluded_queue_names=[],
        ).run()


class Worker(threading.Thread):
    """Does what is due until told to stop. A job that fails is logged and tried again in time."""

    def __init__(
        self, on_death: Callable[[str], None], jobs: tuple[Job, ...] = JOBS, name: str = "worker"
    ) -> None:
        super().__init__(name=name, daemon=True)
        self.jobs = jobs
        self.on_death = on_death
        self.told_to_stop = threading.Event()
        self.due = {job.name: 0.0 for job in jobs}

    def run(self) -> None:
        """Work until told to stop; death by anything else is told to whoever started us."""
        try:
            while not self.told_to_stop.wait(TICK):
                self.run_due()
        except BaseException as reason:
            self.on_death(f"the background worker died: {reason!r}")
            raise
        finally:
            connections.close_all()

    def run_due(self) -> None:
        """Run the jobs whose time has come."""
        for job in self.jobs:
            if time.monotonic() >= self.due[job.name] and not self.told_to_stop.is_set():
                self.due[job.name] = time.monotonic() + job.every
                self.run_one(job)

    def run_one(self, job: Job) -> None:
        """Run one job; its failure must not keep the others from their work."""
        try:
            job.act(clock.now())
        except Exception:
            logger.exception("The job %r failed; it is tried again in time.", job.name)
            connections.close_all()

    def stop(self, within: float = 10) -> None:
        """Let the job under way end, then seal what the last requests wrote.

        A job that lasts longer is left where it is: its last transaction ends or never was.
        """
        self.told_to_stop.set()
        if self.is_alive():
            self.join(within)
        SENDER.stop(within)
        audit.seal(clock.now())
        connections.close_all()
