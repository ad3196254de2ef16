"""The database backend: Django's own, but the server may plan a question once for a connection."""

from typing import Any

from django.db.backends.postgresql import base
from django.db.backends.postgresql.operations import DatabaseOperations


class Operations(DatabaseOperations):
    """How Django tells which SQL was sent."""

    def last_executed_query(self, cursor: Any, sql: str, params: Any) -> str:
        """Return the SQL with its values, or as it was planned, without them."""
        return super().last_executed_query(cursor, sql, params) or sql


class DatabaseWrapper(base.DatabaseWrapper):
    """A connection that can send questions apart from their values."""

    ops_class = Operations

    def planned_cursor(self) -> Any:
        """Return a cursor whose questions the server plans once and answers again and again.

        Planning the question for a whole file takes twenty times as long as answering it. Django's
        own cursor writes the values into the SQL, which is then another question each time.
        """
        self.ensure_connection()
        with self.wrap_database_errors:
            usual = self.connection.cursor_factory
            self.connection.cursor_factory = base.ServerBindingCursor
            try:
                return self._prepare_cursor(self.create_cursor())  # type: ignore[attr-defined]
            finally:
                self.connection.cursor_factory = usual
