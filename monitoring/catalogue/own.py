"""The service about itself. Source: "Self-Monitoring", service specification."""

from monitoring.catalogue.spec import counter, gauge, histogram

OWN = (
    gauge("active_users", "connections", "Clients connected to the live pages.", "type"),
    gauge("queue_size", "items", "Items that wait in a queue or stream.", "queue_name"),
    gauge("cache_hit_rate", "percent", "Share of cache lookups that were found.", "cache_type"),
    gauge(
        "celery_queue_length",
        "tasks",
        "Tasks that wait in the broker for a worker.",
        "queue_name",
    ),
    counter("celery_tasks_total", "tasks", "Tasks by how they ended.", "task", "state"),
    histogram(
        "celery_task_duration_ms",
        "milliseconds",
        "Duration of tasks, from their start to their end in a worker.",
        "task",
        buckets=(10, 50, 100, 250, 500, 1_000, 2_500, 5_000, 10_000, 30_000, 60_000),
    ),
    counter(
        "process_cpu_user_seconds_total",
        "seconds",
        "CPU time that this service's processes spent in user mode.",
        "process",
    ),
    gauge(
        "process_resident_memory_bytes",
        "bytes",
        "Memory that this service's processes hold.",
        "process",
    ),
    gauge(
        "nodejs_eventloop_lag_seconds",
        "seconds",
        "How late a timer fires in this service's processes; the name is the specification's.",
        "process",
    ),
    counter(
        "ingest_samples_total",
        "samples",
        "Samples at the one door, by what became of them.",
        "origin",
        "outcome",
    ),
    counter(
        "ingest_skipped_samples_total",
        "samples",
        "Pushed values that have no place in the store, whoever sends them, by reason.",
        "reason",
    ),
    counter("ingest_retries_total", "retries", "Batches that were tried again.", "reason"),
    counter(
        "ingest_series_refused_total",
        "series",
        "New series that were refused, by the limit that they would have exceeded.",
        "limit",
    ),
    counter(
        "ingest_spooled_samples_total",
        "samples",
        "Samples that were taken to the local disk while the database was away.",
        "origin",
    ),
    counter(
        "ingest_spool_replayed_samples_total",
        "samples",
        "Samples that went from the local disk into the database.",
    ),
    counter(
        "ingest_spool_damaged_total",
        "records",
        "Stretches of spool files that could not be read and were set aside.",
    ),
    counter(
        "ingest_spool_refused_samples_total",
        "samples",
        "Samples that were answered as stored while the database was away, and that it refused later.",
    ),
    counter(
        "ingest_tee_failures_total",
        "batches",
        "Committed batches that were not passed on after their commit.",
        "origin",
    ),
    gauge(
        "storage_unsealed_samples",
        "samples",
        "Committed samples that are not sealed into chunks yet.",
    ),
    gauge(
        "storage_unsealed_segments",
        "segments",
        "Commits whose samples are not sealed into chunks yet.",
    ),
    counter("storage_sealed_samples_total", "samples", "Samples sealed into chunks."),
    histogram(
        "storage_seal_duration_seconds",
        "seconds",
        "Duration of seals that found something to do.",
        buckets=(0.1, 0.25, 0.5, 1, 2.5, 5, 10, 30, 60, 120, 300),
    ),
    counter(
        "storage_corrupt_total",
        "rows",
        "Damaged segments, chunks and roll-ups that were met and passed over.",
        "table",
    ),
    gauge(
        "storage_overdue_samples",
        "samples",
        "Samples received two days ago or earlier that are still not sealed.",
    ),
    counter(
        "storage_lost_samples_total",
        "samples",
        "Samples that were never sealed and have gone with the retention.",
    ),
    counter(
        "stream_published_total",
        "messages",
        "Messages meant for a stream, by what became of them.",
        "topic",
        "outcome",
    ),
    counter(
        "stream_consumed_total",
        "messages",
        "Messages read from a stream, by what became of them.",
        "topic",
        "outcome",
    ),
    counter(
        "stream_dead_letters_total",
        "messages",
        "Messages of a stream that were set aside, by reason.",
        "topic",
        "reason",
    ),
    counter(
        "collector_failures_total",
        "runs",
        "Runs of a collector that failed and stored nothing.",
        "collector",
    ),
    counter(
        "instrument_drops_total",
        "updates",
        "Updates of this service's own instruments that were given up, by reason.",
        "reason",
    ),
)
