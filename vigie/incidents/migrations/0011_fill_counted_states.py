from django.db import migrations

from vigie.incidents.operations.recount import recount


def fill(apps, schema_editor):
    """Count the declarations that are there, with what is kept of their past.

    It makes every state anew: a later migration that adds a column calls it again, and this one
    can then do nothing.
    """
    recount(apps.get_model)


class Migration(migrations.Migration):
    dependencies = [
        ("audit", "0001_initial"),
        ("incidents", "0010_counted_states"),
    ]

    operations = [migrations.RunPython(fill, migrations.RunPython.noop)]
