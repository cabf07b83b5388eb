"""What the public is told of the platform's services in a new installation."""

from dataclasses import dataclass


@dataclass(frozen=True, slots=True)
class PublicFace:
    """How a service stands on the public status page."""

    name: str
    group: str
    order: int


# By short name. Analytics works for organisers behind the scenes, so the page leaves it out.
PUBLIC_FACES = {
    "event": PublicFace("Events", "Buying tickets", 10),
    "ticket": PublicFace("Tickets", "Buying tickets", 20),
    "payment": PublicFace("Payments", "Buying tickets", 30),
    "marketplace": PublicFace("Marketplace", "Buying tickets", 40),
    "venue": PublicFace("Venues", "Organising events", 50),
    "auth": PublicFace("Sign-in", "Accounts and API", 60),
    "api-gateway": PublicFace("API", "Accounts and API", 70),
}


def public_fields(name: str) -> dict[str, object]:
    """Return the public columns of a watched service by its short name; none for one that is not shown."""
    face = PUBLIC_FACES.get(name)
    if face is None:
        return {}
    return {
        "is_public": True,
        "public_name": face.name,
        "public_group": face.group,
        "public_order": face.order,
    }
