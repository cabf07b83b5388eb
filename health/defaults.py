"""What a new installation starts with: the platform's services from the environment."""

from django.conf import settings

from health.default_services import public_fields
from health.default_slos import load_default_slos
from health.models import WatchedService


def load_defaults() -> str:
    """Create the services that are missing; one that a person changed or disabled is left alone.

    Their addresses stay empty: they follow the environment until a person overrides them.
    """
    new = []
    for name, (service_name, _) in settings.WATCHED_SERVICES.items():
        _, is_new = WatchedService.objects.get_or_create(
            name=name, defaults={"service_name": service_name, **public_fields(name)}
        )
        if is_new:
            new.append(name)
    kept = len(settings.WATCHED_SERVICES) - len(new)
    services = f"watched services: {len(new)} created, {kept} kept"
    return f"{services}; SLOs: {load_default_slos(new)} created"
