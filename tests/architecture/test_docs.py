"""What the documents name exists: files, paths of the API, settings with their defaults."""

import re
from pathlib import Path

import pytest
from django.conf import settings
from django.urls import Resolver404, resolve

from tests.architecture.test_house import ROOT, tracked

_LINK = re.compile(r"\]\((?!https?://)([^)#]+)\)")
_ADDRESS = re.compile(rf"(?:/{settings.API_PREFIX}|\$A)/([a-z0-9_/-]*[a-z0-9])")
_EXAMPLE = re.compile(r"^#?([A-Z][A-Z0-9_]+)=(\S*)", re.MULTILINE)
# Rows such as | `ONE`, `TWO` | 1, 2m (`make run`: 3) | what they do |
_SETTINGS = re.compile(
    r"^\| ((?:`[A-Z0-9_]+`(?:, )?)+) \| ([^|(]+?)(?: \([^|]*\))? \|", re.MULTILINE
)
# Clients put a path of their own behind these.
_BASES = {"prometheus", "influx"}

DOCUMENTS = [path for path in tracked("*.md") if "tests" not in path.parts]


def _leads_somewhere(address: str) -> bool:
    try:
        resolve(f"/{settings.API_PREFIX}/{address}")
    except Resolver404:
        return False
    return True


def _named(document: Path) -> str:
    return str(document.relative_to(ROOT))


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_links_lead_somewhere(document: Path) -> None:
    links = _LINK.findall(document.read_text(encoding="utf-8"))

    assert [link for link in links if not (document.parent / link).exists()] == []


@pytest.mark.parametrize("document", DOCUMENTS, ids=_named)
def test_addresses_of_the_api_are_routes(document: Path) -> None:
    addresses = set(_ADDRESS.findall(document.read_text(encoding="utf-8"))) - _BASES

    assert {address for address in addresses if not _leads_somewhere(address)} == set()


def test_the_defaults_of_the_storage_settings_are_those_of_the_example() -> None:
    example = dict(_EXAMPLE.findall((ROOT / ".env.example").read_text(encoding="utf-8")))
    rows = _SETTINGS.findall((ROOT / "docs" / "storage.md").read_text(encoding="utf-8"))
    told = {
        name: default
        for names, defaults in rows
        for name, default in zip(re.findall(r"`(\w+)`", names), defaults.split(", "), strict=True)
    }

    assert len(told) > 20
    assert told == {name: example[name] for name in told}
