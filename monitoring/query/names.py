"""The names of the metrics that were ever pushed or collected."""

from monitoring.models import Metric


def metric_names(contains: str = "") -> list[str]:
    """Return the names that contain the text, in any case, sorted; the parts of histograms too."""
    names = Metric.objects.order_by("name").values_list("name", flat=True)
    return list(names.filter(name__icontains=contains) if contains else names)
