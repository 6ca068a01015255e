"""What the drivers' errors mean for the user."""

import sqlite3

import pytest
from tests.support.raising import says

from tidewaiter.store.core.database import store_error


class _Refused(Exception):  # noqa: N818
    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.sqlstate = code


@pytest.mark.parametrize(
    ("code", "words"),
    [
        ("55P03", "locked"),
        ("25006", "read-only"),
        ("53100", "no space"),
        ("53300", "store/no-connection-left"),
        ("3D000", "no database of that name"),
        ("28P01", "store/server-refuses-user"),
        ("57P01", "does not answer"),
        ("08006", "does not answer"),
    ],
)
def test_states_of_postgresql_are_told_in_words(code: str, words: str) -> None:
    """What a user can mend has a message, a place and a hint."""
    error = store_error(_Refused(code), "postgresql://host/name")
    assert error is not None
    assert says(error.message, words)
    assert error.at == "postgresql://host/name"
    assert error.hint


def test_a_broken_rule_of_ours_is_not_the_users() -> None:
    """A constraint violation or a wrong name is our bug, and is raised unchanged."""
    assert store_error(_Refused("23505"), "x") is None
    assert store_error(_Refused("42601"), "x") is None
    connection = sqlite3.connect(":memory:")
    with pytest.raises(sqlite3.OperationalError) as caught:
        connection.execute("SELECT * FROM nowhere")
    connection.close()
    assert store_error(caught.value, "x") is None
