"""Answers: what covers goods before they are released, and what cannot be told."""

from datetime import date
from typing import Any

import pytest
from hypothesis import given
from hypothesis import strategies as st
from tests.support.notices import changed
from tests.support.register import (
    DAY,
    ENTRIES,
    KG,
    LICENCE,
    NEED,
    OPERATOR,
    OTHER,
    PERMIT,
    QUESTION,
    moved,
    register,
)

from tidewaiter.base.phrases import english
from tidewaiter.exchange.notices.types import Amount, Party
from tidewaiter.exchange.register.coverage import answer, names_of
from tidewaiter.exchange.register.types import Answered, Promise, Register, Stop, Verdict

ORDER = Stop(kind="suspended", since=DAY, source="order 1")
RANK: list[Verdict] = [
    "none",
    "revoked",
    "suspended",
    "expired",
    "exceeded",
    "cannot tell",
    "covered",
]


def _ask(held: Register | None = None, **more: Any) -> tuple[str, dict[str, Answered]]:
    found = answer(held or register(), changed(QUESTION, **more))
    assert found.verdict == min((each.verdict for each in found.parts), key=RANK.index)
    return found.verdict, {each.part: each for each in found.parts}


def test_what_holds_names_what_it_rests_on() -> None:
    """Operator, licence, permit and the year's requirement, with figures and sources."""
    verdict, parts = _ask(register(moved()))
    assert verdict == "covered"
    assert [each.entries for each in parts.values()] == [
        ("op-1",),
        ("st-1",),
        ("gr-1",),
        ("alr-1",),
    ]
    assert english(parts["permit"].text) == (
        "import authorisation IA-26/01 issued by MX, valid from 2026-01-01 until 2026-09-30: "
        "100 kg authorised, 20 kg used, 80 kg available"
    )
    assert parts["permit"].sources == (PERMIT.source,)


@pytest.mark.parametrize(
    ("more", "verdict", "part", "words"),
    [
        ({"day": date(2026, 10, 1)}, "expired", "permit", "valid until 2026-09-30"),
        (
            {"day": date(2027, 1, 1)},
            "none",
            "requirement",
            "no annual requirement of Mexico for 2027",
        ),
        ({"day": date(2025, 12, 31)}, "none", "operator", "no operator is registered"),
        ({"content": Amount(mass_mg=101 * KG)}, "exceeded", "permit", "101 kg is more than"),
        ({"content": Amount(mass_mg=151 * KG)}, "exceeded", "requirement", "more than the 150 kg"),
        ({"content": Amount()}, "cannot tell", "permit", "is unknown"),
        ({"content": Amount(volume_ul=5)}, "cannot tell", "permit", "cannot be compared"),
        ({"site": "S2"}, "none", "permit", "is for S1, not S2"),
        ({"site": ""}, "cannot tell", "permit", "the site is not given"),
        ({"substance": "acetic-anhydride"}, "none", "permit", "not acetic-anhydride"),
        ({"permit": "IA-26-01"}, "covered", "permit", "100 kg available"),
        ({"permit": "IA-1"}, "none", "permit", 'no permit "IA-1" for import in the register'),
        (
            {"permit": "IA-26-01", "issuer": "DE"},
            "none",
            "permit",
            'no permit "IA-26-01" for import in the register',
        ),
        ({"direction": "export"}, "none", "permit", "no permit for export in the register"),
        (
            {"party": Party(licence="MX-8")},
            "none",
            "operator",
            "no operator is registered under the number MX-8",
        ),
        ({"party": Party(name="Q")}, "cannot tell", "operator", "no licence or business number"),
        ({"party": Party(business_number="rmu020202cd2")}, "none", "standing", "has no licence"),
        (
            {"party": Party(licence="MX-7", business_number="RMU-020202-CD2")},
            "cannot tell",
            "operator",
            "its numbers belong to several operators: op-1, op-2",
        ),
        (
            {"party": Party(licence="MX-7", business_number="XYZ-1")},
            "cannot tell",
            "operator",
            'op-1 is registered under a business number other than "XYZ-1"',
        ),
        (
            {"party": Party(licence="MX-8", business_number="QEJ-010101-AB1")},
            "cannot tell",
            "operator",
            'no licence or registration "MX-8" in the register',
        ),
    ],
)
def test_what_does_not_hold_says_why(
    more: dict[str, Any], verdict: str, part: str, words: str
) -> None:
    """Each question gets the worst of what its parts say, in words with figures."""
    found, parts = _ask(**more)
    said = [parts[part].text, *(each.text for each in parts[part].findings)]
    told = " ".join(map(english, said))
    assert (found, words in told) == (verdict, True), told


@pytest.mark.parametrize(("entry", "part"), [(LICENCE, "standing"), (PERMIT, "permit")])
def test_a_suspension_and_a_revocation_stop(entry: Any, part: str) -> None:
    """From their day on; the words say which of the two it is."""
    rest = tuple(each for each in ENTRIES if each != entry)
    for kind, said in (("suspended", "suspension"), ("revoked", "revocation")):
        stopped = changed(entry, stops=(changed(ORDER, kind=kind),))
        verdict, parts = _ask(register(entries=(stopped, *rest)))
        assert (verdict, parts[part].verdict) == (kind, kind)
        assert f": {said} from 2026-04-08 (order 1)" in english(parts[part].text)


