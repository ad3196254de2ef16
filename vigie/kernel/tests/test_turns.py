import subprocess
import sys
import threading
import time

import pytest
from django.db import ConnectionHandler, OperationalError, connection

from vigie.kernel.turns import Turns

HOLD_FROM_ELSEWHERE = """
import fcntl, sys, time
with open(sys.argv[1], "w") as file:
    fcntl.flock(file, fcntl.LOCK_EX)
    print("held", flush=True)
    time.sleep(float(sys.argv[2]))
"""


@pytest.fixture
def turns(tmp_path):
    return Turns(tmp_path / "turns")


def wait_until(true):
    deadline = time.monotonic() + 5
    while not true():
        assert time.monotonic() < deadline
        time.sleep(0.001)


def test_turns_come_in_the_order_of_asking(turns):
    passed = []

    def pass_once(number):
        assert turns.take(within=5)
        passed.append(number)
        turns.give_back()

    assert turns.take(within=1)
    threads = []
    for number in range(8):
        thread = threading.Thread(target=pass_once, args=(number,))
        thread.start()
        threads.append(thread)
        wait_until(lambda count=number + 1: len(turns.waiting) == count)
    turns.give_back()
    for thread in threads:
        thread.join()
    assert passed == list(range(8))


def test_who_waits_too_long_is_told_and_leaves_the_queue(turns):
    assert turns.take(within=1)
    refused = []
    thread = threading.Thread(target=lambda: refused.append(turns.take(within=0.05)))
    thread.start()
    thread.join()
    assert refused == [False]
    turns.give_back()
    assert turns.take(within=1), "the one who left must not keep the turn"
    turns.give_back()


def test_another_process_has_its_turn_too(turns):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_FROM_ELSEWHERE, str(turns.path), "0.3"],
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        began = time.monotonic()
        assert turns.take(within=0.01)
        assert time.monotonic() - began > 0.1
        turns.give_back()


def test_a_killed_process_gives_its_turn_back(turns):
    with subprocess.Popen(
        [sys.executable, "-c", HOLD_FROM_ELSEWHERE, str(turns.path), "60"],
        stdout=subprocess.PIPE,
        text=True,
    ) as other:
        assert other.stdout.readline() == "held\n"
        other.kill()
        assert turns.take(within=1)
        turns.give_back()


@pytest.fixture
def house(tmp_path, settings, django_db_blocker):
    """Connections to a file of their own, as the product opens them, one for each thread."""
    if connection.vendor != "sqlite":
        pytest.skip("only SQLite makes writers queue")
    options = settings.DATABASES["default"] | {"NAME": tmp_path / "house.sqlite3"}
    handler = ConnectionHandler({"default": options})
    with django_db_blocker.unblock():
        handler["default"].cursor().execute("CREATE TABLE line (word TEXT)")
        yield handler
        handler["default"].close()


def test_a_transaction_holds_the_turn_until_it_ends(house):
    one = house["default"]
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert one.turn
    one.commit()
    assert one.turn is None
    one.set_autocommit(True)


def test_a_rolled_back_transaction_gives_the_turn_back(house):
    one = house["default"]
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    one.rollback()
    assert one.turn is None
    one.set_autocommit(True)


def test_a_second_writer_is_refused_in_time_not_kept_waiting_for_ever(house):
    one, two = house["default"], house.create_connection("default")
    two.settings_dict = two.settings_dict | {
        "OPTIONS": two.settings_dict["OPTIONS"] | {"timeout": 0.05}
    }
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    with pytest.raises(OperationalError, match="locked"):
        two.cursor().execute("INSERT INTO line VALUES ('b')")
    one.rollback()
    one.set_autocommit(True)
    two.cursor().execute("INSERT INTO line VALUES ('b')")
    assert two.turn is None
    two.close()


def test_reading_needs_no_turn(house):
    one, two = house["default"], house.create_connection("default")
    one.set_autocommit(False, force_begin_transaction_with_broken_autocommit=True)
    assert two.cursor().execute("SELECT count(*) FROM line").fetchone() == (0,)
    one.rollback()
    one.set_autocommit(True)
    two.close()
