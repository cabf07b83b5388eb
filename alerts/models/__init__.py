"""Tables of alerting, one file each."""

from alerts.models.alert import Alert
from alerts.models.attempt import NotificationAttempt
from alerts.models.incident import Incident
from alerts.models.notification import Notification
from alerts.models.rule import AlertRule

__all__ = ["Alert", "AlertRule", "Incident", "Notification", "NotificationAttempt"]
