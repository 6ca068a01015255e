"""The form of a notice: checked as it is filled in, kept as a draft, sent when nothing is wrong."""

import re
from collections.abc import Callable, Iterator
from datetime import UTC, date, datetime, timedelta
from pathlib import Path
from typing import Any

import pytest
from markupsafe import escape
from msgspec import structs
from tests.support.peers import Party
from tests.support.raising import says
from tests.web.casedesk import XSS
from tests.web.conftest import Desk
from tests.web.exchanging import meet
from tests.web.noticing import act, notice_of, send

from tidewaiter.base.archives import ListFile
from tidewaiter.base.records import Record
from tidewaiter.exchange.fields import fields_of
from tidewaiter.exchange.notices.drafts import (
    WrittenContained,
    WrittenLine,
    WrittenNotice,
    WrittenPermit,
    WrittenTransport,
)
from tidewaiter.exchange.notices.types import Authority, Queried
from tidewaiter.exchange.notices.types import Party as Firm
from tidewaiter.exchange.notices.xml import NoticeFile, write_xml
from tidewaiter.lists.archive import Archive
from tidewaiter.lists.definitions import load_definitions
from tidewaiter.lists.reading import read_list
from tidewaiter.store.notices.lookup import find_notice
from tidewaiter.web.core.form_fields import is_asked
from tidewaiter.web.core.node import Node

Pair = tuple[Party, Party]
LIST = (
    "id,kind,name,countries,action,listed,confidential\n"
    "B-1,organisation,Quimica Ejemplo SA,MX,blocked,2026-03-03,no\n"
    "B-2,organisation,Ocultamar Comercio,MX,blocked,2026-03-03,yes\n"
)


@pytest.fixture
def pair(node: Node, tmp_path: Path) -> Iterator[Pair]:
    """Let the installation exchange with another node."""
    own, other = meet(node, tmp_path)
    yield own, other
    other.desk.database.close()


def _form(peer: str, today: date, **more: Any) -> dict[str, Any]:
    """Fill the form as the browser sends it."""
    party = {"name": "Nordchemie Muster GmbH", "address": "Hamburg", "country": "AX"}
    filled = {
        "peer": peer,
        "notice.reference": "AX-2026-0041",
        "notice.basis": "treaty",
        "notice.confidentiality": "TLP:AMBER",
        "notice.sender.name": "Customs of Aland",
        "notice.sender.country": "AX",
        "notice.recipient.name": "Authority",
        "notice.recipient.country": "MX",
        "notice.reply_by": "",
        "notice.lines.0.name": "Acetic anhydride",
        "notice.lines.0.net": "800 kg",
        "notice.lines.0.cas": "108-24-7",
        "notice.lines.0.hs": "2915.24",
        "notice.parties.importer.name": "Importadora Alfa SA",
        "notice.parties.importer.address": "Veracruz",
        "notice.parties.importer.country": "MX",
        "notice.parties.broker.name": "",
        "notice.parties.broker.country": "",
        "notice.transport.entry_point": "Veracruz",
        "notice.transport.dispatch": (today + timedelta(days=60)).isoformat(),
    }
    filled |= {f"notice.parties.exporter.{name}": value for name, value in party.items()}
    return {**filled, **more}


