"""What holds of every page, in a real browser."""

from collections.abc import Callable

import pytest
from litestar.handlers import HTTPRouteHandler
from tests.web.browsing import Opened, check_page
from tests.web.conftest import Desk
from tests.web.exchanging import make_node

from tidewaiter.web.core.app import HANDLERS
from tidewaiter.web.core.client_paths import is_matching
from tidewaiter.web.core.node import Node


def rights_needed(route: HTTPRouteHandler) -> set[str]:
    """Return which rights an address asks for."""
    return {getattr(guard, "right", "") for guard in route.guards or ()}


_NO_PAGES = {
    "/health",
    "/openapi.json",
    "/jump/results",
    "/queue/screening",
    "/sign-in/oidc",
    "/sign-in/oidc/back",
}
_BYTES = 200_000  # of a page with its scripts and styles, compressed
ROLES = {
    path: "administrator" if "administer" in rights_needed(each) else "supervisor"
    for each in HANDLERS
    if isinstance(each, HTTPRouteHandler) and "GET" in each.http_methods
    for path in each.paths
    if "{" not in path and "gives" not in each.opt and path not in _NO_PAGES
    if not is_matching(path)  # records alone
}
PATHS = sorted(ROLES)


@pytest.mark.browser
@pytest.mark.parametrize("path", PATHS)
@pytest.mark.parametrize(("width", "scheme"), [(390, "dark"), (1280, "light")])
def test_all_can_use_it(
    served: tuple[str, Node], opened: Opened, path: str, width: int, scheme: str
) -> None:
    """It fits, asks nothing from elsewhere, stays small, and axe has nothing to say."""
    make_node(served[1])
    page, told = opened(path, role=ROLES[path], width=width, color_scheme=scheme)
    check_page(page, told, width)
    sent = page.evaluate(
        "performance.getEntries().reduce((sum, e) => sum + (e.encodedBodySize || 0), 0)"
    )
    assert 0 < sent < _BYTES
    assert told == []


@pytest.mark.parametrize("path", PATHS)
def test_each_page_has_its_record(node: Node, desk: Callable[..., Desk], path: str) -> None:
    """The same address with .json, but for those that are forms alone."""
    make_node(node)
    one = desk(ROLES[path])
    if path == "/sign-in":
        pytest.skip("signing in is for people")
    answer = one.get(f"{path}.json")
    assert answer.status_code == 200
    assert answer.headers["content-type"].startswith("application/json")
