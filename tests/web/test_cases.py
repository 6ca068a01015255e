"""Cases on the web: what one sees, what two people do, and what nobody else can reach."""

import io
import os
import re
import zipfile
from collections.abc import Callable, Iterator
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import httpx
import pytest
from axe_playwright_python.sync_playwright import Axe
from playwright.sync_api import Page, expect
from tests.web.conftest import Desk

from tidewaiter.evidence.verify import verify_bundle
from tidewaiter.identity import own_key
from tidewaiter.store.accounts import NewAccount, add_account
from tidewaiter.store.sessions import begin_session
from tidewaiter.web.node import Node

Opened = Callable[..., tuple[Page, list[str]]]
FORM = "us-listed-chemical"
XSS = "<img src=x onerror=alert(1)>\u202e"


@pytest.fixture(autouse=True)
def key(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Path:
    """Keep the key of the installation beside its database."""
    monkeypatch.setenv("TIDEWAITER_KEY", str(tmp_path / "node.key"))
    return tmp_path / "node.key"


def _alerts(someone: Desk) -> list[str]:
    return [row["alert"]["id"] for row in someone.get("/queue.json").json()["rows"]]


def _who(someone: Desk) -> str:
    return f"account {someone.account.id}"


def _case(someone: Desk, number: int = 1) -> dict[str, Any]:
    answer = someone.get(f"/cases/{number}.json")
    assert answer.status_code == 200, answer.text
    return dict(answer.json())


def _last(someone: Desk, number: int = 1) -> str:
    return str(_case(someone, number)["case"]["last"])


def _open(someone: Desk, title: str = "Drums at the gate") -> int:
    answer = someone.post("/cases", {"title": title, "alert": _alerts(someone)[0]})
    assert answer.status_code == 303, answer.text
    return int(answer.headers["location"].rpartition("/")[2])


def _upload(someone: Desk, number: int, name: str, body: bytes) -> httpx.Response:
    page = someone.get(f"/cases/{number}").text
    found = re.search(r'action="(/cases/\d+/files\?csrf=[^"]+)"', page)
    assert found is not None
    headers = someone._headers(None)
    files = {"file": (name, body, "text/html")}
    return someone.client.post(found[1], files=files, headers=headers, follow_redirects=False)


def test_a_case_is_kept_from_its_alert_to_its_closing(desk: Callable[..., Desk]) -> None:
    """Opened with an alert, worked on, shared, and closed by two."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = _open(anna)
    base = f"/cases/{number}"
    for path, form in (
        ("alerts", {"alert": _alerts(anna)[1]}),
        ("notes", {"text": "Seal 17 is broken"}),
        ("tasks", {"who": _who(anna), "what": "Call the importer", "due": "2026-01-02"}),
        ("parties", {"name": "A trader", "role": "consignee"}),
        ("consignments", {"source": "1", "consignment": _case(anna)["alerts"][0]["consignment"]}),
        ("members", {"user": _who(susan)}),
    ):  # fmt: skip
        answer = anna.post(f"{base}/{path}", form)
        assert (answer.status_code, answer.text) == (303, answer.text)
        assert answer.headers["location"].startswith(base)
    task = _case(anna)["case"]["tasks"][0]["step"]
    assert anna.post(f"{base}/tasks/{task}/done", {}).status_code == 303
    closing = {"how": "dismissed", "why": "Other goods", "seen": _last(anna)}
    assert anna.post(f"{base}/closing", closing).status_code == 303
    assert anna.post(f"{base}/answer", {"agree": "yes", "seen": _last(anna)}).status_code == 403
    assert susan.get("/cases.json?show=waiting").json()["rows"][0]["number"] == number
    assert "Agree: close as dismissed" in susan.get(base).text
    assert susan.post(f"{base}/answer", {"agree": "yes", "seen": _last(susan)}).status_code == 303
    record, page = _case(anna), anna.get(base).text
    assert record["case"]["status"] == "closed-dismissed"
    for event in record["timeline"]:
        assert event["did"] in page
    assert "Seal 17 is broken" in page
    assert susan.post(f"{base}/reopening", {"why": "x", "seen": _last(susan)}).status_code == 303
    assert _case(anna)["case"]["status"] == "open"


def test_a_supervisor_does_not_answer_themselves(desk: Callable[..., Desk]) -> None:
    """They are not offered to, and it is refused."""
    susan = desk("supervisor", "susan")
    number = _open(susan)
    closing = {"how": "dismissed", "why": "Other goods", "seen": _last(susan)}
    assert susan.post(f"/cases/{number}/closing", closing).status_code == 303
    assert "Agree: close" not in susan.get(f"/cases/{number}").text
    answer = susan.post(f"/cases/{number}/answer", {"agree": "yes", "seen": _last(susan)})
    assert answer.status_code == 400
    assert "someone else must look" in answer.text
    assert susan.post(f"/cases/{number}/recall", {"seen": _last(susan)}).status_code == 303
    closing["seen"] = _last(susan)
    assert susan.post(f"/cases/{number}/closing", closing | {"how": "confirmed"}).status_code == 303


def test_who_decides_on_an_old_page_is_told(desk: Callable[..., Desk]) -> None:
    """A note in between, and the closing is not made."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = _open(anna)
    seen = _last(susan)
    anna.post(f"/cases/{number}/notes", {"text": "Wait"})
    form = {"how": "confirmed", "why": "x", "seen": seen}
    answer = susan.post(f"/cases/{number}/closing", form)
    assert answer.status_code == 409
    assert _case(anna)["case"]["status"] == "open"


def test_numbers_beyond_all_bounds_are_not_there(desk: Callable[..., Desk]) -> None:
    """No database is asked for what it cannot hold."""
    anna, large = desk("analyst", "anna"), 10**30
    number = _open(anna)
    assert anna.get(f"/cases/{large}.json").status_code == 404
    assert anna.get(f"/cases/{number}/files/{large}").status_code == 404
    assert anna.get(f"/cases.json?before={large}").status_code == 400
    body = {"source": large, "consignment": "x"}
    assert anna.send(f"/cases/{number}/consignments", body).status_code == 400
    body = {"text": "x", "about": large}
    assert anna.send(f"/cases/{number}/notes", body).status_code == 400
    alert = _alerts(anna)[2]
    assert anna.send(f"/alerts/{alert}/cases", {"case": large}).status_code == 404


def test_the_list_shows_what_one_may_see(desk: Callable[..., Desk]) -> None:
    """Neither titles nor counts of others' cases."""
    anna, ben, susan = desk("analyst", "anna"), desk("analyst", "ben"), desk("supervisor", "susan")
    admin = desk("administrator", "root")
    _open(anna, "Of Anna")
    _open(ben, "Of Ben")
    for someone, told in ((anna, ["Of Anna"]), (ben, ["Of Ben"]), (susan, ["Of Ben", "Of Anna"]),
                          (admin, [])):  # fmt: skip
        record = someone.get("/cases.json").json()
        assert [row["title"] for row in record["rows"]] == told
        assert record["counts"]["all"] == len(told)
        page = someone.get("/cases").text
        assert all((title in page) == (title in told) for title in ("Of Anna", "Of Ben"))
    assert [row["title"] for row in susan.get("/cases.json?text=anna").json()["rows"]] == [
        "Of Anna"
    ]
    assert susan.get("/cases.json?show=mine").json()["rows"] == []
    assert susan.get("/cases.json?show=nonsense").status_code == 400


def test_a_file_comes_back_as_an_attachment(desk: Callable[..., Desk]) -> None:
    """Whatever it is: no browser shows it or runs it."""
    anna = desk("analyst", "anna")
    number = _open(anna)
    body = b"<html><script>alert(1)</script></html>"
    assert _upload(anna, number, '../"x\r\n.html', body).status_code == 303
    file = _case(anna)["case"]["files"][0]
    answer = anna.get(f"/cases/{number}/files/{file['step']}")
    assert answer.content == body
    assert answer.headers["content-type"] == "application/octet-stream"
    assert answer.headers["content-disposition"].startswith("attachment; filename*=UTF-8''..%2F")
    assert answer.headers["x-content-type-options"] == "nosniff"
    assert "sandbox" in answer.headers["content-security-policy"]
    assert anna.get(f"/cases/{number}/files/99999").status_code == 404


def test_a_file_without_the_token_of_our_forms_is_refused(desk: Callable[..., Desk]) -> None:
    """Another site cannot make a browser add files."""
    anna = desk("analyst", "anna")
    number = _open(anna)
    for address in (f"/cases/{number}/files", f"/cases/{number}/files?csrf=00"):
        files = {"file": ("a.txt", b"x", "text/plain")}
        answer = anna.client.post(address, files=files, headers=anna._headers(None))
        assert answer.status_code == 403
    assert _case(anna)["case"]["files"] == []


def test_a_case_is_exported_and_holds(desk: Callable[..., Desk], key: Path) -> None:
    """The bundle that a browser gets is one that `tidewaiter verify` accepts."""
    anna = desk("analyst", "anna")
    number = _open(anna)
    answer = anna.post(f"/cases/{number}/export", {})
    assert answer.status_code == 201
    assert answer.headers["content-type"] == "application/zip"
    found = verify_bundle(io.BytesIO(answer.content), [own_key(key).public()])
    assert found.holds(), found.parts
    with zipfile.ZipFile(io.BytesIO(answer.content)) as opened:
        assert '"shown"' not in opened.read("case.json").decode()
        assert "anna" in opened.read("case.html").decode()
    assert _case(anna)["timeline"][-1]["kind"] == "exported"
    answer = anna.post(f"/cases/{number}/export", {"restricted": "true"})
    assert answer.status_code == 400


def test_a_report_is_filled_from_the_case(desk: Callable[..., Desk]) -> None:
    """As far as the case goes; the rest is left to whoever signs, and what is finished is kept."""
    anna = desk("analyst", "anna")
    number = _open(anna)
    base = f"/cases/{number}/reports/{FORM}"
    fields = {each["key"]: each for each in anna.get(f"{base}.json").json()["report"]["fields"]}
    assert fields["chemical"]["text"]
    assert fields["basis"]["text"]
    assert fields["reporter"]["text"] == ""
    assert fields["reporter"]["left"]
    texts = [f"{key} {XSS}" for key in fields]
    answer = anna.client.post(
        base, data={"csrf": anna.token(), "field": texts}, headers=anna._headers(None),
        follow_redirects=False,
    )  # fmt: skip
    assert answer.status_code == 303, answer.text
    step = _case(anna)["case"]["drafts"][0]["step"]
    document = anna.get(f"{base}/{step}")
    assert "<img" not in document.text
    assert "&lt;img src=x" in document.text
    told = anna.get(f"{base}/{step}.json").json()
    assert [each["text"] for each in told["fields"]] == texts
    assert told["by"] == "anna"
    assert anna.get(f"/cases/{number}/reports/nothing").status_code == 404
    assert anna.post(base, {"field": "one"}).status_code == 400


def test_an_alert_goes_into_a_case(desk: Callable[..., Desk]) -> None:
    """Into an open one or a new one, and the alert tells where it is."""
    anna, ben = desk("analyst", "anna"), desk("analyst", "ben")
    first, second, *_ = _alerts(anna)
    number = _open(anna)
    page = anna.get(f"/alerts/{second}/cases")
    assert "Drums at the gate" in page.text
    answer = anna.post(f"/alerts/{second}/cases", {"case": str(number)})
    assert answer.headers["location"] == f"/cases/{number}"
    assert anna.get(f"/alerts/{second}/cases.json").json()["cases"] == [number]
    assert ben.get(f"/alerts/{second}/cases.json").json()["cases"] == []
    assert ben.post(f"/alerts/{second}/cases", {"case": str(number)}).status_code == 404
    assert ben.post(f"/alerts/{first}/cases", {"title": "Of Ben"}).status_code == 303
    assert ben.post(f"/alerts/{first}/cases", {}).status_code == 400


def test_what_strangers_wrote_is_shown_as_text(desk: Callable[..., Desk]) -> None:
    """In titles, notes, tasks, names of files and parties."""
    anna = desk("analyst", "anna")
    number = _open(anna, XSS)
    base = f"/cases/{number}"
    anna.post(f"{base}/notes", {"text": XSS})
    anna.post(f"{base}/tasks", {"who": _who(anna), "what": XSS})
    anna.post(f"{base}/parties", {"name": XSS, "role": XSS, "country": XSS, "note": XSS})
    _upload(anna, number, f"{XSS}.txt", b"x")
    for path in (base, "/cases", f"/alerts/{_alerts(anna)[1]}/cases"):
        page = anna.get(path).text
        assert "<img" not in page
        assert "&lt;img src=x" in page
        assert "\u202e" not in page


def test_erasing_waits_for_its_time(desk: Callable[..., Desk]) -> None:
    """The page says why not yet; afterwards nothing of what was written is there."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = _open(anna, "Of Maria Example")
    base = f"/cases/{number}"
    anna.post(f"{base}/notes", {"text": "Maria Example signed"})
    yesterday = (date.today() - timedelta(days=2)).isoformat()  # noqa: DTZ011
    anna.post(f"{base}/retention", {"until": yesterday, "basis": "a rule", "seen": _last(anna)})
    assert "Nothing can be erased now: it is open." in susan.get(base).text
    form = {"how": "confirmed", "why": "Maria Example said so", "seen": _last(anna)}
    assert anna.post(f"{base}/closing", form).status_code == 303
    assert anna.post(f"{base}/erasing", {"why": "x", "seen": _last(anna)}).status_code == 403
    assert susan.post(f"{base}/hold", {"why": "court", "seen": _last(susan)}).status_code == 303
    answer = susan.post(f"{base}/erasing", {"why": "x", "seen": _last(susan)})
    assert "a legal hold is on it" in answer.text
    assert susan.post(f"{base}/release", {"why": "over", "seen": _last(susan)}).status_code == 303
    answer = susan.post(f"{base}/erasing", {"why": "rule 7", "seen": _last(susan)})
    assert answer.status_code == 303, answer.text
    for someone in (anna, susan):
        assert "Maria" not in someone.get(base).text
        assert "Maria" not in someone.get(f"{base}.json").text


@pytest.fixture
def filled(served: tuple[str, Node]) -> Iterator[Desk]:
    """Make a case with everything on the server that browsers use; return who made it."""
    address, node = served
    with node.change(None) as work:
        account = add_account(work, NewAccount(name="anna", role="analyst", shown="Anna Reyes"))
        secret = begin_session(work, account, "a test")
    with httpx.Client(base_url=address) as client:
        anna = Desk(client, account, secret)  # type: ignore[arg-type]
        number = _open(anna, "Drums of solvent at the north gate, declared as cleaning agent")
        base = f"/cases/{number}"
        for alert in _alerts(anna)[1:4]:
            anna.post(f"{base}/alerts", {"alert": alert})
        anna.post(f"{base}/notes", {"text": "Seal 17 is broken; the driver says it was so before."})
        task = {"who": _who(anna), "what": "Call the importer", "due": "2026-01-02"}
        anna.post(f"{base}/tasks", task)
        anna.post(f"{base}/parties", {"name": "A trader", "role": "consignee", "country": "NL"})
        _upload(anna, number, "bill-of-lading.pdf", b"%PDF-1.7 x")
        form = {"until": "2031-12-31", "basis": "Customs code, article 51", "seen": _last(anna)}
        anna.post(f"{base}/retention", form)
        form = {"how": "dismissed", "why": "The laboratory says other goods", "seen": _last(anna)}
        anna.post(f"{base}/closing", form)
        yield anna


def _shot(page: Page, name: str) -> None:
    """Keep a picture where someone wants to look at it."""
    if folder := os.environ.get("SHOTS"):
        page.screenshot(path=f"{folder}/{name}.png", full_page=True)


@pytest.mark.browser
@pytest.mark.parametrize("width", [390, 1280])
@pytest.mark.parametrize("scheme", ["light", "dark"])
@pytest.mark.parametrize("place", ["/cases", "/cases/1", f"/cases/1/reports/{FORM}", "alert"])
def test_the_pages_fit_and_can_be_used_by_all(
    opened: Opened, filled: Desk, width: int, scheme: str, place: str
) -> None:
    """Nothing is cut off, nothing is asked from elsewhere, and axe has nothing to say."""
    path = f"/alerts/{_alerts(filled)[5]}/cases" if place == "alert" else place
    page, told = opened(path, role="supervisor", width=width, color_scheme=scheme)
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = true })")
    assert page.evaluate("document.documentElement.scrollWidth") <= width
    found = Axe().run(page).response["violations"]
    assert [(each["id"], [n["target"] for n in each["nodes"]]) for each in found] == []
    assert told == []
    page.eval_on_selector_all("details", "all => all.forEach(one => { one.open = false })")
    _shot(page, f"{place.strip('/').replace('/', '-')}-{width}-{scheme}")


@pytest.mark.browser
def test_a_case_is_worked_on_by_keyboard(opened: Opened, filled: Desk) -> None:
    """A note, an answer to the proposal, and back to the list, without a mouse."""
    assert filled.account.name == "anna"
    page, told = opened("/cases", role="supervisor")
    page.get_by_role("link", name="Drums of solvent").focus()
    page.keyboard.press("Enter")
    page.wait_for_url("**/cases/1")
    page.keyboard.press("n")
    page.keyboard.type("I have asked the laboratory")
    page.keyboard.press("Control+Enter")
    expect(page.locator(".notes")).to_contain_text("I have asked the laboratory")
    page.get_by_role("button", name="Agree: close as dismissed").focus()
    page.keyboard.press("Enter")
    expect(page.locator(".headline .status")).to_have_text("closed: dismissed")
    page.keyboard.press("l")
    page.wait_for_url("**/cases")
    expect(page.locator("tbody .status")).to_have_text("closed: dismissed")
    assert told == []


@pytest.mark.browser
def test_a_file_is_added_and_a_bundle_is_downloaded(
    opened: Opened, filled: Desk, key: Path, tmp_path: Path
) -> None:
    """As a person does it, with htmx on the page."""
    assert filled.account.name == "anna"
    page, told = opened("/cases/1", role="supervisor")
    photo = tmp_path / "photo.png"
    photo.write_bytes(b"\x89PNG\r\n\x1a\n" + bytes(100))
    page.set_input_files("input[type=file]", photo)
    page.get_by_role("button", name="Add the file").click()
    expect(page.locator("a[download]").last).to_have_text("photo.png")
    with page.expect_download() as waiting:
        page.get_by_role("button", name="Export").click()
    bundle = Path(waiting.value.path()).read_bytes()
    assert verify_bundle(io.BytesIO(bundle), [own_key(key).public()]).holds()
    with page.expect_download() as waiting:
        page.locator("a[download]").last.click()
    assert Path(waiting.value.path()).read_bytes() == photo.read_bytes()
    assert told == []
