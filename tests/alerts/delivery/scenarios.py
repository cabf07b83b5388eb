"""What delivery does, as short plays: what stands before, what is done, what has to come of it."""

from datetime import timedelta

from django.db import transaction
from django.utils import timezone

from alerts import ledger
from alerts.channels.base import DeliveryError
from alerts.models import Alert, LedgerDay, Notification, Silence
from alerts.models.notification import Kind
from alerts.outbox import Recipient, owe, owe_acknowledged, owe_to
from tests.alerts.delivery.owing import age, make_due
from tests.alerts.delivery.stage import Ends, fire, run, run_on, silence, spoken_of
from tests.alerts.factories import NOON


class Firing:
    """An alert fires and is told."""

    def prepare(self, ends: Ends) -> None: ...

    def work(self) -> None:
        fire()
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.FIRING) == 1


class Bundle(Firing):
    """Three alerts of one group are one message."""

    def prepare(self, ends: Ends) -> None:
        ends.email.bundles = True

    def work(self) -> None:
        fire(alerts=3)
        make_due()
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.FIRING) == 3


class Resolution(Firing):
    """An alert that was told is over."""

    def prepare(self, ends: Ends) -> None:
        fire()
        run_on()

    def work(self) -> None:
        with transaction.atomic():
            alert = Alert.objects.select_for_update().get()
            if alert.state != Alert.State.RESOLVED:
                alert.state, alert.resolved_at, alert.transition_seq = "resolved", NOON, 2
                alert.save()
                owe(alert, kind=Kind.RESOLVED, channels=["email"], at=NOON)
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.RESOLVED) == 1


class Hidden(Firing):
    """A silence hides the alert, ends, and the alert is told after all."""

    def prepare(self, ends: Ends) -> None:
        fire()
        silence()

    def work(self) -> None:
        run()
        Silence.objects.all().delete()
        run()


class OverWhileHidden(Hidden):
    """The alert is over before its silence is."""

    def work(self) -> None:
        run()
        Resolution().work()

    def expect(self, ends: Ends) -> None:
        # Killed in the middle it may have been heard; then its end is told, and never its beginning.
        assert spoken_of(ends.email, Kind.FIRING) == 0


class Escalation(Firing):
    """A step of a chain is owed to a person and told."""

    def prepare(self, ends: Ends) -> None:
        fire("webhook")
        run_on()

    def work(self) -> None:
        with transaction.atomic():
            alert = Alert.objects.select_for_update().get()
            to = [Recipient("email", "ana@example.org")]
            owe_to(alert, kind=Kind.ESCALATION, step=1, to=to, at=NOON)
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.ESCALATION) == 1


class Acknowledgement(Firing):
    """Somebody takes the alert, and a channel that follows is told."""

    def prepare(self, ends: Ends) -> None:
        ends.email.follows = True
        fire()
        run_on()

    def work(self) -> None:
        with transaction.atomic():
            alert = Alert.objects.select_for_update().get()
            if not alert.acknowledged:
                alert.acknowledged = True
                alert.save()
                owe_acknowledged(alert, at=NOON)
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.ACKNOWLEDGED) == 1


class Refusal(Firing):
    """A channel refuses for good: another one tells it, and that the first one fails."""

    def prepare(self, ends: Ends) -> None:
        fire()
        ends.email.plan.extend([DeliveryError("550", permanent=True)] * 9)

    def work(self) -> None:
        run()
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.webhook, Kind.FIRING) == 2
        assert Alert.objects.filter(source="meta").count() == 1


class GivenUp(Refusal):
    """A channel is away for a day."""

    def prepare(self, ends: Ends) -> None:
        fire()
        ends.email.plan.extend([DeliveryError("down")] * 9)
        run()
        age(timedelta(days=2))
        make_due()


class Recovery(Firing):
    """A channel that failed sends again, and what was said of it ends."""

    def prepare(self, ends: Ends) -> None:
        Refusal().prepare(ends)
        run_on()
        ends.email.plan.clear()
        fire("email", alerts=2)
        make_due()

    def work(self) -> None:
        run()
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.webhook, Kind.RESOLVED) == 1


class Pause(Firing):
    """The other side asks for a pause."""

    def prepare(self, ends: Ends) -> None:
        fire()
        ends.email.plan.append(DeliveryError("429", retry_after_seconds=60))

    def work(self) -> None:
        run()
        make_due()
        run()


class Digest(Firing):
    """A budget is used up, and what waits for it becomes one message."""

    def prepare(self, ends: Ends) -> None:
        ends.email.bundles = True
        fire(alerts=4)

    def work(self) -> None:
        for _ in range(2):
            make_due()
            run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.email, Kind.FIRING) == 4


class Undelivered(Firing):
    """A provider reports that it could not deliver what it took."""

    def prepare(self, ends: Ends) -> None:
        fire()
        run_on()

    def work(self) -> None:
        (told,) = Notification.objects.filter(channel="email")
        ledger.record_receipt(told.pk, "undelivered", "30003", NOON)
        run()

    def expect(self, ends: Ends) -> None:
        assert spoken_of(ends.webhook, Kind.FIRING) == 1


class Seal(Firing):
    """A day of the ledger is sealed."""

    def prepare(self, ends: Ends) -> None:
        fire()
        run_on()

    def work(self) -> None:
        ledger.seal_due(at=timezone.now() + timedelta(days=2))

    def expect(self, ends: Ends) -> None:
        assert LedgerDay.objects.count() == 2
        assert ledger.verify(at=timezone.now()).ok


SCENARIOS = [
    Firing,
    Bundle,
    Resolution,
    Hidden,
    OverWhileHidden,
    Escalation,
    Acknowledgement,
    Refusal,
    GivenUp,
    Recovery,
    Pause,
    Digest,
    Undelivered,
    Seal,
]
