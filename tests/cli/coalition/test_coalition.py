"""`tidewaiter coalition`: two authorities see who takes part, what was promised and answered."""

import json
import sys
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from io import BytesIO
from pathlib import Path

import pytest
from click.testing import Result
from pypdf import PdfReader
from tests.cli.nodes import Node
from tests.papers import needs_pdf
from tests.support.notices import NOTICE, changed
from tests.support.raising import says

from tidewaiter.base.errors import InputError
from tidewaiter.exchange.notices.xml import NoticeFile, write_xml
from tidewaiter.report.pages import pdf_of

TODAY = datetime.now(UTC).date()


@pytest.fixture
def met(
    call: Callable[..., Result], here: Path, monkeypatch: pytest.MonkeyPatch
) -> tuple[Node, Node]:
    """Let two nodes take each other up; the one has notified the other, which has answered."""
    one, other = (
        Node(call, here, name, monkeypatch, country=country)
        for name, country in (("aland", "DE"), ("bergen", "MX"))
    )
    for each, peer, name in ((one, other, "bergen"), (other, one, "aland")):
        each.run("peers", "add", f"{name}.json")
        each.run("peers", "confirm", peer.node, peer.words)
    one.bring(other)
    other.bring(one)
    transport = changed(NOTICE.transport, dispatch=TODAY + timedelta(days=60))
    made = changed(NOTICE, sent=None, reply_by=None, transport=transport)
    (here / "notice.xml").write_bytes(write_xml(NoticeFile(notice=made)))
    one.run("notices", "send", "notice.xml", "--to", other.node)
    one.bring(other)
    other.run("notices", "agree", "1", "--by", "Section 4")
    other.bring(one)
    return one, other


def _write(path: Path, **fields: object) -> str:
    path.write_text(json.dumps(fields), encoding="utf-8")
    return path.name


def test_a_pack_holds_board_members_and_commitments(met: tuple[Node, Node], here: Path) -> None:
    """The pack contains the output of the commands, for screen and paper, without verdicts."""
    one, other = met
    assert "1 replied early" in one.run("coalition", "board").stdout
    board = json.loads(other.run("coalition", "board", "--json").stdout)
    assert [(each["exporter"], each["importer"]) for each in board["pairs"]] == [("DE", "MX")]
    assert board["pairs"][0]["now"]["outcomes"]["answered early"] == 1
    assert "Mexico   joined" in one.run("coalition", "members").stdout
    made = one.run("coalition", "pack", "--out", "pack.html").stdout
    assert "1 pairs, 1 members" in made
    page = (here / "pack.html").read_text(encoding="utf-8")
    assert "http" not in page.replace("http-equiv", "")


@needs_pdf
def test_a_pack_is_paper_too(met: tuple[Node, Node], here: Path) -> None:
    """The PDF holds the words of the page."""
    met[0].run("coalition", "pack", "--out", "pack.pdf")
    text = " ".join(
        page.extract_text() for page in PdfReader(BytesIO((here / "pack.pdf").read_bytes())).pages
    )
    for told in ("Meeting pack", "Bergen", "Mexico", "joined", "not an assessment"):
        assert told in text, told


def test_without_what_writes_pdf_a_pack_says_what_would_do(
    monkeypatch: pytest.MonkeyPatch,
) -> None:
    """The extra that brings it, and what else can be written."""
    monkeypatch.setitem(sys.modules, "weasyprint", None)
    with pytest.raises(InputError) as caught:
        pdf_of("<p>x</p>")
    assert ".[pdf]" in caught.value.hint
    assert ".html" in caught.value.hint


def test_a_roster_needs_its_endorsers_and_only_advises(met: tuple[Node, Node], here: Path) -> None:
    """One signature of two is not enough; it marks who it disputes, and changes no state."""
    one, other = met
    listed = {"name": "Bergen", "country": "MX", "state": "left", "since": f"{TODAY}"}
    draft = _write(
        here / "draft.json",
        id="g7",
        name="Group",
        day=f"{TODAY}",
        needed=2,
        endorsers=[one.node, other.node],
        members=[{"node": other.node, **listed}],
    )
    one.run("coalition", "member-list", "sign", draft, "--out", "one.json")
    refused = one.run("coalition", "member-list", "accept", "one.json", code=2)
    assert says(refused.stderr, "exchange/too-few-endorsers")
    other.run("coalition", "member-list", "sign", "one.json", "--out", "two.json")
    one.run("coalition", "member-list", "accept", "two.json")
    members = one.run("coalition", "members").stdout
    assert "joined" in members
    assert "DISPUTED" in members
    one.run("coalition", "member-list", "send", "g7", "--to", other.node)
    one.bring(other)
    assert "not trusted" in other.run("coalition", "member-list", "list").stdout
    assert "g7" not in other.run("coalition", "members").stdout
    other.run("coalition", "member-list", "trust", "g7")
    assert "g7" in other.run("coalition", "members").stdout


def test_a_number_counts_with_evidence_alone(met: tuple[Node, Node], here: Path) -> None:
    """And both sides tell alike how a promise stands."""
    one, other = met
    promise = _write(
        here / "promise.json",
        id="replies",
        owner="",
        who="Licensing",
        what="Answer in time",
        indicator={"name": "share", "unit": "% of notices"},
        direction="at least",
        target=90,
        made=f"{TODAY}",
        due=f"{TODAY + timedelta(days=90)}",
    )
    one.run("coalition", "commitments", "add", promise, "--to", other.node)
    one.run("coalition", "commitments", "report", one.node, "replies", "95")
    assert "no evidence" in one.run("coalition", "commitments", "list").stdout
    one.run("coalition", "commitments", "report", one.node, "replies", "95", "--file", promise)
    one.bring(other)
    for each in (one, other):
        assert "met" in each.run("coalition", "commitments", "list").stdout
    shown = other.run("coalition", "commitments", "show", one.node, "replies").stdout
    assert shown.count("95 % of notices") == 2
    assert "does not count" in shown
