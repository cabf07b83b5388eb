"""What a new installation starts with: the platform's services from the environment."""

from django.conf import settings

from health.models import WatchedService


def load_defaults() -> str:
    """Create the services that are missing; one that a person changed or disabled is left alone.

    Their addresses stay empty: they follow the environment until a person overrides them.
    """
    created = 0
    for name, (service_name, _) in settings.WATCHED_SERVICES.items():
        _, is_new = WatchedService.objects.get_or_create(
            name=name, defaults={"service_name": service_name}
        )
        created += is_new
    return f"watched services: {created} created, {len(settings.WATCHED_SERVICES) - created} kept"
