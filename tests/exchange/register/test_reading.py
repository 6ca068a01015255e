"""A register from CSV: every row is an entry or a refusal with its place."""

import pytest
from tests.support.notices import changed
from tests.support.raising import raises
from tests.support.register import ENTRIES, KG, PERMIT, registry

from tidewaiter.base.archives import ListFile
from tidewaiter.exchange.notices.types import Amount
from tidewaiter.exchange.register.checks import check, check_together
from tidewaiter.exchange.register.readers import RegisterFile, read_register
from tidewaiter.exchange.register.types import (
    Grant,
    Operator,
    Register,
    Site,
    Standing,
    Stop,
)

OPERATORS = """id,decided,name,other_names,country,business_numbers,sites,source
op-1,2026-01-01,Química Ejemplo SA,QE; Ejemplo,Mexico,QEJ-1,S1: Plant; S2,sheet 1
"""
STANDINGS = (
    "id,decided,kind,number,issuer,operator,substances,activities,since,until,"
    "suspended_since,suspended_until,revoked_since,stop_source,source\n"
    "st-1,2026-01-01,licence,MX-7,MX,op-1,Ephedrine; 108-24-7,import; use,2026-01-01,,"
    "2026-03-01,2026-03-31,,order 1,sheet 7\n"
)
GRANTS = """id,decided,kind,number,issuer,operator,substance,amount,counts,since,until,source
gr-1,2026-01-01,import authorisation,IA-1,MX,op-1,ephedrine,100 kg,content,2026-01-01,,paper
gr-2,2026-01-01,import licence,IA-2,MX,op-1,ephedrine,100 kg,content,2026-01-01,,paper
gr-3,2026-01-01,import permit,IA-3,MX,op-1,unobtainium,100 kg,content,2026-01-01,,paper
gr-4,2026-01-01,import permit,IA-4,MX,op-1,ephedrine,100,content,2026-01-01,,paper
gr-5,03/04/2026,import permit,IA-5,MX,op-1,ephedrine,1 kg,content,2026-01-01,,paper
gr-6,2026-01-01,import permit,IA-6,MX,op-1,ephedrine,1 kg,content,2026-01-01,2025-01-01,paper
gr-7,2026-01-01,import permit,IA-7,MX,op-1
gr-8,2026-01-01,import permit,IA-8,Nowhere,op-1,ephedrine,1 kg,goods,2026-01-01,,paper
"""


def _read(text: str) -> RegisterFile:
    return read_register(ListFile(name="register.csv", content=text.encode()), registry())


def test_operators_are_read_with_their_sites() -> None:
    """Several values of a cell are parted by semicolons; a site has an id and may have a name."""
    (entry,) = _read(OPERATORS).entries
    assert isinstance(entry, Operator)
    assert (entry.other_names, entry.country) == (("QE", "Ejemplo"), "MX")
    assert entry.sites == (Site(id="S1", name="Plant"), Site(id="S2"))


def test_a_licence_is_read_with_its_suspension() -> None:
    """Substances by name or number become slugs."""
    (entry,) = _read(STANDINGS).entries
    assert isinstance(entry, Standing)
    assert entry.substances == ("ephedrine", "acetic-anhydride")
    (stop,) = entry.stops
    assert (stop.kind, str(stop.until), stop.source) == ("suspended", "2026-03-31", "order 1")


def test_each_row_is_an_entry_or_a_refusal_with_its_place() -> None:
    """Words that are not interchangeable are refused as such; nothing is dropped or guessed."""
    found = _read(GRANTS)
    assert (found.kind, found.rows) == ("grant", 8)
    (entry,) = found.entries
    assert isinstance(entry, Grant)
    assert entry.amount == Amount(mass_mg=100 * KG)
    assert [each.place for each in found.refused] == [
        "row 2",
        "row 3, substance",
        "row 4, amount",
        "row 5, decided",
        "row 6, until",
        "row 7",
        "row 8, issuer",
    ]
    assert found.refused[0].code.startswith("exchange/")
    assert all(each.hint and not each.kept for each in found.refused)


@pytest.mark.parametrize(
    ("text", "words"),
    [
        ("id,name\n1,x\n", "exchange/kind-of-entries-not-told"),
        ("id,business_numbers,colour\n1,2,red\n", "exchange/column-of-another-kind"),
        ("", "parties/file-empty"),
    ],
)
def test_a_file_that_is_no_register_is_refused(text: str, words: str) -> None:
    """As a whole, with a hint."""
    with raises(words):
        _read(text)


def test_the_sample_entries_can_be_kept() -> None:
    """And belong together."""
    assert [check(each, registry()) for each in ENTRIES] == [()] * len(ENTRIES)
    assert check_together(Register(entries=ENTRIES)) == ()


@pytest.mark.parametrize(
    ("more", "at"),
    [
        ({"id": " "}, "id"),
        ({"version": 0}, "version"),
        ({"source": ""}, "source"),
        ({"number": "--"}, "number"),
        ({"issuer": ""}, "issuer"),
        ({"substance": "none-such"}, "substance"),
        ({"amount": Amount(mass_mg=1, volume_ul=1)}, "amount"),
        ({"amount": Amount(mass_mg=-1)}, "amount"),
        ({"until": PERMIT.since.replace(year=2025)}, "until"),
        ({"stops": (Stop(kind="suspended", since=PERMIT.since, source=""),)}, "stop 1, source"),
        (
            {"stops": (Stop(kind="revoked", since=PERMIT.since, until=PERMIT.since, source="x"),)},
            "stop 1, until",
        ),
    ],
)
def test_what_cannot_be_kept_is_told_with_its_place(more: dict[str, object], at: str) -> None:
    """One problem for each, with a hint."""
    (problem,) = check(changed(PERMIT, **more), registry())
    assert (problem.at, bool(problem.hint)) == (at, True)


def test_entries_that_do_not_belong_together_are_told() -> None:
    """Operators and sites that are not there, one number twice, versions back in time."""
    alone = Register(
        entries=(
            *ENTRIES,
            changed(PERMIT, id="gr-2", operator="op-9", sites=()),
            changed(PERMIT, id="gr-3", number="X", sites=("S9",)),
            changed(PERMIT, version=2, decided=PERMIT.decided.replace(year=2025)),
        )
    )
    assert [each.at for each in check_together(alone)] == [
        "gr-2, operator",
        "gr-3, sites",
        "gr-1, gr-2",
        "gr-1, decided",
    ]
