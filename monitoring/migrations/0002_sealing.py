"""Tables of the sealed samples: chunks by day, roll-ups by month, and what readers and sealing keep track of."""

from django.db import migrations, models

# `xid` is indexed so that a reader finds what was committed since its last snapshot (monitoring.storage.unsealed).
ADD_TRANSACTION = """
ALTER TABLE segment ADD COLUMN xid xid8 NOT NULL DEFAULT pg_current_xact_id();
CREATE INDEX segment_xid ON segment (xid);
"""

CREATE_CHUNK = """
CREATE TABLE chunk (
    series_id integer NOT NULL,
    t0 timestamptz NOT NULL,
    t1 timestamptz NOT NULL,
    n integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT chunk_pkey PRIMARY KEY (series_id, t0),
    CONSTRAINT chunk_span_in_order CHECK (t0 <= t1),
    CONSTRAINT chunk_not_empty CHECK (n > 0)
) PARTITION BY RANGE (t0);
ALTER TABLE chunk ALTER COLUMN payload SET STORAGE EXTERNAL;
"""

CREATE_ROLLUPS = """
CREATE TABLE rollup_5m (
    series_id integer NOT NULL,
    day date NOT NULL,
    n integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT rollup_5m_pkey PRIMARY KEY (series_id, day)
) PARTITION BY RANGE (day);
ALTER TABLE rollup_5m ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE TABLE rollup_1h (
    series_id integer NOT NULL,
    day date NOT NULL,
    n integer NOT NULL,
    payload bytea NOT NULL,
    CONSTRAINT rollup_1h_pkey PRIMARY KEY (series_id, day)
) PARTITION BY RANGE (day);
ALTER TABLE rollup_1h ALTER COLUMN payload SET STORAGE EXTERNAL;
CREATE TABLE rollup_due (
    series_id integer NOT NULL,
    day date NOT NULL,
    CONSTRAINT rollup_due_pkey PRIMARY KEY (series_id, day)
);
CREATE INDEX rollup_due_day ON rollup_due (day);
"""

CREATE_STATE = """
CREATE TABLE storage_state (
    id smallint PRIMARY KEY DEFAULT 1,
    catalogue_epoch bigint NOT NULL DEFAULT 0,
    sealed_xid xid8 NOT NULL DEFAULT '0',
    CONSTRAINT storage_state_one CHECK (id = 1)
);
"""

# The first partitions, so that a new database takes samples at once; later ones are made by
# monitoring.storage.partitions. Chunks begin at the sample's instant, up to a day before its receipt.
CREATE_FIRST_PARTITIONS = """
DO $$
DECLARE
    today date := (now() AT TIME ZONE 'UTC')::date;
    day date;
    month date;
BEGIN
    FOR ahead IN -2..7 LOOP
        day := today + ahead;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF chunk FOR VALUES FROM (%L) TO (%L)',
            'chunk_' || to_char(day, 'YYYYMMDD'), day || ' 00:00:00+00', (day + 1) || ' 00:00:00+00'
        );
    END LOOP;
    FOR ahead IN -1..2 LOOP
        month := (date_trunc('month', today) + make_interval(months => ahead))::date;
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF rollup_5m FOR VALUES FROM (%L) TO (%L)',
            'rollup_5m_' || to_char(month, 'YYYYMM'), month, (month + interval '1 month')::date
        );
        EXECUTE format(
            'CREATE TABLE %I PARTITION OF rollup_1h FOR VALUES FROM (%L) TO (%L)',
            'rollup_1h_' || to_char(month, 'YYYYMM'), month, (month + interval '1 month')::date
        );
    END LOOP;
END
$$;
"""


def _rollup(name, table):
    return migrations.CreateModel(
        name=name,
        fields=[
            ("pk", models.CompositePrimaryKey("series_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
            ("series_id", models.IntegerField()),
            ("day", models.DateField(help_text="UTC; its month decides the partition")),
            ("n", models.IntegerField(help_text="buckets that hold samples")),
            ("payload", models.BinaryField()),
        ],
        options={"db_table": table, "abstract": False},
    )


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0001_initial")]

    operations = [
        migrations.RunSQL(ADD_TRANSACTION, "ALTER TABLE segment DROP COLUMN xid"),
        migrations.AddField(
            model_name="latest",
            name="accumulates",
            field=models.BooleanField(
                default=False,
                help_text="increments were pushed: the row is the total and is locked to add",
            ),
        ),
        migrations.AddField(
            model_name="series",
            name="client",
            field=models.CharField(
                default="",
                help_text="who sent its first sample; limits count by it",
                max_length=255,
            ),
        ),
        migrations.AddIndex(
            model_name="series", index=models.Index(fields=["client"], name="series_client")
        ),
        migrations.SeparateDatabaseAndState(
            database_operations=[
                migrations.RunSQL(CREATE_CHUNK, "DROP TABLE chunk"),
                migrations.RunSQL(
                    CREATE_ROLLUPS, "DROP TABLE rollup_5m; DROP TABLE rollup_1h; DROP TABLE rollup_due"
                ),
                migrations.RunSQL(CREATE_STATE, "DROP TABLE storage_state"),
                migrations.RunSQL(CREATE_FIRST_PARTITIONS, migrations.RunSQL.noop),
            ],
            state_operations=[
                migrations.CreateModel(
                    name="Chunk",
                    fields=[
                        ("pk", models.CompositePrimaryKey("series_id", "t0", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("series_id", models.IntegerField()),
                        ("t0", models.DateTimeField(help_text="first sample; decides the partition")),
                        ("t1", models.DateTimeField(help_text="last sample")),
                        ("n", models.IntegerField(help_text="samples in the chunk")),
                        ("payload", models.BinaryField()),
                    ],
                    options={"db_table": "chunk"},
                ),
                _rollup("FiveMinuteRollup", "rollup_5m"),
                _rollup("HourlyRollup", "rollup_1h"),
                migrations.CreateModel(
                    name="RollupDue",
                    fields=[
                        ("pk", models.CompositePrimaryKey("series_id", "day", blank=True, editable=False, primary_key=True, serialize=False)),
                        ("series_id", models.IntegerField()),
                        ("day", models.DateField(db_index=True)),
                    ],
                    options={"db_table": "rollup_due"},
                ),
                migrations.CreateModel(
                    name="StorageState",
                    fields=[
                        ("id", models.SmallIntegerField(default=1, primary_key=True, serialize=False)),
                        ("catalogue_epoch", models.BigIntegerField(default=0, help_text="grows when series are removed")),
                    ],
                    options={
                        "db_table": "storage_state",
                        "verbose_name_plural": "storage state",
                        "constraints": [models.CheckConstraint(condition=models.Q(("id", 1)), name="storage_state_one")],
                    },
                ),
            ],
        ),
    ]