def test_one_permit_that_holds_is_enough() -> None:
    """Next to one that is used up; if none covers, the nearest one and its gaps are reported."""
    used_up = moved(mg=100 * KG)
    second = changed(PERMIT, id="gr-2", number="IA-26/02", until=date(2026, 4, 1))
    verdict, parts = _ask(register(used_up, entries=(*ENTRIES, second)))
    assert (verdict, parts["permit"].entries) == ("exceeded", ("gr-1",))
    assert {each.entry for each in parts["permit"].findings} == {"gr-1", "gr-2"}
    longer = changed(second, until=None)
    verdict, parts = _ask(register(used_up, entries=(*ENTRIES, longer)))
    assert (verdict, parts["permit"].entries) == ("covered", ("gr-2",))


def test_a_declaration_and_a_letter_cover_nothing() -> None:
    """Only what an authority granted lets goods cross its border."""
    for kind in ("import declaration", "letter of no objection", "transit permit"):
        held = register(entries=(OPERATOR, LICENCE, NEED, changed(PERMIT, kind=kind)))
        assert _ask(held)[0] == "none"
        assert _ask(held, permit="IA-26/01")[1]["permit"].verdict == "none"


def test_an_amount_that_cannot_be_written_off_leaves_it_open() -> None:
    """The balance of a permit is unknown while the content of one shipment is."""
    open_ = moved(content=Amount(), why_no_content="the content of the mixture is not given")
    verdict, parts = _ask(register(open_))
    assert verdict == "cannot tell"
    assert "the content of the mixture is not given" in english(parts["permit"].text)


def test_two_contents_of_one_entry_decide_nothing() -> None:
    """In either order."""
    other = changed(PERMIT, amount=Amount(mass_mg=900 * KG))
    for entries in ((other, *ENTRIES), (*ENTRIES, other)):
        assert _ask(register(entries=entries))[0] == "cannot tell"


def test_what_is_promised_to_other_notices_is_not_free() -> None:
    """The goods of a notice may use what was promised to it."""
    promise = Promise(
        notice="DE-1",
        line=1,
        direction="import",
        country="MX",
        since=DAY,
        permit="IA-26/01",
        substance="ephedrine",
        content=Amount(mass_mg=90 * KG),
        source="DE-1",
    )
    held = register(promises=(promise,))
    assert _ask(held)[0] == "exceeded"
    assert _ask(held, notice="DE-1")[0] == "covered"


def test_a_name_alone_never_decides() -> None:
    """It is a lead; a number that belongs to an operator of quite another name is a warning."""
    names = names_of((OPERATOR, OTHER))
    alike = changed(QUESTION, party=Party(name="Quimica Ejemplo S.A.", country="MX"))
    found = answer(register(), alike, names)
    assert (found.verdict, found.operator, found.may_be) == ("cannot tell", "", ("op-1",))
    same = changed(QUESTION, party=Party(name="Quimica Ejemplo S.A.", licence="MX-7"))
    assert answer(register(), same, names).verdict == "covered"
    borrowed = changed(QUESTION, party=Party(name="Reactivos Muestra SA", licence="MX-7"))
    found = answer(register(), borrowed, names)
    assert (found.verdict, found.operator) == ("cannot tell", "op-1")
    assert "whose name does not resemble" in english(found.parts[0].text)
    nobody = changed(QUESTION, party=Party(name="Gänzlich Anders GmbH", country="DE"))
    assert answer(register(), nobody, names_of(())).verdict == "cannot tell"
    assert names_of(())(nobody.party) == ()


def test_country_and_address_tell_operators_of_like_names_apart() -> None:
    """A near-identical name must be in the same country; the likeliest is first."""
    abroad = changed(OPERATOR, id="op-3", country="FR", address="Rue de la Paix 9, Lyon")
    names = names_of((OPERATOR, abroad))
    nearly = {country: names(Party(name="Química Ejempla", country=country)) for country in _LANDS}
    assert nearly == {"": ("op-1", "op-3"), "MX": ("op-1",), "FR": ("op-3",)}
    same = {land: names(Party(name=OPERATOR.name, country=land)) for land in _LANDS}
    assert same == {"": ("op-1", "op-3"), "MX": ("op-1", "op-3"), "FR": ("op-3", "op-1")}
    there = Party(name="Química Ejempla", address="Rue de la Paix 9, Lyon")
    assert names(there) == ("op-3", "op-1")
    stateless = names_of((changed(OPERATOR, country=""),))
    assert stateless(Party(name="Química Ejempla", country="FR")) == ("op-1",)


_LANDS = ("", "MX", "FR")


@given(st.integers(0, 200 * KG), st.integers(1, 200 * KG))
def test_a_yes_never_overdraws(used: int, asked: int) -> None:
    """Goods that are said to be covered fit into what is left of permit and year."""
    held = register(moved(mg=used))
    verdict, _ = _ask(held, content=Amount(mass_mg=asked))
    assert (verdict == "covered") == (used + asked <= 100 * KG)
