"""The pages of the register: state and balance, a file that is loaded, what is written off."""

import csv
import io
from collections.abc import Callable
from typing import Any

from tests.web.casedesk import XSS
from tests.web.conftest import Desk
from tests.web.exchanging import meet
from tests.web.filling import send_file
from tests.web.noticing import notice_of, send
from tests.web.registering import fill_register

from tidewaiter.store.register.entries import load_register
from tidewaiter.web.core.node import Node

CSV = b"""id,decided,kind,number,issuer,operator,substance,amount,counts,since,until,source
gr-1,2026-01-01,import permit,IA 26/01,MX,op-1,ephedrine,40 kg,content,2026-01-01,,paper 1
gr-9,2026-01-01,import permit,IA 26/09,MX,op-1,unobtainium<b>,40 kg,content,2026-01-01,,paper 9
"""


def _listed(who: Desk, query: str = "") -> list[tuple[str, str | None]]:
    rows = who.get(f"/register.json{query}").json()["rows"]
    return [(row["entry"]["id"], row["state"]) for row in rows]


def test_entries_are_found_with_their_state_and_balance(
    node: Node, desk: Callable[..., Desk]
) -> None:
    """The earliest expiry is first; each state is shown; a number matches without separators."""
    fill_register(node)
    anna = desk("analyst", "anna")
    assert _listed(anna, "?kind=grant") == [
        ("gr-1", "valid"),
        ("gr-2", "suspended"),
        ("gr-3", "expired"),
        ("gr-4", "revoked"),
    ]
    assert _listed(anna)[0] == ("gr-1", "valid")
    assert _listed(anna)[-1] == ("op-1", None)
    assert _listed(anna, "?text=ia26-01") == [("gr-1", "valid")]
    assert _listed(anna, "?text=aland+pharma&kind=standing") == [("st-1", "valid")]
    assert _listed(anna, "?text=%21%21") == []
    told = anna.get("/register.json?kind=grant").json()
    assert told["counts"] == {"": 7, "operator": 1, "standing": 1, "grant": 4, "requirement": 1}
    balance = told["rows"][0]["balance"]
    assert (balance["used"]["mass_mg"], balance["exceeded"]["mass_mg"]) == (41_000_000, 1_000_000)
    page = anna.get("/register?kind=grant").text
    assert "12 days left" in page
    assert "over the limit" in page
    before = anna.get("/register.json?kind=grant&day=2020-01-01").json()
    assert before["rows"] == []


def test_an_entry_tells_its_movements(node: Node, desk: Callable[..., Desk]) -> None:
    """Who wrote it off, when and why; and an operator what it holds."""
    fill_register(node)
    anna = desk("analyst", "anna")
    (moved,) = anna.get("/register/3.json").json()["moved"]
    assert (moved["written"]["reason"], moved["written"]["who"]) == ("found at audit", "account 1")
    page = anna.get("/register/3").text
    assert "41 kg used of 40 kg: 1 kg over the limit" in page
    assert "/cancel" not in page  # who only reads is offered nothing
    assert [each["entry"]["id"] for each in anna.get("/register/1.json").json()["held"]] == [
        "gr-1",
        "st-1",
        "gr-2",
        "gr-3",
        "gr-4",
    ]
    assert anna.get("/register/99").status_code == 404


def test_a_shipment_is_written_off_once_and_cancelled(
    node: Node, desk: Callable[..., Desk]
) -> None:
    """By the form, sent twice; a cancellation gives back what it took, once."""
    fill_register(node)
    today = node.today().isoformat()
    chief = desk("supervisor", "chief")
    form = {
        "substance": "ephedrine hydrochloride",
        "amount": "5 kg",
        "direction": "import",
        "on": today,
        "operator": "op-1",
        "permit": "IA 26/01",
        "issuer": "ax",
        "id": "s-2",
        "source": f"paper {XSS}",
        "reason": "found at audit",
        "entry": 3,
        "percent": "",
    }
    for _ in range(2):
        answer = chief.post("/register/movements", form)
        assert (answer.status_code, answer.headers["location"]) == (303, "/register/3#moved")
    told = chief.get("/register/3.json").json()
    assert len(told["moved"]) == 2
    assert told["moved"][0]["written"]["movement"]["content"]["mass_mg"] < 5_000_000  # as base
    assert "<img" not in chief.get("/register/3").text
    for wrong in ({"amount": "5"}, {"substance": "unobtainium"}, {"percent": "101"}, {"id": "s-1"}):
        assert chief.post("/register/movements", {**form, **wrong}).status_code in {400, 409}
    gone = {"on": today, "source": "letter", "reason": "not shipped"}
    assert chief.send("/register/movements/2/cancel", gone).status_code == 200
    assert chief.send("/register/movements/2/cancel", gone).status_code == 409
    told = chief.get("/register/3.json").json()
    assert told["row"]["balance"]["used"]["mass_mg"] == 41_000_000
    assert "not shipped" in chief.get("/register/3").text


