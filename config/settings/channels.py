"""Notification channels: a channel whose address is not set is disabled, and shown as disabled."""

from datetime import timedelta

from config import env

SMTP_HOST = env.text("SMTP_HOST", "")
SMTP_PORT = env.integer("SMTP_PORT", 587, at_least=1)
SMTP_USER = env.text("SMTP_USER", "")
SMTP_PASS = env.secret("SMTP_PASS", "")
SMTP_TLS = env.boolean("SMTP_TLS", default=bool(SMTP_USER))
ALERT_FROM_EMAIL = env.text("ALERT_FROM_EMAIL", "alerts@tickettoken.example")
ALERT_TO_EMAIL = env.words("ALERT_TO_EMAIL")

ALERT_WEBHOOK_URL = env.url("ALERT_WEBHOOK_URL")
ALERT_WEBHOOK_SECRET = env.secret("ALERT_WEBHOOK_SECRET", "")
SLACK_TOKEN = env.secret("SLACK_TOKEN", "")
SLACK_ALERTS_CHANNEL = env.text("SLACK_ALERTS_CHANNEL", "")
# With it, messages have buttons: what is pressed comes back signed with it.
SLACK_SIGNING_SECRET = env.secret("SLACK_SIGNING_SECRET", "")
SLACK_API_URL = env.url("SLACK_API_URL", "https://slack.com/api")

TWILIO_ACCOUNT_SID = env.text("TWILIO_ACCOUNT_SID", "")
TWILIO_AUTH_TOKEN = env.secret("TWILIO_AUTH_TOKEN", "")
# Whom a text message comes from: a number, or a messaging service that has several.
TWILIO_FROM_NUMBER = env.text("TWILIO_FROM_NUMBER", "")
TWILIO_MESSAGING_SERVICE_SID = env.text("TWILIO_MESSAGING_SERVICE_SID", "")
TWILIO_API_URL = env.url("TWILIO_API_URL", "https://api.twilio.com")
ALERT_TO_PHONE = env.words("ALERT_TO_PHONE")

PAGERDUTY_ROUTING_KEY = env.secret("PAGERDUTY_ROUTING_KEY", "")
PAGERDUTY_EVENTS_URL = env.url("PAGERDUTY_EVENTS_URL", "https://events.pagerduty.com/v2/enqueue")

# Private addresses are refused for channels over HTTP unless their host is named here.
OUTBOUND_ALLOWED_HOSTS = env.words("OUTBOUND_ALLOWED_HOSTS")

PUBLIC_URL = env.url("PUBLIC_URL", "http://127.0.0.1:3013")
NOTIFICATION_LEASE = env.duration("NOTIFICATION_LEASE", timedelta(seconds=30))
NOTIFICATION_SEND_TIMEOUT = env.duration("NOTIFICATION_SEND_TIMEOUT", timedelta(seconds=8))
NOTIFICATION_BUDGET = env.duration("NOTIFICATION_BUDGET", timedelta(hours=24))
