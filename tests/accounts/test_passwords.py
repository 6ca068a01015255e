"""Passwords: which are refused, and that a hash knows its own."""

import pytest

from tidewaiter.accounts.passwords import SHORTEST, hash_password, is_password
from tidewaiter.base.errors import InputError

GOOD = (
    "slack water after dawn",
    "correct horse battery staple",
    "q7#Kd!x2Rw_9",
    "湾の外で鳴く海鳥たちの声",
)
COMMON = (
    "password1234",
    "passwordpassword",
    "P@ssw0rd1234",
    "qwertyuiop12",
    "1qaz2wsx3edc",
    "iloveyou1234",
    "abcdefghijkl",
    "123456789012",
    "aaaaaaaaaaaaaab",
    "letmeinletmein",
    "Administrator1",
    "tidewaiter2026",
    "drowssapdrowssap",
)


@pytest.mark.parametrize("password", GOOD)
def test_a_good_password_is_taken(password: str) -> None:
    """Unusual combinations of words, or random letters, in any script."""
    hashed = hash_password(password, name="reyes")
    assert is_password(hashed, password)
    assert not is_password(hashed, password + "!")
    assert not is_password(None, password)


@pytest.mark.parametrize("password", COMMON)
def test_a_common_password_is_refused(password: str) -> None:
    """Long enough as it may be: it is among the first that are tried."""
    assert len(password) >= SHORTEST
    with pytest.raises(InputError):
        hash_password(password, name="reyes")


@pytest.mark.parametrize(
    "password", ["anna.reyes.anna", "Reyes-Reyes-Reyes", "annareyes123", "reyesannareyes"]
)
def test_a_password_made_of_the_name_is_refused(password: str) -> None:
    """Its parts count too."""
    with pytest.raises(InputError):
        hash_password(password, name="anna.reyes")


@pytest.mark.parametrize("password", ["", "short words", "x" * 1_001])
def test_a_password_has_a_length(password: str) -> None:
    """Neither too short nor so long that hashing it is work."""
    with pytest.raises(InputError):
        hash_password(password, name="reyes")
