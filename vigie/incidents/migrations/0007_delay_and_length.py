from types import SimpleNamespace
from zoneinfo import ZoneInfo

from django.conf import settings
from django.db import migrations, models

from vigie.incidents.rules import projection
from vigie.kernel.partial import PartialDate


def compute(apps, schema_editor):
    """Fill the new columns of the declarations that are there."""
    declarations = apps.get_model("incidents", "Declaration")
    zone = ZoneInfo(settings.TIME_ZONE)
    rows = declarations.objects.prefetch_related("episodes").order_by("pk")
    changed = []
    for row in rows.iterator(chunk_size=1000):
        told = SimpleNamespace(
            noticed=row.noticed, occurred=row.occurred, episodes=row.episodes.all()
        )
        declared = PartialDate.parse(row.declared) if row.declared else None
        row.delay = projection.delay(told, declared, zone)
        row.degraded_minutes = projection.degraded_minutes(told, zone)
        changed.append(row)
    declarations.objects.bulk_update(changed, ["delay", "degraded_minutes"], batch_size=500)


class Migration(migrations.Migration):
    dependencies = [("incidents", "0006_answer_templates")]

    operations = [
        migrations.AddField(
            model_name="declaration",
            name="degraded_minutes",
            field=models.PositiveIntegerField(null=True),
        ),
        migrations.AddField(
            model_name="declaration",
            name="delay",
            field=models.CharField(
                blank=True,
                choices=[
                    ("", "UNKNOWN"),
                    ("same_day", "SAME_DAY"),
                    ("within_a_day", "WITHIN_A_DAY"),
                    ("later", "LATER"),
                ],
                max_length=12,
            ),
        ),
        migrations.RunPython(compute, migrations.RunPython.noop),
    ]