def test_a_file_is_loaded_and_its_bad_rows_are_told(desk: Callable[..., Desk]) -> None:
    """With place and hint, escaped; all others are kept; it needs a country once."""
    chief = desk("supervisor", "chief")
    body = {"name": "permits.csv", "text": CSV.decode()}
    told = chief.send("/register/entries", body).json()
    assert told["code"] == "store/register-owner-not-known"
    assert chief.send("/register/entries", {**body, "country": "Mordor"}).status_code == 400
    told = chief.send("/register/entries", {**body, "country": "mx"})
    assert (told.status_code, told.json()["added"]) == (201, 1)
    answer = chief.client.post(
        f"/register/files?csrf={chief.token()}",
        files={"file": ("<i>.csv", CSV, "text/csv")},
        headers=chief.cookie(),
    )
    assert "row 2, substance" in answer.text
    assert "unobtainium&lt;b&gt;" in answer.text
    assert "write its short name" in answer.text
    assert "<i>" not in answer.text
    again = send_file(chief, "/register/files.json", "p.csv", CSV, field="file")
    assert (again["added"], again["known"], len(again["refused"])) == (0, 1, 1)


def test_notices_that_were_there_before_are_entered(
    node: Node, desk: Callable[..., Desk], tmp_path: Any
) -> None:
    """As with the command: the expected amount of an approved one is reserved."""
    own, other = meet(node, tmp_path)
    send(other, own, notice_of(node.today(), "NO-1"))
    other.desk.database.close()
    chief = desk("supervisor", "chief")
    agreed = {"seen": 1, "decided_by": "Licensing", "conditions": "", "importer_licence": "holds"}
    assert chief.send("/notices/1/agree", agreed).status_code == 200
    body = {"name": "permits.csv", "text": CSV.decode(), "country": "MX"}
    assert chief.send("/register/entries", body).status_code == 201
    with node.read() as work:
        assert load_register(work).promises


def test_who_may_not_change_the_register_does_not(node: Node, desk: Callable[..., Desk]) -> None:
    """Reading needs the exchange permission, changes the register one; others cannot read."""
    fill_register(node)
    anna, clerk = desk("analyst", "anna"), desk("administrator", "clerk")
    for path in ("/register", "/register/3", "/register/annual?year=2026"):
        assert clerk.get(path).status_code == 403
    for path, body in (
        ("/register/entries", {"name": "a.csv", "text": "x"}),
        ("/register/movements/1/cancel", {"on": "2026-01-01", "source": "x", "reason": "y"}),
        ("/register/1/erase", {}),
    ):
        assert anna.send(path, body).status_code == 403


def test_a_year_goes_out_and_a_name_is_erased(node: Node, desk: Callable[..., Desk]) -> None:
    """The figures count what moved; an erased operator is called so, and its papers stay."""
    fill_register(node)
    chief = desk("supervisor", "chief")
    answer = chief.get(f"/register/annual?year={node.today().year}")
    assert "attachment" in answer.headers["content-disposition"]
    rows = csv.DictReader(io.StringIO(answer.content.decode("utf-8-sig")))
    (row,) = [each for each in rows if each["Substance"] == "Ephedrine"]
    assert row["Imports"] == "41 kg"
    assert chief.post("/register/3/erase").status_code == 400
    assert chief.post("/register/1/erase").status_code == 303
    assert "Aland Pharma" not in chief.get("/register/1").text
    assert ("gr-1", "valid") in _listed(chief)
