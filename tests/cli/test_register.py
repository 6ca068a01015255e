"""The register at the command line, and what a screening says by it."""

import csv
import json
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from click.testing import Result
from tests.support.notices import ANHYDRIDE, NOTICE, changed
from tests.support.raising import message_of, says

from tidewaiter.exchange.notices.types import Permit
from tidewaiter.exchange.notices.xml import NoticeFile, write_xml

Call = Callable[..., Result]

OPERATORS = """id,decided,name,country,business_numbers,source
op-1,2026-01-01,Farma Ejemplo SA,Chad,RFC-1,sheet 1
op-2,2026-01-01,Pinturas Muestra SA,Chad,RFC-2,sheet 2
op-3,2026-01-01,Solventes Prueba SA,Chad,RFC-3,sheet 3
"""
LICENCES = (
    "id,decided,kind,number,issuer,operator,substances,activities,since,until,revoked_since,"
    """stop_source,source
st-1,2026-01-01,licence,L-1,TD,op-1,ephedrine; acetone,import; use,2026-01-01,,,,sheet 7
st-2,2026-01-01,licence,L-2,TD,op-2,acetone,import,2025-01-01,2025-12-31,,,sheet 8
st-3,2026-01-01,licence,L-3,TD,op-3,acetone,import,2025-01-01,,2026-02-01,order 4,sheet 9
"""
)
PERMITS = """id,decided,kind,number,issuer,operator,substance,amount,counts,since,until,source
gr-1,2026-01-01,import permit,IA 26/01,TD,op-1,ephedrine,40 kg,content,2026-01-01,2026-12-31,paper 1
gr-2,2026-01-01,import permit,IA 26/02,TD,op-2,acetone,900 kg,goods,2026-01-01,2026-12-31,paper 2
gr-3,2026-01-01,import permit,IA 26/03,TD,op-3,acetone,900 kg,goods,2026-01-01,2026-12-31,paper 3
gr-9,2026-01-01,import permit,IA 26/09,TD,op-1,unobtainium,40 kg,content,2026-01-01,,paper 9
"""
MANIFEST = (
    "consignment,goods,hs,net,exporter,exporter_country,consignee,consignee_country,"
    """consignee_id,licences
C1,ephedrine,293941,25 kg,A,DE,Farma Ejemplo,TD,RFC-1,IA-26/01
C1,ephedrine,293941,25 kg,A,DE,Farma Ejemplo,TD,RFC-1,IA-26/01
C2,acetone,291411,200 kg,A,DE,Pinturas Muestra,TD,RFC-2,
C3,acetone,291411,200 kg,A,DE,Solventes Prueba,TD,RFC-3,
C4,acetone,291411,200 kg,A,DE,Nadie,TD,RFC-7,
C5,acetone,291411,200 kg,A,DE,Pinturas Muestra,TD,,
C6,acetone,291411,200 kg,A,DE,Pinturas Muestra,PE,,
"""
)


@pytest.fixture
def country() -> str:
    """Return a country without loaded law, so that licences and permits are asked for."""
    return "TD"


@pytest.fixture
def files(here: Path, country: str) -> Path:
    """Write the files of an authority, and a manifest."""
    for name, text in (
        ("operators.csv", OPERATORS),
        ("licences.csv", LICENCES),
        ("permits.csv", PERMITS),
        ("manifest.csv", MANIFEST),
    ):
        (here / name).write_text(text.replace("TD", country))
    return here


@pytest.fixture
def register(files: Path, call: Call, country: str) -> Call:
    """Keep the register in `r.db`; call one of its commands on it."""
    assert files.is_dir()

    def run(*words: str) -> Result:
        return call("register", *words, "--db", "r.db")

    done = run("add", "operators.csv", "licences.csv", "permits.csv", "--country", country)
    assert done.exit_code == 1
    assert "10 rows: 9 added, 0 unchanged, 1 rejected" in done.stdout
    wrong = message_of("exchange/not-in-the-registry", substance="unobtainium")
    assert f"permits.csv, row 4, substance: {wrong}" in done.stderr
    return run


def _said(path: Path) -> list[tuple[str, int, str, str]]:
    """Return of each alert its severity, score, and what the register says."""
    found = []
    for line in path.read_text().splitlines():
        alert: dict[str, Any] = json.loads(line)
        mine = [each for each in alert["reasons"] if each["rule"].startswith("register-")]
        assert len(mine) <= 1
        rule, text = (mine[0]["rule"], mine[0]["text"]) if mine else ("", "")
        found.append((alert["severity"], alert["score"], rule, text))
    return found


def test_a_screening_says_what_the_register_holds(register: Call, screen: Call, here: Path) -> None:
    """None, expired, revoked, exceeded, covered; and where it cannot tell, it says so.

    What covers the first line of a file is no longer there for the second. What covers goods
    changes no score, and goods for another country are not asked for.
    """
    for words in ((), ("--register", "r.db", "--report", "report.html")):
        done = screen("manifest.csv", "--out", "alerts.jsonl", *words)
        assert done.exit_code == 0
        if not words:
            before = _said(here / "alerts.jsonl")
    after = _said(here / "alerts.jsonl")
    assert [rule for _, _, rule, _ in before] == [""] * 7
    assert [rule for _, _, rule, _ in after] == [
        "register-covered",
        "register-exceeded",
        "register-expired",
        "register-revoked",
        "register-none",
        "register-open",
        "",
    ]
    more = [now[1] - was[1] for was, now in zip(before, after, strict=True)]
    assert more == [0, 15, 15, 20, 20, 0, 0]
    figures = "40 kg authorised, 0 kg used, 25 kg allocated to earlier lines, 15 kg available"
    paper = "import permit IA 26/01 issued by TD, valid from 2026-01-01 until 2026-12-31"
    assert f"permit: {paper}: {figures}; 25 kg is more than the 15 kg" in after[1][3]
    assert "licence L-3: revocation from 2026-02-01 (order 4)" in after[3][3]
    assert "licence L-3: revocation" in (here / "report.html").read_text()
    assert (
        register("balance").stdout.count("40 kg available") == 1
    )  # a screening writes nothing off


