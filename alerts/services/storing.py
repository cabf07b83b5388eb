"""Saves a row that a person typed: what is wrong with it is named field by field."""

from django.core.exceptions import ValidationError
from django.db import IntegrityError, transaction
from django.db.models import Model

from alerts.errors import NameTakenError
from monitoring.errors import InvalidInputError


def store(row: Model, *, kind: str) -> None:
    """Check a row in full and save it; `kind` is what people call it.

    Raises InvalidInputError naming the fields, or NameTakenError if another one has its name.
    """
    try:
        row.full_clean(validate_unique=False, validate_constraints=False)
    except ValidationError as error:
        raise InvalidInputError(f"Invalid {kind}", details=error.message_dict) from error
    try:
        with transaction.atomic():
            row.save()
    except IntegrityError as error:
        if "_name_" not in str(error):
            raise
        name = getattr(row, "name", "")
        raise NameTakenError(f"{kind} {name!r} exists already", details={"name": name}) from error
