"""Several who write, seal and verify at once, each with a connection of its own."""

import threading
from concurrent.futures import ThreadPoolExecutor

import pytest
from django.db import connections

from vigie.audit import operations, queries
from vigie.audit.models import Event
from vigie.audit.operations.chain import BATCH
from vigie.audit.tests.factories import NOW, write

pytestmark = pytest.mark.django_db(transaction=True)


@pytest.fixture(autouse=True)
def a_key(settings, tmp_path):
    settings.KEYS_DIR = tmp_path / "keys"


def together(*acts):
    """Run the acts at once and return what they gave; the first error is raised."""
    start = threading.Barrier(len(acts))

    def run(act):
        try:
            start.wait()
            return act()
        finally:
            connections.close_all()

    with ThreadPoolExecutor(len(acts)) as pool:
        return list(pool.map(run, acts))


def test_sealers_that_meet_seal_each_entry_once():
    Event.objects.bulk_create(
        Event(actor="a", verb="b", target=f"c:{n}", happened_at=NOW) for n in range(BATCH * 3)
    )
    sealed = together(*[lambda: operations.seal(NOW)] * 4)
    assert sum(sealed) == BATCH * 3
    verdict = queries.verify()
    assert (verdict.holds, verdict.sealed) == (True, BATCH * 3)


def test_the_first_seals_of_all_may_meet():
    write(3)
    assert sum(together(*[lambda: operations.seal(NOW)] * 4)) == 3
    assert queries.verify().holds


def test_verifying_holds_while_others_write_and_seal():
    write(10)
    operations.seal(NOW)

    def live():
        for _ in range(15):
            write(2)
            operations.seal(NOW)

    def watch():
        return [queries.verify().holds for _ in range(15)]

    verdicts = [given for given in together(live, live, watch) if given]
    assert verdicts == [[True] * 15]
    assert queries.verify().sealed == 70
