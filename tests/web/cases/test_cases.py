"""Cases on the web: visibility, decisions by two people, and access control."""

from collections.abc import Callable
from datetime import date, timedelta

from tests.web.casedesk import XSS, case_of, last_of, name_of, open_case, upload
from tests.web.conftest import Desk


def test_a_case_is_kept_from_its_alert_to_its_closing(desk: Callable[..., Desk]) -> None:
    """Opened with an alert, worked on, shared, and closed by two."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = open_case(anna)
    base = f"/cases/{number}"
    for path, form in (
        ("alerts", {"alert": anna.alerts()[1]}),
        ("notes", {"text": "Seal 17 is broken"}),
        ("tasks", {"who": name_of(anna), "what": "Call the importer", "due": "2026-01-02"}),
        ("parties", {"name": "A trader", "role": "consignee"}),
        ("consignments", {"source": "1", "consignment": case_of(anna)["alerts"][0]["consignment"]}),
        ("members", {"user": name_of(susan)}),
    ):
        answer = anna.post(f"{base}/{path}", form)
        assert (answer.status_code, answer.text) == (303, answer.text)
        assert answer.headers["location"].startswith(base)
    task = case_of(anna)["case"]["tasks"][0]["step"]
    assert anna.post(f"{base}/tasks/{task}/done", {}).status_code == 303
    closing = {"how": "dismissed", "why": "Other goods", "seen": last_of(anna)}
    assert anna.post(f"{base}/closing", closing).status_code == 303
    assert anna.post(f"{base}/answer", {"agree": "yes", "seen": last_of(anna)}).status_code == 403
    assert susan.get("/cases.json?show=waiting").json()["rows"][0]["number"] == number
    assert "Approve: close as dismissed" in susan.get(base).text
    assert susan.post(f"{base}/answer", {"agree": "yes", "seen": last_of(susan)}).status_code == 303
    record, page = case_of(anna), anna.get(base).text
    assert record["case"]["status"] == "closed-dismissed"
    for event in record["timeline"]:
        assert event["did"] in page
    assert "Seal 17 is broken" in page
    assert susan.post(f"{base}/reopening", {"why": "x", "seen": last_of(susan)}).status_code == 303
    assert case_of(anna)["case"]["status"] == "open"


def test_a_supervisor_does_not_answer_themselves(desk: Callable[..., Desk]) -> None:
    """They are not offered to, and it is refused."""
    susan = desk("supervisor", "susan")
    number = open_case(susan)
    closing = {"how": "dismissed", "why": "Other goods", "seen": last_of(susan)}
    assert susan.post(f"/cases/{number}/closing", closing).status_code == 303
    assert "Approve: close" not in susan.get(f"/cases/{number}").text
    answer = susan.post(f"/cases/{number}/answer.json", {"agree": "yes", "seen": last_of(susan)})
    assert (answer.status_code, answer.json()["code"]) == (400, "casework/own-proposal")
    assert susan.post(f"/cases/{number}/recall", {"seen": last_of(susan)}).status_code == 303
    closing["seen"] = last_of(susan)
    assert susan.post(f"/cases/{number}/closing", closing | {"how": "confirmed"}).status_code == 303


def test_who_decides_on_an_old_page_is_told(desk: Callable[..., Desk]) -> None:
    """A note in between, and the closing is not made."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = open_case(anna)
    seen = last_of(susan)
    anna.post(f"/cases/{number}/notes", {"text": "Wait"})
    form = {"how": "confirmed", "why": "x", "seen": seen}
    answer = susan.post(f"/cases/{number}/closing", form)
    assert answer.status_code == 409
    assert case_of(anna)["case"]["status"] == "open"


def test_numbers_beyond_all_bounds_are_not_there(desk: Callable[..., Desk]) -> None:
    """No database is asked for what it cannot hold."""
    anna, large = desk("analyst", "anna"), 10**30
    number = open_case(anna)
    assert anna.get(f"/cases/{large}.json").status_code == 404
    assert anna.get(f"/cases/{number}/files/{large}").status_code == 404
    assert anna.get(f"/cases.json?before={large}").status_code == 400
    body = {"source": large, "consignment": "x"}
    assert anna.send(f"/cases/{number}/consignments", body).status_code == 400
    body = {"text": "x", "about": large}
    assert anna.send(f"/cases/{number}/notes", body).status_code == 400
    alert = anna.alerts()[2]
    assert anna.send(f"/alerts/{alert}/cases", {"case": large}).status_code == 404


def test_the_list_shows_what_one_may_see(desk: Callable[..., Desk]) -> None:
    """Neither titles nor counts of others' cases."""
    anna, ben, susan = desk("analyst", "anna"), desk("analyst", "ben"), desk("supervisor", "susan")
    admin = desk("administrator", "root")
    open_case(anna, "Of Anna")
    open_case(ben, "Of Ben")
    for someone, told in (
        (anna, ["Of Anna"]),
        (ben, ["Of Ben"]),
        (susan, ["Of Ben", "Of Anna"]),
        (admin, []),
    ):
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


def test_an_alert_goes_into_a_case(desk: Callable[..., Desk]) -> None:
    """Into an open one or a new one, and the alert tells where it is."""
    anna, ben = desk("analyst", "anna"), desk("analyst", "ben")
    first, second, *_ = anna.alerts()
    number = open_case(anna)
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
    number = open_case(anna, XSS)
    base = f"/cases/{number}"
    anna.post(f"{base}/notes", {"text": XSS})
    anna.post(f"{base}/tasks", {"who": name_of(anna), "what": XSS})
    anna.post(f"{base}/parties", {"name": XSS, "role": XSS, "country": XSS, "note": XSS})
    upload(anna, number, f"{XSS}.txt", b"x")
    for path in (base, "/cases", f"/alerts/{anna.alerts()[1]}/cases"):
        page = anna.get(path).text
        assert "<img" not in page
        assert "&lt;img src=x" in page
        assert "\u202e" not in page


def test_erasing_waits_for_its_time(desk: Callable[..., Desk]) -> None:
    """The page says why not yet; afterwards nothing of the text remains."""
    anna, susan = desk("analyst", "anna"), desk("supervisor", "susan")
    number = open_case(anna, "Of Maria Example")
    base = f"/cases/{number}"
    anna.post(f"{base}/notes", {"text": "Maria Example signed"})
    yesterday = (date.today() - timedelta(days=2)).isoformat()  # noqa: DTZ011
    anna.post(f"{base}/retention", {"until": yesterday, "basis": "a rule", "seen": last_of(anna)})
    assert "Nothing can be erased at present: it is open." in susan.get(base).text
    form = {"how": "confirmed", "why": "Maria Example said so", "seen": last_of(anna)}
    assert anna.post(f"{base}/closing", form).status_code == 303
    assert anna.post(f"{base}/erasing", {"why": "x", "seen": last_of(anna)}).status_code == 403
    assert susan.post(f"{base}/hold", {"why": "court", "seen": last_of(susan)}).status_code == 303
    answer = susan.post(f"{base}/erasing", {"why": "x", "seen": last_of(susan)})
    assert "it is under a legal hold" in answer.text
    assert susan.post(f"{base}/release", {"why": "over", "seen": last_of(susan)}).status_code == 303
    answer = susan.post(f"{base}/erasing", {"why": "rule 7", "seen": last_of(susan)})
    assert answer.status_code == 303, answer.text
    for someone in (anna, susan):
        assert "Maria" not in someone.get(base).text
        assert "Maria" not in someone.get(f"{base}.json").text