def test_earlier_files_count_for_a_permit(register: Call, screen: Call, here: Path) -> None:
    """What went under its number before and was not written off is added up all the same."""
    head = "goods,hs,net,exporter,exporter_country,consignee,consignee_country,licences,departure\n"
    line = "acetone,291411,500 kg,A,DE,Pinturas Muestra,TD,IA-26/02,2026-0{month}-01\n"
    (here / "then.csv").write_text(head + line.format(month=3))
    (here / "now.csv").write_text(head + line.format(month=4))
    assert register("list").exit_code == 0
    for words, told in (((), 0), (("--history", "then.csv"), 1)):
        done = screen("now.csv", "--register", "r.db", "--out", "alerts.jsonl", *words)
        assert done.exit_code == 0
        (alert,) = map(json.loads, (here / "alerts.jsonl").read_text().splitlines())
        mine = [each for each in alert["reasons"] if each["rule"] == "over-quota"]
        assert len(mine) == told
    assert "2 lines of Acetone under import permit IA 26/02 total 1,000 kg" in mine[0]["text"]
    assert (mine[0]["points"], mine[0]["source"]) == (8, "paper 2")


def test_a_database_with_a_register_is_asked_by_itself(
    register: Call, screen: Call, call: Call
) -> None:
    """Its alerts are stored with the result; a named database without a register is refused."""
    screen("manifest.csv", "--db", "r.db")
    shown = map(json.loads, call("alerts", "list", "--json", "--db", "r.db").stdout.splitlines())
    rules = [reason["rule"] for each in shown for reason in each["alert"]["reasons"]]
    assert rules.count("register-covered") == 1
    assert register("balance").exit_code == 0
    done = screen("manifest.csv", "--register", "other.db")
    assert done.exit_code == 2
    assert says(done.stderr, "cli/no-register")


def test_the_ledger_by_hand(register: Call, here: Path) -> None:
    """A shipment without a notice is written off, shown with who and why, and cancelled."""
    shipment = (
        "write-off",
        "--substance",
        "ephedrine",
        "--amount",
        "50 kg",
        "--direction",
        "import",
        "--on",
        "2026-05-02",
        "--permit",
        "IA 26/01",
        "--operator",
        "op-1",
        "--id",
        "s-1",
        "--source",
        "declaration 77",
        "--reason",
        "found at audit",
    )
    first = register(*shipment)
    assert "40 kg authorised, 50 kg used, 0 kg reserved, 0 kg available, 10 kg over the limit" in (
        first.stdout
    )
    assert register(*shipment).stdout.startswith("known: 1\t2026-05-02\timport\t50 kg of goods")
    assert "found at audit" in register("show", "gr-1").stdout
    register("annual", "2026", "--out", "2026.csv")
    with (here / "2026.csv").open(encoding="utf-8-sig", newline="") as file:
        rows = {row["Substance"]: row for row in csv.DictReader(file)}
    assert rows["Ephedrine"]["Imports"] == "50 kg"
    gone = ("cancel", "s-1", "--on", "2026-05-03", "--source", "letter", "--reason", "not sent")
    assert "cancelled from 2026-05-03: not sent" in register(*gone).stdout
    assert "cancelled from" in register("show", "gr-1").stdout
    assert (
        "40 kg authorised, 0 kg used, 0 kg reserved, 40 kg available" in register("balance").stdout
    )
    register("annual", "2026", "--form", "--out", "form.csv")
    assert (here / "form.csv").read_text(encoding="utf-8-sig").startswith("Table,Substance,Amount")


def test_what_is_listed_can_be_added_elsewhere(register: Call, call: Call, here: Path) -> None:
    """All of it, as JSON Lines; erased entries are no longer names."""
    (here / "all.jsonl").write_text(register("list", "--json").stdout)
    done = call("register", "add", "all.jsonl", "--country", "TD", "--db", "two.db")
    assert done.stdout == "9 rows: 9 added, 0 unchanged, 0 rejected\n"
    assert call("register", "list", "--db", "two.db").stdout == register("list").stdout
    register("erase", "op-1")
    assert "Farma" not in register("list").stdout


@pytest.mark.parametrize("country", ["MX"])
def test_a_notice_is_checked_against_the_register(
    register: Call, call: Call, here: Path, country: str
) -> None:
    """Its importer's permit, where the register is of the importing country."""
    permit = Permit(kind="import permit", number="IA 26/02", issuer=country)
    notice = changed(
        NOTICE,
        lines=(changed(ANHYDRIDE, name="Acetone", cas="67-64-1", hs="2914.11"),),
        permits=(permit,),
    )
    (here / "notice.xml").write_bytes(write_xml(NoticeFile(notice=notice)))
    assert register("list").exit_code == 0
    done = call("notices", "check", "notice.xml", "--day", "2026-03-02", "--db", "r.db")
    assert (
        "line 1: register of MX: none: operator: no operator is registered under the number MX-7"
        in (done.stdout)
    )
    assert "import permit IA 26/02 issued by MX" in done.stdout
