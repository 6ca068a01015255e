"""The menu: its sections for each role, and the pages of a section."""

import pytest
from litestar.handlers import HTTPRouteHandler

from tidewaiter.accounts.roles import Role, load_roles, rights_of
from tidewaiter.web.core.app import HANDLERS
from tidewaiter.web.core.menu import SECTIONS, SETTINGS, menu_for, pages_at, settings_for

MOST = 7
PAGES = {
    path: {getattr(guard, "right", "") for guard in each.guards or ()}
    for each in HANDLERS
    if isinstance(each, HTTPRouteHandler) and "GET" in each.http_methods
    for path in each.paths
}
ENTRIES = [each for section in (*SECTIONS, SETTINGS) for each in section.entries()]


def _paths(role: Role, path: str) -> list[str]:
    return [each.path for group in pages_at(rights_of(role), path) for each in group.entries]


@pytest.mark.parametrize("entry", ENTRIES, ids=lambda each: each.path)
def test_an_entry_asks_for_the_right_of_its_page(entry: object) -> None:
    """Whoever sees an entry can open it."""
    assert {entry.right} == PAGES[entry.path]  # type: ignore[attr-defined]


def test_each_page_is_in_the_menu_once() -> None:
    """And each section has a key of its own."""
    paths, keys = [each.path for each in ENTRIES], [each.key for each in SECTIONS]
    assert len(set(paths)) == len(paths)
    assert len(set(keys)) == len(keys)


@pytest.mark.parametrize("role", sorted(load_roles().role))
def test_no_role_has_more_than_seven_sections(role: Role) -> None:
    """A section leads to the first page that the role may see."""
    menu = menu_for(rights_of(role), "/")
    assert 1 < len(menu) <= MOST
    assert [each.here for each in menu] == [True] + [False] * (len(menu) - 1)


def test_a_role_sees_what_it_can_use() -> None:
    """A viewer is in no exchange and keeps no accounts; only supervisors have the overview."""
    viewer = {each.path for each in menu_for(rights_of("viewer"), "/")}
    assert viewer == {"/", "/queue", "/cases", "/parties", "/law", "/burden"}
    assert "/overview" not in _paths("analyst", "/queue")
    assert "/overview" in _paths("supervisor", "/queue")
    settings = {
        role: [
            each.path
            for group in settings_for(rights_of(role), "/account")
            for each in group.entries
        ]
        for role in load_roles().role
    }
    assert settings["viewer"] == settings["analyst"] == ["/account"]
    assert settings["supervisor"] == ["/account", "/accounts", "/audit"]
    assert "/plugins" in settings["administrator"]


@pytest.mark.parametrize(
    ("path", "section", "page"),
    [
        ("/", "/", None),
        ("/queue", "/queue", "/queue"),
        ("/alerts/12ab/cases", "/queue", "/queue"),
        ("/law/changes/calendar.ics", "/law", "/law/changes"),
        ("/lists/sdn", "/parties", "/parties"),
        ("/coalition/members", "/notices", "/coalition/members"),
        ("/coalition/pack.html", "/notices", "/coalition"),
        ("/burden/brief.html", "/burden", "/burden"),
        ("/lawless", None, None),
    ],
)
def test_where_one_is(path: str, section: str | None, page: str | None) -> None:
    """The section and the page with the longest matching address are marked, nothing else."""
    rights = rights_of("supervisor")
    assert [each.path for each in menu_for(rights, path) if each.here] == (
        [section] if section else []
    )
    groups = pages_at(rights, path)
    assert [each.path for group in groups for each in group.entries if each.here] == (
        [page] if page else []
    )


def test_a_section_with_one_page_has_no_list() -> None:
    """Home and the cases; and the settings of those who have none but their account."""
    assert _paths("analyst", "/cases") == _paths("analyst", "/") == []
    assert _paths("viewer", "/account") == []
    assert "/audit" in _paths("supervisor", "/account")
