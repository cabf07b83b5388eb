"""Celery: the broker is a doorbell; what must not be lost is a row in PostgreSQL."""

from datetime import timedelta
from typing import Any

from config import env
from config.settings.alerting import ESCALATION_SWEEP_INTERVAL
from config.settings.business import BUSINESS_INTERVAL
from config.settings.health import PROBE_TICK
from config.settings.stores import REDIS_BROKER_URL

CELERY_BROKER_URL = REDIS_BROKER_URL
CELERY_RESULT_BACKEND = None  # publishing would block for 19 s on a dead result backend
CELERY_TASK_IGNORE_RESULT = True
CELERY_TIMEZONE = "UTC"
CELERY_ENABLE_UTC = True
CELERY_ACCEPT_CONTENT = ["json"]
CELERY_TASK_SERIALIZER = "json"

CELERY_TASK_DEFAULT_QUEUE = "default"
CELERY_TASK_CREATE_MISSING_QUEUES = True
CELERY_TASK_ROUTES = {
    # Minutes of arithmetic must not stand in the way of messages.
    "alerts.run_backtest": {"queue": "default"},
    "alerts.*": {"queue": "alerts"},
    "health.harvest_requests": {"queue": "default"},
    "health.compact_performance": {"queue": "default"},
    "health.forget_performance": {"queue": "default"},
    "health.account_sla": {"queue": "default"},
    "health.forget_sla_buckets": {"queue": "default"},
    "health.evaluate_slos": {"queue": "default"},
    "health.make_report": {"queue": "default"},
    "health.deliver_report": {"queue": "default"},
    "health.forget_reports": {"queue": "default"},
    "health.*": {"queue": "collect"},
    "monitoring.collect_*": {"queue": "collect"},
    "monitoring.seal_segments": {"queue": "storage"},
    "monitoring.roll_up": {"queue": "storage"},
    "blockchain.*": {"queue": "collect"},
    "mlmodels.*": {"queue": "ml"},
}

CELERY_TASK_ACKS_LATE = True
CELERY_TASK_REJECT_ON_WORKER_LOST = True
CELERY_TASK_SOFT_TIME_LIMIT = 50
CELERY_TASK_TIME_LIMIT = 60
CELERY_TASK_SEND_SENT_EVENT = True
CELERY_WORKER_SEND_TASK_EVENTS = True
CELERY_WORKER_PREFETCH_MULTIPLIER = 1
CELERY_WORKER_MAX_TASKS_PER_CHILD = 1_000
CELERY_WORKER_MAX_MEMORY_PER_CHILD = 400_000  # KiB
CELERY_WORKER_ETA_TASK_LIMIT = 1_000
CELERY_WORKER_SOFT_SHUTDOWN_TIMEOUT = 10
CELERY_WORKER_CANCEL_LONG_RUNNING_TASKS_ON_CONNECTION_LOSS = False
CELERY_WORKER_HIJACK_ROOT_LOGGER = False
CELERY_WORKER_REDIRECT_STDOUTS = False  # a traceback would be cut into one record for each line

CELERY_BROKER_CONNECTION_RETRY_ON_STARTUP = True
CELERY_BROKER_CONNECTION_MAX_RETRIES = (
    None  # for ever: the supervisor is not needed for a broker that is away
)
CELERY_BROKER_TRANSPORT_OPTIONS: dict[str, Any] = {
    # Longer than the longest hard time limit: Redis hands an unacknowledged task out again after this.
    "visibility_timeout": 1_200,
    "unacked_restore_interval": 5,
    "unacked_restore_throttle": 1,
    "socket_timeout": 4,
    "socket_connect_timeout": 1,
    "socket_keepalive": True,
    "health_check_interval": 25,
}
CELERY_TASK_PUBLISH_RETRY = True
CELERY_TASK_PUBLISH_RETRY_POLICY = {
    "max_retries": 1,
    "interval_start": 0,
    "interval_step": 0.1,
    "interval_max": 0.2,
}

HEALTH_CHECK_INTERVAL = env.duration("HEALTH_CHECK_INTERVAL", timedelta(seconds=30))
METRIC_COLLECTION_INTERVAL = env.duration("METRIC_COLLECTION_INTERVAL", timedelta(seconds=60))
ALERT_EVALUATION_INTERVAL = env.duration("ALERT_EVALUATION_INTERVAL", timedelta(seconds=60))
NOTIFICATION_SWEEP_INTERVAL = env.duration("NOTIFICATION_SWEEP_INTERVAL", timedelta(seconds=2))

# Periodic tasks: name -> (task, period). Loaded into django-celery-beat once, then the admin owns them.
PERIODIC_TASKS: dict[str, tuple[str, timedelta]] = {
    "Collect system metrics": ("monitoring.collect_system", METRIC_COLLECTION_INTERVAL),
    "Collect database metrics": ("monitoring.collect_databases", METRIC_COLLECTION_INTERVAL),
    "Collect own metrics": ("monitoring.collect_own", METRIC_COLLECTION_INTERVAL),
    "Derive rates": ("monitoring.collect_derived", METRIC_COLLECTION_INTERVAL),
    "Measure business figures": ("sales.measure_business", BUSINESS_INTERVAL),
    "Seal segments": ("monitoring.seal_segments", timedelta(seconds=60)),
    "Roll up finished days": ("monitoring.roll_up", timedelta(minutes=5)),
    "Prepare and drop partitions": ("monitoring.maintain_partitions", timedelta(hours=1)),
    "Probe due services": ("health.probe_services", PROBE_TICK),
    "Forget probes": ("health.forget_probes", timedelta(hours=1)),
    "Harvest pushed request histograms": ("health.harvest_requests", timedelta(minutes=5)),
    "Compact request performance": ("health.compact_performance", timedelta(minutes=10)),
    "Forget request performance": ("health.forget_performance", timedelta(hours=1)),
    "Account for uptime": ("health.account_sla", timedelta(seconds=60)),
    "Evaluate SLOs": ("health.evaluate_slos", timedelta(seconds=60)),
    "Forget SLA buckets": ("health.forget_sla_buckets", timedelta(hours=1)),
    "Schedule reports and mail them": ("health.sweep_reports", timedelta(seconds=30)),
    "Forget reports": ("health.forget_reports", timedelta(hours=1)),
    "Evaluate alert rules": ("alerts.evaluate_rules", ALERT_EVALUATION_INTERVAL),
    "Open incidents": ("alerts.open_incidents", timedelta(seconds=60)),
    "Sweep notifications": ("alerts.sweep_notifications", NOTIFICATION_SWEEP_INTERVAL),
    "Review hidden notifications": ("alerts.review_held", timedelta(seconds=5)),
    "Seal the ledger of notifications": ("alerts.seal_ledger", timedelta(hours=1)),
    "Escalate alerts": ("alerts.escalate", ESCALATION_SWEEP_INTERVAL),
    "Send the canary": ("alerts.send_canary", timedelta(seconds=60)),
    "Forget canaries": ("alerts.forget_canaries", timedelta(hours=1)),
    "Sweep backtests": ("alerts.sweep_backtests", timedelta(seconds=60)),
}

# Rows of older versions: name then -> (name now, the period that it was given). Whether a person had switched it off
# stays; a period that nobody changed becomes that of today.
RENAMED_PERIODIC_TASKS: dict[str, tuple[str, timedelta]] = {
    "Probe services": ("Probe due services", HEALTH_CHECK_INTERVAL),
}
