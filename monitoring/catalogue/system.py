"""The machine. Source: "System Metrics", service specification."""

from monitoring.catalogue.spec import gauge

SYSTEM = (
    gauge("system_cpu_usage_percent", "percent", "CPU usage of the machine.", "hostname"),
    gauge("system_memory_usage_bytes", "bytes", "Memory in use on the machine.", "hostname"),
    gauge(
        "system_memory_usage_percent",
        "percent",
        "Share of the machine's memory in use.",
        "hostname",
    ),
    gauge(
        "system_disk_usage_bytes",
        "bytes",
        "Bytes in use on a mounted file system.",
        "hostname",
        "mount_point",
    ),
    gauge(
        "system_disk_usage_percent",
        "percent",
        "Share of a mounted file system in use.",
        "hostname",
        "mount_point",
    ),
)
