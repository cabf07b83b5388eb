"""Reports over the past of alerting: which rules make noise, and what would make them quieter."""
