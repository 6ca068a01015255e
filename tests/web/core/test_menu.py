"""The menu: its entries for each role, and its second row."""

import pytest

from tidewaiter.accounts.roles import Right
from tidewaiter.web.core import responses as menu
from tidewaiter.web.core.responses import ENTRIES as EVERY
from tidewaiter.web.core.responses import SETTINGS, Entry, parts_at, shown_to

WHOLE = Entry(
    path="/law",
    label="Law",
    right="see",
    parts=(
        Entry(path="/law", label="Classes", right="see"),
        Entry(path="/books", label="Books", right="audit"),
    ),
)
ALL: frozenset[Right] = frozenset({"see", "audit"})


@pytest.fixture(autouse=True)
def _two_entries(monkeypatch: pytest.MonkeyPatch) -> None:
    entries = (Entry(path="/queue", label="Queue", right="see"), WHOLE)
    monkeypatch.setattr(menu, "ENTRIES", entries)
    monkeypatch.setattr(menu, "SETTINGS", ())


def test_there_are_few_entries_and_each_page_is_in_one() -> None:
    """At most seven words of work; the settings stand apart."""
    assert len(EVERY) <= 7
    paths = [part.path for each in (*EVERY, *SETTINGS) for part in each.parts or (each,)]
    assert len(paths) == len(set(paths))


def test_a_whole_leads_to_the_first_part_that_one_may_see() -> None:
    """Without a right to the first part, the entry opens the second."""
    (only,) = shown_to({"audit"}, "/books")
    assert (only.path, only.here) == ("/books", True)


def test_a_whole_is_where_any_of_its_parts_is() -> None:
    """Below a part, the whole and the part are marked, and nothing else is."""
    assert [each.here for each in shown_to(ALL, "/books/7")] == [False, True]
    assert [(each.path, each.here) for each in parts_at(ALL, "/books/7")] == [
        ("/law", False),
        ("/books", True),
    ]


def test_the_second_row_holds_what_one_may_see() -> None:
    """A part for which someone has no right stands nowhere, and nowhere else is a second row."""
    assert [each.path for each in parts_at({"see"}, "/law")] == ["/law"]
    assert parts_at(ALL, "/queue") == ()
    assert parts_at(ALL, "/lawless") == ()
