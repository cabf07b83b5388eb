"""What health shows on the operations page, one file a box."""

from health.performance_panel import slowest_panel
from health.services_panel import services_panel
from health.slo_panel import budgets_panel
from monitoring.console.panel import PanelMaker

PANELS: list[PanelMaker] = [services_panel, slowest_panel, budgets_panel]
