"""The database itself refuses to change or remove what was published.

A later migration that rebuilds observatory_publication on SQLite (AlterField does) loses its
triggers there and must call install() again; a test looks for them.
"""

from django.db import migrations

REFUSAL = "publications are never changed or removed"

INSTALL = {
    "sqlite": [
        f"""
        CREATE TRIGGER observatory_publication_never_changes BEFORE UPDATE ON
        observatory_publication BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER observatory_publication_never_goes BEFORE DELETE ON
        observatory_publication BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """,
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION observatory_publication_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER observatory_publication_never_changes BEFORE UPDATE OR DELETE ON
        observatory_publication FOR EACH ROW EXECUTE FUNCTION observatory_publication_stays()
        """,
        """
        CREATE TRIGGER observatory_publication_never_goes BEFORE TRUNCATE ON
        observatory_publication FOR EACH STATEMENT
        EXECUTE FUNCTION observatory_publication_stays()
        """,
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS observatory_publication_never_changes",
        "DROP TRIGGER IF EXISTS observatory_publication_never_goes",
    ],
    "postgresql": ["DROP FUNCTION IF EXISTS observatory_publication_stays() CASCADE"],
}


def install(apps, schema_editor):
    for statement in INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("observatory", "0001_publication")]
    operations = [migrations.RunPython(install, remove)]
