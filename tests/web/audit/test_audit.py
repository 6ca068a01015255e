"""The audit on the web: found, recomputed, proved."""

from collections.abc import Callable

from sqlalchemy import text
from tests.web.conftest import Desk

from tidewaiter.ledger.proofs import check_proof, read_proof
from tidewaiter.ledger.signed_notes import PublicKey
from tidewaiter.web.core.node import Node


def test_what_was_done_is_found(desk: Callable[..., Desk]) -> None:
    """By action and by who, with the newest first."""
    chief = desk("supervisor")
    name = chief.alerts()[0]
    chief.post(f"/alerts/{name}/decision", {"verdict": "hold", "reason": "inspect", "seen": "0"})
    page = chief.get("/audit.json?action=alert%20decided").json()
    assert [each["who"] for each in page["entries"]] == [f"account {chief.account.id}"]
    everything = chief.get("/audit.json").json()
    numbers = [each["number"] for each in everything["entries"]]
    assert numbers == sorted(numbers, reverse=True)
    assert everything["size"] == numbers[0]
    assert chief.get("/audit.json?before=-1").status_code == 400
    assert chief.get("/audit.json?nothing=1").status_code == 400


def test_entries_are_found_by_day(desk: Callable[..., Desk]) -> None:
    """Both days are included; details stand as names and values, not as JSON."""
    chief = desk("supervisor")
    everything = chief.get("/audit.json").json()["entries"]
    day = everything[0]["at"][:10]
    within = [each for each in everything if each["at"][:10] == day]
    found = chief.get(f"/audit.json?first={day}&last={day}").json()["entries"]
    assert [each["number"] for each in found] == [each["number"] for each in within]
    assert chief.get("/audit.json?last=1999-12-31").json()["entries"] == []
    assert chief.get("/audit.json?first=2999-01-01").json()["entries"] == []
    assert chief.get("/audit.json?first=tomorrow").status_code == 400
    html = chief.get("/audit?action=&who=&words=&first=&last=").text
    assert "<dt" in html
    assert "{&#34;" not in html


def test_a_changed_entry_is_told(desk: Callable[..., Desk], node: Node) -> None:
    """By the first that does not hold."""
    chief = desk("supervisor")
    assert chief.send("/audit/verification", {}).json()["holds"]
    with node.change(None) as work:
        for (name,) in work.connection.execute(
            text("SELECT name FROM sqlite_master WHERE type = 'trigger'")
        ).all():
            work.connection.execute(text(f'DROP TRIGGER "{name}"'))
        work.connection.execute(text("UPDATE audit SET who = 'someone' WHERE number = 2"))
    found = chief.send("/audit/verification", {}).json()
    assert (found["holds"], found["entries"]) == (False, 1)
    assert "entry 2" in chief.post("/audit/verification").text


def test_an_entry_is_proved_to_a_stranger(desk: Callable[..., Desk]) -> None:
    """With nothing but the proof and the public key."""
    chief = desk("supervisor")
    answer = chief.get("/audit/1/proof")
    assert "attachment" in answer.headers["content-disposition"]
    key = chief.get("/audit.json").json()["key"]
    state, names = check_proof(read_proof(answer.text), (PublicKey.parse(key),))
    assert state.size >= 1
    assert names
    assert chief.get("/audit/999999/proof").status_code == 404


def test_who_may_not_read_the_audit_does_not(desk: Callable[..., Desk]) -> None:
    """An analyst neither."""
    one = desk("analyst")
    paths = ("/audit", "/audit/checkpoint", "/audit/1/proof")
    assert [one.get(path).status_code for path in paths] == [403] * 3
    assert one.post("/audit/verification").status_code == 403
