"""What is added and never changed: the database itself refuses the rest.

Retention says so first, with `SET LOCAL alerts.retention = 'on'`, and may then delete; emptying a table is allowed.
"""

from django.db import migrations

TABLES = ("alert_events", "notification_attempts", "notification_receipts", "alert_rule_versions")

CREATE = """
CREATE FUNCTION refuse_change() RETURNS trigger LANGUAGE plpgsql AS $$
BEGIN
    IF TG_OP = 'DELETE' AND current_setting('alerts.retention', true) = 'on' THEN
        RETURN OLD;
    END IF;
    RAISE EXCEPTION 'rows of % are added, never changed or deleted', TG_TABLE_NAME
        USING ERRCODE = 'restrict_violation';
END $$;
""" + "\n".join(
    f"CREATE TRIGGER {table}_append_only BEFORE UPDATE OR DELETE ON {table}"
    " FOR EACH ROW EXECUTE FUNCTION refuse_change();"
    for table in TABLES
)
DROP = "\n".join(f"DROP TRIGGER {table}_append_only ON {table};" for table in TABLES) + "\nDROP FUNCTION refuse_change();"


class Migration(migrations.Migration):
    dependencies = [("alerts", "0007_settled_at")]

    operations = [
        migrations.RunSQL(CREATE, DROP),
        migrations.RunSQL(
            "INSERT INTO alert_evaluation_state (id, last_evaluated_at, watched_since)"
            " SELECT 1, max(last_evaluated_at), max(watched_since) FROM alert_rules WHERE enabled",
            "DELETE FROM alert_evaluation_state",
        ),
    ]