def test_a_notice_is_written_line_by_line_and_sent(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """Kept half done; a second line is added; what is wrong keeps it back; then it arrives."""
    own, other = pair
    today, anna = node.today(), desk("analyst", "anna")
    made = anna.post("/notices/drafts", {"notice.reference": "AX-2026-0041", "add": "lines"})
    assert made.headers["location"] == "/notices/drafts/1#lines"
    form = _form(other.name, today, version=1, add="lines")
    assert anna.post("/notices/drafts/1", form).status_code == 303
    form = _form(other.name, today, version=2, send="true") | {
        "notice.lines.1.name": "Ephedrine",
        "notice.lines.1.net": "much",
        "notice.lines.1.goods": "salt",
        "notice.lines.1.form": "hydrochloride",
    }
    refused = anna.post("/notices/drafts/1", form)
    assert refused.status_code == 400
    assert "line 2, quantity" in refused.text
    assert 'value="much"' in refused.text
    assert own.states() == {}
    form |= {"version": "3", "notice.lines.1.net": "25 kg"}
    sent = anna.post("/notices/drafts/1", form)
    assert sent.headers["location"] == "/notices/1"
    assert anna.get("/notices/drafts.json").json() == {"drafts": []}
    own.send(other)
    with other.desk.database.work() as work:
        state = find_notice(work, other.desk.ring.lock, 1, today).state
    assert state.notice is not None
    assert [line.net.mass_mg for line in state.notice.lines] == [800_000_000, 25_000_000]
    assert state.notice.sent == today
    assert state.reply_by is not None  # the first day that the law allows
    assert state.notice.parties.broker is None


def _asked(record: type[Record], path: str) -> Iterator[str]:
    for field in fields_of(record):
        if is_asked(field):
            yield f"{path}.{field.name}"


def test_the_form_asks_for_every_field(desk: Callable[..., Desk], pair: Pair) -> None:
    """Whatever a person fills in of a notice has its place in the form, once."""
    assert pair
    anna = desk("analyst", "anna")
    for name in ("others", "permits", "contains.0"):
        form = {"notice.lines.0.name": "A", "notice.permits.0.number": "7", "add": name}
        assert anna.post("/notices/drafts", form).status_code == 303
    pages = [anna.get(f"/notices/drafts/{number}").text for number in (1, 2, 3)]
    names = [re.findall(r' name="(notice\.[^"]+)"', page) for page in pages]
    asked = {
        *_asked(WrittenNotice, "notice"),
        *_asked(Authority, "notice.sender"),
        *_asked(Authority, "notice.recipient"),
        *_asked(Firm, "notice.parties.broker"),
        *_asked(Firm, "notice.parties.others.0"),
        *_asked(WrittenLine, "notice.lines.0"),
        *_asked(WrittenContained, "notice.lines.0.contains.0"),
        *_asked(WrittenTransport, "notice.transport"),
        *_asked(WrittenPermit, "notice.permits.0"),
    }
    assert asked <= set().union(*names)
    assert all(len(each) == len(set(each)) for each in names)


def test_a_check_keeps_nothing_and_tells_all(
    desk: Callable[..., Desk], pair: Pair, node: Node
) -> None:
    """What is missing, the law on each line, the days and the net content; as a record too."""
    assert pair
    anna = desk("analyst", "anna")
    form = _form("", node.today()) | {
        "notice.lines.0.name": "Ephedrine",
        "notice.lines.0.cas": "",
        "notice.lines.0.hs": "",
        "notice.lines.0.goods": "salt",
        "notice.lines.0.form": "hydrochloride",
        "notice.lines.0.net": "25 kg",
        "notice.transport.entry_point": "",
    }
    part = anna.post("/notices/check", form)
    assert part.status_code == 200
    assert "<html" not in part.text
    assert "expected point of entry is missing" in part.text
    assert "20.48 kg" in part.text
    assert "Category 1" not in part.text  # the Union is on neither side
    told = anna.post("/notices/check.json", form).json()
    assert told["sendable"] is False
    assert told["reply_by"] == told["reply"]["due"]["day"]
    assert told["screened"] == {"lists": False, "hits": [], "mark": ""}
    assert anna.get("/notices/drafts.json").json() == {"drafts": []}


def test_whom_a_notice_names_is_looked_at_and_blocks_nothing(
    node: Node, desk: Callable[..., Desk], pair: Pair, tmp_path: Path
) -> None:
    """A country alone raises nothing; restricted matches are shown only with clearance."""
    other = pair[1]
    files = [ListFile(name="own.csv", content=LIST.encode())]
    listed = read_list(files, load_definitions(), "own-watch")
    lists, read = tmp_path / "lists", datetime(2026, 11, 1, tzinfo=UTC)
    Archive(lists).add(listed, files, read, dated=date(2026, 10, 1))
    node.desk = structs.replace(node.desk, lists=lists)
    anna, cleared = desk("analyst", "anna"), desk("analyst", "cleared", cleared=True)
    form = _form(other.name, node.today())
    assert anna.post("/notices/check.json", form).json()["screened"]["hits"] == []
    form |= {
        "notice.parties.importer.name": "Química Ejemplo S.A.",
        "notice.parties.others.0.name": "Ocultamar Comercio",
    }
    told = anna.post("/notices/check.json", form).json()["screened"]
    assert [(each["place"], each["match"]["entry"]) for each in told["hits"]] == [
        ("importer", "B-1")
    ]
    assert "Ocultamar" not in str(told)
    assert len(cleared.post("/notices/check.json", form).json()["screened"]["hits"]) == 2
    form["send"] = "true"
    kept = anna.post("/notices/drafts", form)
    assert kept.status_code == 400
    assert says(kept.text, "web/parties-resemble-entries")
    again = anna.post("/notices/drafts/1", form | {"version": 1, "looked": told["mark"]})
    assert again.headers["location"] == "/notices/1"
    assert "B-1" in anna.get("/notices/1/listings.json").text


def test_a_file_fills_the_form_and_an_amendment_begins_with_what_stands(
    node: Node, desk: Callable[..., Desk], pair: Pair
) -> None:
    """The next version goes out unless the other side said something meanwhile."""
    own, other = pair
    anna, today = desk("analyst", "anna"), node.today()
    raw = write_xml(NoticeFile(notice=notice_of(today, "AX-9")))
    files = {"file": ("notice.xml", raw, "application/xml")}
    answer = anna.client.post(
        f"/notices/drafts/file?csrf={anna.token()}",
        files=files,
        headers=anna.cookie(),
        follow_redirects=False,
    )
    assert answer.headers["location"] == "/notices/drafts/1"
    page = anna.get("/notices/drafts/1").text
    assert 'value="AX-9"' in page
    assert 'value="800 kg"' in page
    bad = anna.client.post(
        f"/notices/drafts/file?csrf={anna.token()}",
        files={"file": ("x", b"<!DOCTYPE a>", "a/b")},
        headers=anna.cookie(),
    )
    assert bad.status_code == 400

    send(own, other, notice_of(today, "AX-10"))
    assert anna.post("/notices/1/amendment", {"seen": 0}).headers["location"].endswith("/2")
    draft = anna.get("/notices/drafts/2.json").json()
    body = {"notice": draft["draft"]["draft"]["written"], "peer": other.name, "version": 1}
    body |= {"reason": "another vessel", "send": True, "amends": 1}
    act(other, own, 1, Queried(text="Which vessel?"))
    late = anna.send("/notices/drafts/2", body | {"seen": 0})
    assert late.status_code == 409
    assert "query" in late.json()["hint"]
    gone = anna.send("/notices/drafts/2", body | {"seen": 1, "version": 2})
    assert gone.json() == {"draft": 0, "version": 0, "notice": 1}
    assert anna.get("/notices/1.json").json()["state"]["version"] == 2


def test_what_was_written_comes_back_as_it_was(desk: Callable[..., Desk], pair: Pair) -> None:
    """A form that shortens or mends what it shows would send that instead; and it runs nothing."""
    assert pair
    anna, long = desk("analyst", "anna"), "x" * 4_000 + "\u202e<b>"
    assert anna.post("/notices/drafts", {"notice.note": long, "notice.law": XSS}).is_redirect
    page = anna.get("/notices/drafts/1").text
    assert "x" * 4_000 + "\u202e&lt;b&gt;</textarea>" in page
    assert "<img" not in page
    assert f'value="{escape(XSS)}"' in page


def test_rows_are_taken_out_and_drafts_thrown_away(desk: Callable[..., Desk], pair: Pair) -> None:
    """Drafts of others are invisible, and an outdated window overwrites nothing."""
    assert pair
    anna, ben = desk("analyst", "anna"), desk("analyst", "ben")
    for name in ("permits", "others", "contains.0", "lines"):
        form = {"notice.lines.0.name": "A", "add": name}
        assert anna.post("/notices/drafts", form).status_code == 303, name
    form = {"version": "1", "notice.lines.0.name": "A", "notice.lines.1.name": "B"}
    assert anna.post("/notices/drafts/4", form | {"remove": "lines.0"}).status_code == 303
    lines = anna.get("/notices/drafts/4.json").json()["draft"]["draft"]["written"]["lines"]
    assert [each["name"] for each in lines] == ["B"]
    for wrong in ("lines.7", "basis.0", "lines"):
        assert anna.post("/notices/drafts/4", form | {"remove": wrong}).status_code == 400
    assert anna.post("/notices/drafts/4", form).status_code == 409
    assert ben.get("/notices/drafts/4").status_code == 404
    assert ben.post("/notices/drafts/4/end", {"version": 2}).status_code == 404
    assert anna.post("/notices/drafts/4/end", {"version": 2}).status_code == 303
    assert len(anna.get("/notices/drafts.json").json()["drafts"]) == 3
