"""How alerting behaves: waits, budgets, limits. Addresses of channels are in channels.py."""

from datetime import timedelta

from config import env

# Alerts of one group that fire within this time are one message to a person; 0 sends each at once.
ALERT_GROUP_WAIT = env.duration("ALERT_GROUP_WAIT", timedelta(seconds=30))
# Labels of an alert that make its group; `rule` and `service_name` are known beside the labels of its series.
ALERT_GROUP_BY = env.words("ALERT_GROUP_BY", "rule")
# A series that fires often within the window is flapping until it has been quiet for so long.
FLAP_WINDOW = env.duration("FLAP_WINDOW", timedelta(hours=1))
FLAP_QUIET = env.duration("FLAP_QUIET", timedelta(minutes=10))
# How often due steps of escalation chains are looked for.
ESCALATION_SWEEP_INTERVAL = env.duration("ESCALATION_SWEEP_INTERVAL", timedelta(seconds=5))
# direct: our channels tell people. stream: only alerts-stream does, for others to tell. both.
NOTIFY_MODE = env.choice("NOTIFY_MODE", "both", ["direct", "stream", "both"])
# Signed links in messages act for so long.
ACTION_LINK_LIFETIME = env.duration("ACTION_LINK_LIFETIME", timedelta(hours=24))
# Night pages are told apart in reports; the hours are of this time zone.
ONCALL_TIME_ZONE = env.text("ONCALL_TIME_ZONE", "UTC")
NIGHT_BEGINS_HOUR = env.integer("NIGHT_BEGINS_HOUR", 22)
NIGHT_ENDS_HOUR = env.integer("NIGHT_ENDS_HOUR", 7)
# Alerts of this severity or worse that keep firing open an incident by themselves.
INCIDENT_AUTO_OPEN = env.choice("INCIDENT_AUTO_OPEN", "off", ["off", "critical", "warning"])
# Messages a minute that a channel may send before the rest is put together in one; 0: no limit.
CHANNEL_BUDGETS: dict[str, int] = {
    "email": env.integer("EMAIL_PER_MINUTE", 30),
    "slack": env.integer("SLACK_PER_MINUTE", 60),
    "sms": env.integer("SMS_PER_MINUTE", 30),
    "pagerduty": env.integer("PAGERDUTY_PER_MINUTE", 120),
}
# Asked each minute while everything that alerting owes is on time: whoever listens there alarms when it stops.
HEARTBEAT_URL = env.url("HEARTBEAT_URL")
# How often the watchdog looks: at PostgreSQL, and at what is overdue.
WATCHDOG_INTERVAL = env.duration("WATCHDOG_INTERVAL", timedelta(seconds=10))
# How long PostgreSQL may be away before the watchdog tells people.
WATCHDOG_PATIENCE = env.duration("WATCHDOG_PATIENCE", timedelta(seconds=30))
# A silence ends at most so long from now, a maintenance window comes for the last time at most so long from now:
# what is muted has to be wanted again by somebody, sooner or later.
SILENCE_LONGEST = env.duration("SILENCE_LONGEST", timedelta(days=30))
WINDOW_LONGEST_LIFE = env.duration("WINDOW_LONGEST_LIFE", timedelta(days=366))
