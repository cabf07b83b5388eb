"""How access reads in the documentation."""

import pytest

from monitoring.api.permissions import ANY_ROLE, ANYONE, SCRAPER, Access, Role, only
from monitoring.api.schema import in_words


@pytest.mark.parametrize(
    ("access", "words"),
    [
        (ANYONE, "anybody"),
        (ANY_ROLE, "any valid token"),
        (SCRAPER, "trusted addresses, else any valid token"),
        (only(Role.OPERATOR, Role.ADMIN), "admin or operator"),
        (only(Role.ADMIN, permission="rules:write"), "admin, or the permission `rules:write`"),
        (ANY_ROLE.strictly(Role.ADMIN), "any valid token; with STRICT_ROLES only admin"),
    ],
)
def test_access_is_told_in_words(access: Access, words: str) -> None:
    assert in_words(access) == words
