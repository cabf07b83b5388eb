"""Finds what each app offers (`collectors.py`, `consumers.py`, `panels.py`, `defaults.py`), as `admin.py` is found."""

from collections.abc import Iterator
from importlib import import_module
from importlib.util import find_spec
from types import ModuleType

from django.conf import settings


def offered(module_name: str) -> Iterator[ModuleType]:
    """Yield the module of that name of each of our apps that has one, in the order of HOUSE_APPS.

    Apps of others may have a module of the same name that means something else.
    """
    for app in settings.HOUSE_APPS:
        path = f"{app}.{module_name}"
        if find_spec(path) is not None:
            yield import_module(path)
