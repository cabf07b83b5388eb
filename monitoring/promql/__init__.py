"""PromQL on arrays: every step of a query at once. Pure: no Django, no database, no clock."""
