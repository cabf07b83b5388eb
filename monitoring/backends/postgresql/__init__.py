"""PostgreSQL as Django knows it, with a breaker before its door. Named by the setting DATABASES."""
