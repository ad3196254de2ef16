import django.db.models.deletion
from django.conf import settings
from django.db import migrations, models


def leave_the_past(apps, schema_editor):
    """Mark imported files as done: they are of the past and start no clock."""
    incidents = apps.get_model("incidents", "Incident")
    imported = incidents.objects.filter(declaration__channel="import")
    imported.update(duties_at=models.F("declared_at"))


class Migration(migrations.Migration):
    dependencies = [
        ("establishments", "0002_rota_and_calls"),
        ("incidents", "0008_taken_mails"),
        ("inventory", "0001_initial"),
        migrations.swappable_dependency(settings.AUTH_USER_MODEL),
    ]

    operations = [
        migrations.CreateModel(
            name="DutyAct",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "kind",
                    models.CharField(
                        choices=[
                            ("aware", "AWARE"),
                            ("event", "EVENT"),
                            ("answer", "ANSWER"),
                            ("sent", "SENT"),
                            ("not_applicable", "NOT_APPLICABLE"),
                            ("stopped", "STOPPED"),
                            ("retracted", "RETRACTED"),
                        ],
                        max_length=16,
                    ),
                ),
                ("regime", models.CharField(blank=True, max_length=20)),
                ("stage", models.CharField(blank=True, max_length=20)),
                ("fact", models.CharField(blank=True, max_length=40)),
                (
                    "answer",
                    models.CharField(
                        blank=True,
                        choices=[("yes", "YES"), ("no", "NO"), ("unknown", "UNKNOWN")],
                        max_length=8,
                    ),
                ),
                ("at", models.DateTimeField()),
                ("reason", models.CharField(blank=True, max_length=500)),
                (
                    "channel",
                    models.CharField(
                        blank=True,
                        choices=[
                            ("portal", "PORTAL"),
                            ("phone", "PHONE"),
                            ("mail", "MAIL"),
                            ("paper", "PAPER"),
                            ("in_person", "IN_PERSON"),
                            ("other", "OTHER"),
                        ],
                        max_length=12,
                    ),
                ),
                ("receipt", models.CharField(blank=True, max_length=120)),
                ("sender", models.CharField(blank=True, max_length=120)),
                ("recorded_at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DutyClock",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("regime", models.CharField(max_length=20)),
                ("stage", models.CharField(max_length=20)),
                (
                    "phase",
                    models.CharField(
                        choices=[
                            ("open", "OPEN"),
                            ("to_check", "TO_CHECK"),
                            ("coming", "COMING"),
                            ("done", "DONE"),
                            ("closed", "CLOSED"),
                        ],
                        max_length=10,
                    ),
                ),
                ("is_advised", models.BooleanField(default=False)),
                ("start_at", models.DateTimeField(null=True)),
                ("due_at", models.DateTimeField(null=True)),
                ("soon_at", models.DateTimeField(null=True)),
                ("remind_at", models.DateTimeField(null=True)),
                (
                    "remind_of",
                    models.CharField(
                        blank=True, choices=[("before", "BEFORE"), ("at", "AT")], max_length=8
                    ),
                ),
                ("sent_at", models.DateTimeField(null=True)),
                ("is_counted", models.BooleanField(default=False)),
                ("in_time", models.BooleanField(null=True)),
            ],
        ),
        migrations.CreateModel(
            name="DutyNotice",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("regime", models.CharField(max_length=20)),
                ("stage", models.CharField(max_length=20)),
                ("number", models.PositiveIntegerField()),
                ("language", models.CharField(max_length=2)),
                ("items", models.JSONField()),
                ("revision_number", models.PositiveIntegerField()),
                ("sha256", models.CharField(max_length=64)),
                ("at", models.DateTimeField()),
            ],
        ),
        migrations.CreateModel(
            name="DutyReminder",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("regime", models.CharField(max_length=20)),
                ("stage", models.CharField(max_length=20)),
                (
                    "moment",
                    models.CharField(choices=[("before", "BEFORE"), ("at", "AT")], max_length=8),
                ),
                ("of", models.DateTimeField()),
                ("at", models.DateTimeField()),
                ("people", models.PositiveSmallIntegerField()),
            ],
        ),
        migrations.CreateModel(
            name="RegimeStart",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                ("country", models.CharField(max_length=2)),
                ("regime", models.CharField(max_length=20)),
                ("starts_on", models.DateField()),
                ("source", models.CharField(max_length=300)),
                ("set_at", models.DateTimeField()),
            ],
        ),
        migrations.AddField(
            model_name="incident",
            name="duties_at",
            field=models.DateTimeField(null=True),
        ),
        migrations.AddIndex(
            model_name="incident",
            index=models.Index(
                condition=models.Q(("duties_at", None)), fields=["id"], name="incident_duties"
            ),
        ),
        migrations.AddField(
            model_name="dutyact",
            name="attachment",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to="incidents.attachment",
            ),
        ),
        migrations.AddField(
            model_name="dutyact",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dutyact",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duty_acts",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="dutyact",
            name="retracts",
            field=models.OneToOneField(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="retraction",
                to="incidents.dutyact",
            ),
        ),
        migrations.AddField(
            model_name="dutyclock",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.CASCADE,
                related_name="duty_clocks",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="dutynotice",
            name="by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddField(
            model_name="dutynotice",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="notices",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="dutyact",
            name="notice",
            field=models.ForeignKey(
                blank=True,
                null=True,
                on_delete=django.db.models.deletion.PROTECT,
                related_name="sendings",
                to="incidents.dutynotice",
            ),
        ),
        migrations.AddField(
            model_name="dutyreminder",
            name="incident",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="duty_reminders",
                to="incidents.incident",
            ),
        ),
        migrations.AddField(
            model_name="regimestart",
            name="set_by",
            field=models.ForeignKey(
                on_delete=django.db.models.deletion.PROTECT,
                related_name="+",
                to=settings.AUTH_USER_MODEL,
            ),
        ),
        migrations.AddIndex(
            model_name="dutyclock",
            index=models.Index(
                condition=models.Q(("phase", "open")),
                fields=["due_at", "id"],
                name="duty_clock_due",
            ),
        ),
        migrations.AddIndex(
            model_name="dutyclock",
            index=models.Index(
                condition=models.Q(("remind_at", None), _negated=True),
                fields=["remind_at"],
                name="duty_clock_remind",
            ),
        ),
        migrations.AddIndex(
            model_name="dutyclock",
            index=models.Index(
                condition=models.Q(("is_counted", True)),
                fields=["regime", "stage"],
                name="duty_clock_counted",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyclock",
            constraint=models.UniqueConstraint(
                fields=("incident", "regime", "stage"), name="one_clock_per_stage"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutynotice",
            constraint=models.UniqueConstraint(
                fields=("incident", "regime", "stage", "number"), name="one_notice_per_number"
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(
                        ("kind__in", ["not_applicable", "stopped", "retracted"]), _negated=True
                    ),
                    models.Q(("reason", ""), _negated=True),
                    _connector="OR",
                ),
                name="duty_act_closes_with_a_reason",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "sent"), _negated=True),
                    models.Q(
                        models.Q(("channel", ""), _negated=True),
                        models.Q(("stage", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="duty_act_sent_somehow",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "answer"), _negated=True),
                    models.Q(
                        models.Q(("answer", ""), _negated=True),
                        models.Q(("fact", ""), _negated=True),
                    ),
                    _connector="OR",
                ),
                name="duty_act_answers_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyact",
            constraint=models.CheckConstraint(
                condition=models.Q(
                    models.Q(("kind", "retracted"), ("retracts__isnull", False)),
                    models.Q(models.Q(("kind", "retracted"), _negated=True), ("retracts", None)),
                    _connector="OR",
                ),
                name="duty_act_retracts_something",
            ),
        ),
        migrations.AddConstraint(
            model_name="dutyreminder",
            constraint=models.UniqueConstraint(
                fields=("incident", "regime", "stage", "moment", "of"), name="one_duty_reminder"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimestart",
            constraint=models.UniqueConstraint(
                fields=("country", "regime"), name="one_start_per_regime"
            ),
        ),
        migrations.AddConstraint(
            model_name="regimestart",
            constraint=models.CheckConstraint(
                condition=models.Q(("source", ""), _negated=True), name="regime_start_has_a_source"
            ),
        ),
        migrations.RunPython(leave_the_past, migrations.RunPython.noop),
    ]
