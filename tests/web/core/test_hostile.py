"""What strangers write: it is shown as they wrote it, and does nothing."""

import csv
import io
import re
from collections.abc import Callable
from datetime import date
from pathlib import Path

import httpx
import pytest
from playwright.sync_api import Page
from tests.web.conftest import Desk
from tests.web.filling import FORM, screen_waiting, send_file

from tidewaiter.base.files import hash_file
from tidewaiter.bulk.screening import Settings
from tidewaiter.node.context import screen_file
from tidewaiter.node.file_screening import FileJob
from tidewaiter.node.identity import own_stamp
from tidewaiter.node.network.resolution import resolve_database, take_up
from tidewaiter.store.accounts.sessions import begin_session
from tidewaiter.store.accounts.users import NewAccount, add_account
from tidewaiter.store.alerts.filters import AlertFilter, Queue
from tidewaiter.store.alerts.queue import queue_page
from tidewaiter.store.core.database import open_database
from tidewaiter.store.uploads import queue_upload, upload_of
from tidewaiter.trade.types import ReadOptions
from tidewaiter.web.core.node import Node

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
)
_HEADER = (
    "Consignment",
    "Goods",
    "HS",
    "CAS",
    "Quantity",
    "Origin",
    "Exporter",
    "Exporter address",
    "Consignee",
    "Port of loading",
    "Port of discharge",
    "Container",
    "Expected arrival",
)


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
            FileJob(
                path=path, options=ReadOptions(), settings=settings, journal=folder / "journal"
            ),
            database,
        ):
            pass
        take_up(database, own_stamp)


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
    """On each page that shows it, the text is there and no script of it runs."""
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


def _headings() -> bytes:
    """Return a file with attacks as headings and cells, with one known column."""
    file = io.StringIO(newline="")
    rows = csv.writer(file)
    rows.writerow(["Goods", "Quantity", *ATTACKS])
    for attack in ATTACKS:
        rows.writerow([f"Acetic anhydride {attack}", attack, *ATTACKS])
    return file.getvalue().encode()


def _sent(page: Page, address: str, name: str, content: bytes) -> str:
    """Choose a file in the browser, which sends it; return the path of its page."""
    page.goto(f"{address}/screen")
    page.set_input_files(
        "input[type=file]", {"name": name, "mimeType": "text/csv", "buffer": content}
    )
    page.wait_for_url("**/screen/*")
    return page.url.removeprefix(address)


@pytest.mark.browser
def test_a_file_of_a_stranger_does_nothing(opened: Opened, served: tuple[str, Node]) -> None:
    """Its name, its headings, what could not be read of it: on its page before and afterwards."""
    address, node = served
    page, told = opened("/screen")
    path = _sent(page, address, f"{ATTACKS[1]}{ATTACKS[7]}.csv", _headings())
    _harmless(page, told, path)
    assert "window.hit=1" in page.locator("h1").first.inner_text()
    assert page.get_by_text(ATTACKS[0]).count() >= 1  # a heading
    with node.read() as work:
        upload = upload_of(work, int(path.rpartition("/")[2]))
    with node.change(None) as work:
        queue_upload(work, upload, node.today())
    screen_waiting(node)
    for each in (path, "/screen"):
        page.goto(f"{address}{each}")
        _harmless(page, told, each)
    page.goto(f"{address}{path}")
    assert page.get_by_text(ATTACKS[2]).count() >= 1  # of a refused field


@pytest.mark.browser
def test_parties_of_strangers_do_nothing(
    opened: Opened, attacked: list[str], served: tuple[str, Node]
) -> None:
    """On their pages, in their network, and in flows."""
    address, node = served
    assert attacked
    resolve_database(node.database, own_stamp, lambda *_: None)
    page, told = opened("/parties?q=window.hit")
    paths = page.eval_on_selector_all(
        "a[href^='/parties/']", "all => [...new Set(all.map(one => one.getAttribute('href')))]"
    )
    numbers = [re.findall(r"\d+", each)[0] for each in paths]
    assert numbers
    for number in numbers[:3]:
        for path in (f"/parties/{number}", f"/network?party={number}"):
            page.goto(f"{address}{path}")
            _harmless(page, told, path)
            assert "window.hit" in page.inner_text("main")
    for path in ("/flows", "/flows?substance=acetic-anhydride"):
        page.goto(f"{address}{path}")
        _harmless(page, told, path)


@pytest.mark.browser
def test_a_hostile_case_does_nothing(
    opened: Opened, attacked: list[str], served: tuple[str, Node]
) -> None:
    """Its title, notes, tasks, parties, files and reports, where others read them."""
    address, node = served
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="eve", role="analyst", shown=ATTACKS[0]))
        secret = begin_session(work, account, ATTACKS[1])
    with httpx.Client(base_url=address) as client:
        eve = Desk(client, account, secret)  # type: ignore[arg-type]
        eve.post("/cases", {"title": ATTACKS[0], "alert": attacked[0]})
        for attack in ATTACKS:
            who = f"account {account.id}"
            eve.post("/cases/1/notes", {"text": attack})
            eve.post("/cases/1/tasks", {"who": who, "what": attack})
            party = dict.fromkeys(("name", "role", "country", "list", "entry", "note"), attack)
            eve.post("/cases/1/parties", party)
        for attack in ATTACKS[:3]:
            name = attack.replace('"', "'")
            send_file(eve, "/cases/1/files.json", f"{name}.txt", b"x", field="file")
        fields = {"csrf": eve.token(), "field": list(ATTACKS)}
        client.post(f"/cases/1/reports/{FORM}", data=fields, headers=eve.cookie())
        draft = eve.get("/cases/1.json").json()["case"]["drafts"][0]["step"]
    page, told = opened("/cases", role="supervisor")
    reports = f"/cases/1/reports/{FORM}"
    for path in ("/cases", "/cases/1", reports, f"{reports}/{draft}", f"/alerts/{attacked[0]}"):
        page.goto(f"{address}{path}")
        page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
        _harmless(page, told, path)
        assert "window.hit=1" in page.content(), path


def _harmless(page: Page, told: list[str], path: str) -> None:
    """Look whether nothing of an attack has become a part of a page, and nothing has run."""
    assert page.evaluate("window.hit") is None, path
    assert page.locator("img[src=x], svg[onload], [onerror], a[href^='javascript']").count() == 0
    assert "\u202e" not in page.content(), path
    assert told == [], path


def test_an_address_does_nothing_either(desk: Callable[..., Desk]) -> None:
    """The content of a query is returned as text, or refused."""
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
