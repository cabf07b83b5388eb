"""Settings, one file a subject; `service` puts them together, `test` and `typecheck` adapt them."""
