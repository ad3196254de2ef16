"""The background worker: every job has its time, and none can silence the others."""

import threading
from datetime import UTC, datetime, timedelta

import pytest
from django_tasks import task
from django_tasks_db.models import DBTaskResult

from config.worker import TASK_LASTS_AT_MOST, Job, Worker, run_tasks, take_back_tasks

NOW = datetime(2026, 3, 14, 2, 10, tzinfo=UTC)
done: list[str] = []


@task()
def write_down(word: str) -> None:
    done.append(word)


def nobody_listens(reason):
    raise AssertionError(reason)


def test_a_job_that_fails_does_not_keep_the_others_from_their_work(caplog):
    ran = []

    def fail(now):
        raise OSError("the disk is full")

    worker = Worker(nobody_listens, (Job("fails", 60, fail), Job("works", 60, ran.append)))
    worker.run_due()
    assert len(ran) == 1
    assert "'fails' failed" in caplog.text


def test_a_job_waits_for_its_time():
    ran = []
    worker = Worker(nobody_listens, (Job("hourly", 3600, ran.append), Job("always", 0, ran.append)))
    worker.run_due()
    worker.run_due()
    assert len(ran) == 3


@pytest.mark.filterwarnings("ignore::pytest.PytestUnhandledThreadExceptionWarning")
def test_its_death_is_told():
    told, heard = [], threading.Event()

    def die(now):
        raise SystemExit("for whatever reason")

    def listen(reason):
        told.append(reason)
        heard.set()

    worker = Worker(listen, (Job("dies", 0, die),))
    worker.start()
    assert heard.wait(timeout=10)
    assert "the background worker died" in told[0]
    worker.join(timeout=10)


@pytest.mark.django_db(transaction=True)
def test_tasks_are_run_and_leave_their_result():
    done.clear()
    result = write_down.enqueue("night")
    run_tasks()
    assert done == ["night"]
    assert DBTaskResult.objects.get(pk=result.id).status == "SUCCESSFUL"


@pytest.mark.django_db
def test_a_task_whose_worker_died_is_taken_back_and_one_under_way_is_not():
    stale, fresh = write_down.enqueue("stale"), write_down.enqueue("fresh")
    for result, age in ((stale, TASK_LASTS_AT_MOST * 2), (fresh, timedelta(seconds=5))):
        DBTaskResult.objects.filter(pk=result.id).update(status="RUNNING", started_at=NOW - age)
    take_back_tasks(NOW)
    assert DBTaskResult.objects.get(pk=stale.id).status == "READY"
    assert DBTaskResult.objects.get(pk=fresh.id).status == "RUNNING"
