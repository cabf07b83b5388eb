"""One look at all duties: problems become alerts, and only without any does the heartbeat go out."""

from datetime import datetime

from alerts.watch import problems
from alerts.watch.audit import Problem, audit, names
from alerts.watch.heartbeat import send_heartbeat
from monitoring.exposition.instruments import measure


def look(*, at: datetime) -> list[Problem]:
    """Audit, report, and send the heartbeat if nothing is wrong; return what is wrong.

    The heartbeat is withheld on purpose while anything is: who waits for it outside alarms then, also where
    every channel of ours is broken.
    """
    found = audit(at=at)
    present = {problem.check for problem in found}
    for name in names():
        measure("alerting_audit_problem", {"check": name}, float(name in present))
    problems.report(found, at=at)
    if not found:
        send_heartbeat()
    return found
