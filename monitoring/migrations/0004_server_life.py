"""A token that does not outlive a crash of the server.

PostgreSQL hands out the numbers of transactions anew that were lost in a crash, so whoever remembers what it has
seen by such numbers (monitoring.storage.unsealed) has to notice. Crash recovery empties unlogged tables.
"""

from django.db import migrations

CREATE = """
CREATE UNLOGGED TABLE server_life (
    id smallint PRIMARY KEY DEFAULT 1,
    token uuid NOT NULL DEFAULT gen_random_uuid(),
    CONSTRAINT server_life_one CHECK (id = 1)
);
INSERT INTO server_life DEFAULT VALUES;
"""


class Migration(migrations.Migration):
    dependencies = [("monitoring", "0003_metrics_views")]

    operations = [migrations.RunSQL(CREATE, "DROP TABLE server_life")]
