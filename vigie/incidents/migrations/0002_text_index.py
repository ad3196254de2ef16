"""An index of words over incidents_incident.search_text, kept in step by the database itself.

A later migration that rebuilds incidents_incident on SQLite (AlterField does) loses its triggers
there and must call install() again; a test looks for them. On PostgreSQL the vector is a stored
column: computed in a condition, it would cost 50 microseconds a row.
"""

from django.db import migrations

INSTALL = {
    "sqlite": [
        """
        CREATE VIRTUAL TABLE incidents_text USING fts5(
            search_text, content='incidents_incident', content_rowid='id',
            tokenize='unicode61 remove_diacritics 2', prefix='3'
        )
        """,
        "INSERT INTO incidents_text(incidents_text) VALUES ('rebuild')",
        """
        CREATE TRIGGER incidents_text_learns AFTER INSERT ON incidents_incident
        BEGIN
            INSERT INTO incidents_text(rowid, search_text) VALUES (NEW.id, NEW.search_text);
        END
        """,
        """
        CREATE TRIGGER incidents_text_forgets AFTER DELETE ON incidents_incident
        BEGIN
            INSERT INTO incidents_text(incidents_text, rowid, search_text)
            VALUES ('delete', OLD.id, OLD.search_text);
        END
        """,
        """
        CREATE TRIGGER incidents_text_changes AFTER UPDATE OF search_text ON incidents_incident
        WHEN OLD.search_text IS NOT NEW.search_text
        BEGIN
            INSERT INTO incidents_text(incidents_text, rowid, search_text)
            VALUES ('delete', OLD.id, OLD.search_text);
            INSERT INTO incidents_text(rowid, search_text) VALUES (NEW.id, NEW.search_text);
        END
        """,
    ],
    "postgresql": [
        """
        ALTER TABLE incidents_incident ADD COLUMN search_vector tsvector
        GENERATED ALWAYS AS (to_tsvector('simple'::regconfig, search_text)) STORED
        """,
        "CREATE INDEX incidents_text ON incidents_incident USING gin (search_vector)",
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS incidents_text_learns",
        "DROP TRIGGER IF EXISTS incidents_text_forgets",
        "DROP TRIGGER IF EXISTS incidents_text_changes",
        "DROP TABLE IF EXISTS incidents_text",
    ],
    "postgresql": [
        "DROP INDEX IF EXISTS incidents_text",
        "ALTER TABLE incidents_incident DROP COLUMN IF EXISTS search_vector",
    ],
}


def install(apps, schema_editor):
    for statement in INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
