"""Tables of the samples: catalogue, segments by day, newest values, request keys."""

import django.contrib.postgres.fields
import django.contrib.postgres.indexes
import django.db.models.deletion
from django.db import migrations, models

# The sequence is not owned by the column on purpose: TRUNCATE ... RESTART IDENTITY must not restart it, for
# a number that comes back would name another segment in the caches of running processes.
# The payload is compressed already, so PostgreSQL must not try again (STORAGE EXTERNAL).
CREATE_SEGMENT = """
CREATE SEQUENCE segment_id_seq AS bigint;
CREATE TABLE segment (
    id bigint NOT NULL DEFAULT nextval('segment_id_seq'),
    received_at timestamptz NOT NULL,
    t_min timestamptz NOT NULL,
    t_max timestamptz NOT NULL,
    n integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT segment_pkey PRIMARY KEY (received_at, id),
    CONSTRAINT segment_span_in_order CHECK (t_min <= t_max),
    CONSTRAINT segment_not_empty CHECK (n > 0)
) PARTITION BY RANGE (received_at);
ALTER TABLE segment ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE INDEX segment_span ON segment (t_max, t_min);
"""

# Today and a week ahead. monitoring.storage.partitions makes the later ones under load; here nobody writes
# yet, and a migration must not depend on code that a later version may change.
CREATE_FIRST_DAYS = """
DO $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
BEGIN
    FOR ahead IN 0..7 LOOP
        day := today + ahead;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF segment FOR VALUES FROM (%L) TO (%L)',
            'segment_' || to_char(day, 'YYYYMMDD'),
            day || ' 00:00:00+00',
            (day + 1) || ' 00:00:00+00'
        );
    END LOOP;
END
$$;
"""

DROP_SEGMENT = """
DROP TABLE segment;
DROP SEQUENCE segment_id_seq;
"""

# Each sample updates a row of `latest`: room on the page lets PostgreSQL do it in place, without touching
# the index, and clean up as it goes.
LEAVE_ROOM_IN_LATEST = "ALTER TABLE latest SET (fillfactor = 70)"


class Migration(migrations.Migration):
    initial = True

    dependencies = []

    operations = [
        migrations.CreateModel(
            name="Metric",
            fields=[
                (
                    "name",
                    models.CharField(
                        help_text="255 and a part such as _bucket",
                        max_length=262,
                        primary_key=True,
                        serialize=False,
                    ),
                ),
                (
                    "type",
                    models.CharField(
                        choices=[
                            ("gauge", "gauge"),
                            ("counter", "counter"),
                            ("histogram", "histogram"),
                            ("summary", "summary"),
                        ],
                        max_length=9,
                    ),
                ),
                ("unit", models.CharField(blank=True, max_length=32)),
                ("help", models.TextField(blank=True)),
                (
                    "labels",
                    django.contrib.postgres.fields.ArrayField(
                        base_field=models.CharField(max_length=64),
                        blank=True,
                        default=list,
                        size=None,
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={"db_table": "metric_names", "ordering": ["name"]},
        ),
        migrations.CreateModel(
            name="Series",
            fields=[
                ("id", models.AutoField(primary_key=True, serialize=False)),
                (
                    "metric",
                    models.ForeignKey(
                        db_column="metric",
                        db_index=False,
                        on_delete=django.db.models.deletion.PROTECT,
                        related_name="series",
                        to="monitoring.metric",
                    ),
                ),
                ("service", models.CharField(max_length=255)),
                (
                    "labels",
                    models.JSONField(
                        default=dict, help_text="flat map of label to value, text only"
                    ),
                ),
                (
                    "labels_hash",
                    models.CharField(
                        help_text="stable hash of metric, service and labels", max_length=32
                    ),
                ),
                ("created_at", models.DateTimeField(auto_now_add=True)),
            ],
            options={
                "db_table": "series",
                "verbose_name_plural": "series",
                "indexes": [
                    models.Index(fields=["metric", "service"], name="series_metric_service"),
                    models.Index(fields=["service"], name="series_service"),
                    django.contrib.postgres.indexes.GinIndex(
                        fields=["labels"], name="series_labels"
                    ),
                ],
                "constraints": [
                    models.UniqueConstraint(fields=("labels_hash",), name="series_once")
                ],
            },
        ),
        migrations.CreateModel(
            name="Latest",
            fields=[
                (
                    "series",
                    models.OneToOneField(
                        on_delete=django.db.models.deletion.CASCADE,
                        primary_key=True,
                        related_name="latest",
                        serialize=False,
                        to="monitoring.series",
                    ),
                ),
                ("at", models.DateTimeField()),
                ("value", models.FloatField()),
            ],
            options={"db_table": "latest", "verbose_name_plural": "latest values"},
        ),
        migrations.RunSQL(LEAVE_ROOM_IN_LATEST, migrations.RunSQL.noop),
        migrations.CreateModel(
            name="IngestRequest",
            fields=[
                (
                    "id",
                    models.BigAutoField(
                        auto_created=True, primary_key=True, serialize=False, verbose_name="ID"
                    ),
                ),
                (
                    "client",
                    models.CharField(
                        help_text="who sent it: token subject or topic and partition",
                        max_length=255,
                    ),
                ),
                ("key", models.CharField(max_length=255)),
                (
                    "body_hash",
                    models.CharField(
                        help_text="the same key with another body is a mistake", max_length=64
                    ),
                ),
                ("report", models.JSONField()),
                ("created_at", models.DateTimeField(auto_now_add=True, db_index=True)),
            ],
            options={
                "db_table": "ingest_requests",
                "constraints": [
                    models.UniqueConstraint(fields=("client", "key"), name="ingest_requests_once")
                ],
            },
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CREATE_SEGMENT, DROP_SEGMENT),
                migrations.RunSQL(CREATE_FIRST_DAYS, migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Segment",
                    fields=[
                        (
                            "pk",
                            models.CompositePrimaryKey(
                                "received_at",
                                "id",
                                blank=True,
                                editable=False,
                                primary_key=True,
                                serialize=False,
                            ),
                        ),
                        ("id", models.BigIntegerField()),
                        (
                            "received_at",
                            models.DateTimeField(
                                help_text="instant of the commit; decides the partition"
                            ),
                        ),
                        ("t_min", models.DateTimeField(help_text="oldest sample of the segment")),
                        ("t_max", models.DateTimeField(help_text="newest sample of the segment")),
                        ("n", models.IntegerField(help_text="samples in the segment")),
                        ("payload", models.BinaryField()),
                    ],
                    options={
                        "db_table": "segment",
                        "indexes": [
                            models.Index(fields=["t_max", "t_min"], name="segment_span")
                        ],
                    },
                ),
            ],
        ),
    ]
