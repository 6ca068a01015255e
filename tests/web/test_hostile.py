"""What strangers write: it is shown as they wrote it, and does nothing."""

import csv
from collections.abc import Callable
from datetime import date
from pathlib import Path

import pytest
from playwright.sync_api import Page
from tests.web.conftest import Desk

from tidewaiter.bulk.run import Settings
from tidewaiter.consignments.types import ReadOptions
from tidewaiter.node import hash_file, screen_file
from tidewaiter.store.database import open_database
from tidewaiter.store.queue import queue_page
from tidewaiter.store.queuefilter import AlertFilter, Queue
from tidewaiter.web.node import Node

Opened = Callable[..., tuple[Page, list[str]]]
ATTACKS = (
    "<script>window.hit=1</script>",
    "<img src=x onerror=window.hit=1>",
    '"><svg onload=window.hit=1>',
    "javascript:window.hit=1//",
    "'-window.hit=1-'",
    "{{ 7*7 }}{% raw %}",
    "</textarea></title></style><script>window.hit=1</script>",
    "\u202e\u2066<b>\x1b[31m",
)  # fmt: skip
_HEADER = (
    "Consignment", "Goods", "HS", "CAS", "Quantity", "Origin", "Exporter", "Exporter address",
    "Consignee", "Port of loading", "Port of discharge", "Container", "Arrival",
)  # fmt: skip


def _hostile(folder: Path, place: str) -> None:
    """Screen a manifest with an attack in each of its cells."""
    path = folder / "hostile.csv"
    with path.open("w", newline="", encoding="utf-8") as file:
        rows = csv.writer(file)
        rows.writerow(_HEADER)
        for attack in ATTACKS:
            rows.writerow(
                [
                    f"C {attack}",
                    f"Acetic anhydride {attack}",
                    f"291524{attack}",
                    f"108-24-7 {attack}",
                ]
                + [attack] * (len(_HEADER) - 4)
            )
    settings = Settings(day=date(2026, 11, 25), file=path.name, sha256=hash_file(path))
    with open_database(place) as database:
        for _ in screen_file(
            path, ReadOptions(), settings, folder / "journal", workers=1, database=database
        ):
            pass


@pytest.fixture
def attacked(served: tuple[str, Node], tmp_path: Path) -> list[str]:
    """Screen hostile papers into the installation; return the ids of their alerts."""
    _, node = served
    _hostile(tmp_path, node.serving.db)
    wanted = AlertFilter(substance=("acetic-anhydride",), words="window hit")
    with node.read() as work:
        page = queue_page(work, Queue(wanted=wanted, today=node.today(), cleared=False))
    return [alert.id for alert in page.alerts if "hostile" in alert.file]


@pytest.mark.browser
def test_nothing_that_is_imported_does_anything(opened: Opened, attacked: list[str]) -> None:
    """On each page where it is shown, the text stands there and no script of it runs."""
    assert len(attacked) >= 4
    paths = ["/queue?words=window", "/parties", "/parties?q=window", "/flows", "/overview"]
    paths += ["/screen", *(f"/alerts/{name}" for name in attacked)]
    for path in paths:
        page, told = opened(path, role="supervisor")
        assert page.evaluate("window.hit") is None, path
        assert page.locator("img[src=x], svg[onload], [onerror]").count() == 0, path
        assert "49" not in page.locator("h1").first.inner_text()
        assert told == [], path
    page, _ = opened(f"/alerts/{attacked[0]}")
    assert "window.hit=1" in page.locator(".goods").first.inner_text()


@pytest.mark.browser
def test_nothing_that_is_typed_does_anything(
    opened: Opened, attacked: list[str], served: tuple[str, Node]
) -> None:
    """Names of people, cases, notes and filters, each read by another."""
    page, told = opened("/cases")
    for attack in ATTACKS[:3]:
        page.goto(f"{served[0]}/cases")
        page.fill("input[name=title]", f"Case {attack}")
        page.get_by_role("button", name="Open").click()
        page.wait_for_url("**/cases/*")
        assert page.evaluate("window.hit") is None
        assert "window.hit=1" in page.locator("h1").inner_text()
    page.goto(f"{served[0]}/alerts/{attacked[0]}")
    page.keyboard.press("d")
    page.keyboard.press("1")
    page.fill("textarea[name=note]", ATTACKS[6])
    page.keyboard.press("Control+Enter")
    page.wait_for_url(lambda url: attacked[0] not in url)
    page.goto(f"{served[0]}/alerts/{attacked[0]}")
    assert "window.hit=1" in page.locator(".trail").inner_text()
    assert page.evaluate("window.hit") is None
    assert told == []


def test_an_address_does_nothing_either(desk: Callable[..., Desk]) -> None:
    """What stands in a query comes back as text, or is refused."""
    one = desk("supervisor")
    for attack in ATTACKS:
        for path in (
            "/queue?words=",
            "/audit?words=",
            "/parties?q=",
            "/substances?text=",
            "/law?what=",
        ):
            answer = one.get(
                path + attack.replace("%", "%25").replace("#", "%23").replace("\x1b", "")
            )
            assert answer.status_code == 200, path
            assert "<script>window" not in answer.text
            assert "<img src=x" not in answer.text
