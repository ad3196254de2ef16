"""The database backend: Django's own, but who begins to write waits in a fair queue."""

import re
from collections.abc import Callable
from pathlib import Path
from typing import Any

from django.db import OperationalError
from django.db.backends.sqlite3 import base

from vigie.kernel.turns import Turns, turns_at

WRITE = re.compile(r"\s*(?:INSERT|UPDATE|DELETE|REPLACE)\b", re.IGNORECASE)


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that holds a turn from BEGIN until its transaction ends."""

    def __init__(self, *args: Any, **options: Any) -> None:
        super().__init__(*args, **options)
        self.turn: Turns | None = None
        self.execute_wrappers.append(self.single_write)

    def single_write(
        self, execute: Callable[..., Any], sql: str, params: Any, many: bool, context: Any
    ) -> Any:
        """Queue for a write outside any transaction too."""
        if self.in_atomic_block or self.turn or not WRITE.match(sql):
            return execute(sql, params, many, context)
        self.take_turn()
        try:
            return execute(sql, params, many, context)
        finally:
            self.end_turn()

    def take_turn(self) -> None:
        """Wait for a turn; raise what SQLite would when it takes too long."""
        if self.turn or self.is_in_memory_db():
            return
        turns = turns_at(Path(f"{self.settings_dict['NAME']}-turns"))
        if not turns.take(within=self.settings_dict["OPTIONS"].get("timeout", 5)):
            raise OperationalError("database is locked")
        self.turn = turns

    def end_turn(self) -> None:
        """Let the next one write."""
        turn, self.turn = self.turn, None
        if turn:
            turn.give_back()

    def _start_transaction_under_autocommit(self) -> None:
        self.take_turn()
        try:
            super()._start_transaction_under_autocommit()  # type: ignore[misc] # no stub
        except BaseException:
            self.end_turn()
            raise

    def _commit(self) -> None:
        super()._commit()  # type: ignore[misc] # no stub
        self.end_turn()

    def _rollback(self) -> None:
        try:
            super()._rollback()  # type: ignore[misc] # no stub
        finally:
            self.end_turn()

    def _close(self) -> None:
        try:
            super()._close()  # type: ignore[misc] # no stub
        finally:
            self.end_turn()
