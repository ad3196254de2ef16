"""The database itself refuses to change or remove what the journal holds.

A later migration that rebuilds audit_event on SQLite (AlterField does) loses its triggers there
and must call install() again; a test looks for them.
"""

from django.db import migrations

SEALING = """
    OLD.position IS NULL AND NEW.position IS NOT NULL
    AND NEW.id = OLD.id AND NEW.happened_at = OLD.happened_at AND NEW.actor = OLD.actor
    AND NEW.verb = OLD.verb AND NEW.target = OLD.target AND NEW.details = OLD.details
    AND NEW.people_seal = OLD.people_seal
"""
REFUSAL = "journal entries are never changed or removed"

INSTALL = {
    "sqlite": [
        f"""
        CREATE TRIGGER audit_event_never_changes BEFORE UPDATE ON audit_event
        WHEN NOT ({SEALING})
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """,
        f"""
        CREATE TRIGGER audit_event_never_goes BEFORE DELETE ON audit_event
        BEGIN SELECT RAISE(ABORT, '{REFUSAL}'); END
        """,
    ],
    "postgresql": [
        f"""
        CREATE FUNCTION audit_event_stays() RETURNS trigger LANGUAGE plpgsql AS $$
        BEGIN
            IF TG_OP = 'UPDATE' THEN
                IF {SEALING} THEN RETURN NEW; END IF;
            END IF;
            RAISE EXCEPTION '{REFUSAL}' USING ERRCODE = 'integrity_constraint_violation';
        END $$
        """,
        """
        CREATE TRIGGER audit_event_never_changes BEFORE UPDATE OR DELETE ON audit_event
        FOR EACH ROW EXECUTE FUNCTION audit_event_stays()
        """,
        """
        CREATE TRIGGER audit_event_never_goes BEFORE TRUNCATE ON audit_event
        FOR EACH STATEMENT EXECUTE FUNCTION audit_event_stays()
        """,
    ],
}
REMOVE = {
    "sqlite": [
        "DROP TRIGGER IF EXISTS audit_event_never_changes",
        "DROP TRIGGER IF EXISTS audit_event_never_goes",
    ],
    "postgresql": ["DROP FUNCTION IF EXISTS audit_event_stays() CASCADE"],
}


def install(apps, schema_editor):
    for statement in INSTALL[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


def remove(apps, schema_editor):
    for statement in REMOVE[schema_editor.connection.vendor]:
        schema_editor.execute(statement, params=None)


class Migration(migrations.Migration):
    dependencies = [("audit", "0001_initial")]
    operations = [migrations.RunPython(install, remove)]
