"""What covers goods, piece by piece: who the operator is, what is lacking, and the figures told."""

from datetime import date
from typing import Any

import pytest
from tests.support.notices import ANHYDRIDE, EPHEDRINE, NOTICE, changed, law
from tests.support.register import (
    BEGUN,
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

from tidewaiter.base.phrases import Phrase
from tidewaiter.exchange.notices.types import Amount, Party
from tidewaiter.exchange.register.book import Book
from tidewaiter.exchange.register.coverage import (
    Taken,
    Who,
    answer,
    answer_from,
    answers_on,
    who_is,
)
from tidewaiter.exchange.register.types import Answered, Entry, Part, Promise, Register, Stop

ABROAD = changed(OPERATOR, id="op-3", country="DE")  # has the number of op-1
SECOND = changed(PERMIT, id="gr-2", number="IA-26/02")
OF_GOODS = changed(PERMIT, counts="goods")


def _who(*entries: Entry, **party: str) -> Who:
    return who_is(Book(register(entries=entries or ENTRIES)), Party(**party), DAY)


def _part(part: Part, held: Register | None = None, **more: Any) -> Answered:
    found = answer(held or register(), changed(QUESTION, asks=(part,), **more))
    return found.parts[-1]


def _permit(*entries: Entry, **more: Any) -> Answered:
    """Ask about goods with these permits in the register."""
    return _part("permit", register(entries=(OPERATOR, LICENCE, *entries)), **more)


@pytest.mark.parametrize(
    ("country", "operator", "may_be"),
    [("MX", "op-1", ()), ("DE", "op-3", ()), ("", "", ("op-1", "op-3")), ("FR", "", ())],
)
def test_a_business_number_is_that_of_a_country(
    country: str, operator: str, may_be: tuple[str, ...]
) -> None:
    """Two countries may give one number; where the papers name none, both are meant."""
    found = _who(*ENTRIES, ABROAD, business_number="QEJ 010101 AB1", country=country)
    assert (found.operator, found.may_be) == (operator, may_be)


def test_an_operator_of_no_country_is_found_from_any() -> None:
    """What is not known does not differ."""
    stateless = changed(OPERATOR, country="")
    assert _who(stateless, business_number="QEJ-010101-AB1", country="FR").operator == "op-1"


def test_a_number_of_an_operator_is_any_of_its_numbers() -> None:
    """One that it does not have is a doubt, where it is known which it has."""
    numbers = ("QEJ-010101-AB1", "OLD-7")
    both = {"licence": "MX-7", "business_number": "old 7"}
    known = (changed(OPERATOR, business_numbers=numbers), LICENCE)
    assert _who(*known, **both).doubt is None
    assert _who(LICENCE, **both).doubt is None
    assert _who(changed(OPERATOR, business_numbers=()), LICENCE, **both).doubt is None
    assert _who(OPERATOR, LICENCE, **both).doubt is not None


def test_who_is_not_known_may_be_nobody_or_anybody() -> None:
    """An unknown number means no; a missing number means unknown, for every part."""
    for party, verdict in ((Party(licence="MX-8"), "none"), (Party(), "cannot tell")):
        found = answer(register(), changed(QUESTION, party=party, asks=("standing", "permit")))
        assert {each.part: each.verdict for each in found.parts} == {
            "operator": verdict,
            "standing": verdict,
            "permit": verdict,
        }


def test_a_doubt_about_the_operator_is_a_finding() -> None:
    """It leaves the answer open, and names whom it is about."""
    found = answer(
        register(), changed(QUESTION, party=Party(licence="MX-7", business_number="X-1"))
    )
    who = found.parts[0]
    assert (who.verdict, who.entries) == ("cannot tell", ("op-1",))
    assert [(each.kind, each.entry) for each in who.findings] == [("not known", "op-1")]
    assert _part("operator").findings == ()


def test_a_licence_is_for_what_it_allows() -> None:
    """One for import and use covers no export, nor does that of another operator."""
    export = _part("standing", direction="export")
    assert (export.verdict, [each.kind for each in export.findings]) == (
        "none",
        ["wrong direction"],
    )
    assert (_part("standing").verdict, _part("standing").findings) == ("covered", ())
    theirs = changed(LICENCE, operator="op-2", number="MX-9", id="st-2")
    held = register(entries=(OPERATOR, theirs))
    party = Party(business_number="QEJ-010101-AB1")
    assert _part("standing", held, party=party).entries == ()


def test_the_worst_that_is_found_decides() -> None:
    """For a permit that is expired, suspended and used up, all three are reported."""
    stopped = changed(
        PERMIT,
        until=date(2026, 4, 7),
        stops=(Stop(kind="suspended", since=BEGUN, source="order 1"),),
    )
    found = _permit(stopped, content=Amount(mass_mg=101 * KG))
    assert found.verdict == "suspended"
    assert {each.kind for each in found.findings} == {"expired", "suspended", "exceeded"}


def test_entries_of_two_kinds_may_bear_one_id() -> None:
    """A conflict about an operator does not affect the permit under the same id."""
    same = changed(OTHER, id="gr-1")
    twice = (same, changed(same, name="Another name"))
    assert _permit(*twice, PERMIT).verdict == "covered"
    found = _permit(PERMIT, changed(PERMIT, amount=Amount(mass_mg=900 * KG)))
    assert (found.verdict, found.findings[0].kind) == ("cannot tell", "told two ways")


def test_what_covers_goods_tells_nothing_of_other_papers() -> None:
    """What these lack does not matter then."""
    found = _permit(changed(SECOND, until=date(2026, 4, 1)), PERMIT)
    assert (found.verdict, found.entries, found.findings) == ("covered", ("gr-1",), ())


def test_of_papers_that_lack_alike_the_one_that_lacks_least_is_told_first() -> None:
    """The findings of the others follow."""
    worse = changed(SECOND, id="gr-0", substance="safrole", sites=("S2",))
    found = _permit(worse, changed(PERMIT, substance="safrole"))
    assert found.entries == ("gr-1",)
    assert [each.entry for each in found.findings] == ["gr-1", "gr-0", "gr-0"]


def test_a_permit_of_goods_takes_the_goods() -> None:
    """A permit of content takes the substance in them; where that is not known, it is open."""
    much = Amount(mass_mg=101 * KG)
    assert _permit(OF_GOODS, net=much).verdict == "exceeded"
    assert _permit(OF_GOODS, content=much).verdict == "covered"
    assert _permit(PERMIT, net=much).verdict == "covered"
    for permit, lacks, code in (
        (OF_GOODS, {"net": Amount()}, "answer/goods-open"),
        (PERMIT, {"content": Amount()}, "answer/content-open"),
    ):
        found = _permit(permit, **lacks)
        assert (found.verdict, found.findings[0].text) == ("cannot tell", Phrase(code))


def test_all_that_is_free_may_be_used() -> None:
    """And not a milligram more."""
    free = 80 * KG
    held = register(moved())
    assert _part("permit", held, content=Amount(mass_mg=free)).verdict == "covered"
    assert _part("permit", held, content=Amount(mass_mg=free + 1)).verdict == "exceeded"


def _figures(told: Answered) -> list[tuple[str, Any]]:
    """Return the results for an account: codes of its figures, and the amounts."""
    parts: Any = told.text.parameters["parts"]
    accounts = parts[0].parameters["accounts"]
    return [(x.code.removeprefix("account/"), x.parameters.get("quantity")) for x in accounts]


def _kilos(part: Part, *moves: Any, **more: Any) -> dict[str, int]:
    """Return the figures that an answer tells, in kilograms."""
    taken = more.pop("taken", {})
    held = register(*moves, **more)
    found = answer_from(Book(held), changed(QUESTION, asks=(part,)), taken=taken).parts[-1]
    return {what: int(quantity.parameters["figure"]) for what, quantity in _figures(found)}


PROMISE = Promise(
    notice="DE-1",
    line=1,
    direction="import",
    country="MX",
    since=DAY,
    permit="IA-26/01",
    substance="ephedrine",
    content=Amount(mass_mg=30 * KG),
    source="DE-1",
)


@pytest.mark.parametrize(("part", "whole"), [("permit", 100), ("requirement", 150)])
def test_the_figures_of_an_account_are_told(part: Part, whole: int) -> None:
    """What is promised, taken by goods before these, or too much, only where there is any."""
    plain = {"granted": whole, "used": 0}
    assert _kilos(part) == plain | {"free": whole}
    assert _kilos(part, promises=(PROMISE,)) == plain | {"promised": 30, "free": whole - 30}
    too_much = moved(mg=(whole + 7) * KG)
    assert _kilos(part, too_much) == {"granted": whole, "used": whole + 7, "exceeded": 7}
    least = register(moved(mg=whole * KG + 1))
    assert [what for what, _ in _figures(_part(part, least))] == ["granted", "used", "exceeded"]
    taken = {("permit", "gr-1"): Amount(mass_mg=40 * KG)}
    taken |= {("requirement", "alr-1"): Amount(mass_mg=40 * KG)}
    assert _kilos(part, taken=taken) == plain | {"before": 40, "free": whole - 40}


@pytest.mark.parametrize(
    ("part", "entry", "taken", "verdict"),
    [
        ("permit", "gr-1", Amount(mass_mg=80 * KG), "covered"),
        ("permit", "gr-1", Amount(mass_mg=80 * KG + 1), "exceeded"),
        ("permit", "gr-1", Amount(volume_ul=900 * KG), "covered"),
        ("permit", "gr-2", Amount(mass_mg=900 * KG), "covered"),
        ("requirement", "gr-1", Amount(mass_mg=900 * KG), "covered"),
    ],
    ids=str,
)
def test_what_goods_before_these_take_is_not_free(
    part: Part, entry: str, taken: Amount, verdict: str
) -> None:
    """In another measure, or of another entry, it takes nothing."""
    ask = changed(QUESTION, asks=("permit",))
    assert answer_from(Book(register()), ask, taken={(part, entry): taken}).verdict == verdict


def test_what_is_free_is_never_less_than_nothing() -> None:
    """Where goods before these took more than there is, goods of no amount are covered still."""
    none = changed(QUESTION, asks=("permit",), content=Amount(mass_mg=0))
    much: Taken = {("permit", "gr-1"): Amount(mass_mg=900 * KG)}
    assert answer_from(Book(register()), none, taken=much).verdict == "covered"


def test_a_permit_that_names_no_amount_covers_any() -> None:
    """It is reported that it names none; earlier use of it does not matter."""
    open_ = changed(PERMIT, amount=Amount())
    book = Book(register(entries=(OPERATOR, LICENCE, open_)))
    ask = changed(QUESTION, asks=("permit",), content=Amount(mass_mg=900 * KG))
    found = answer_from(book, ask, taken={("permit", "gr-1"): Amount(mass_mg=KG)})
    assert found.verdict == "covered"
    assert _figures(found.parts[-1]) == [("none", None)]


@pytest.mark.parametrize(
    ("entry", "part", "code"),
    [
        (LICENCE, "standing", "answer/paper-until"),
        (changed(LICENCE, until=None), "standing", "answer/paper"),
        (PERMIT, "permit", "answer/account-until"),
        (changed(PERMIT, until=None), "permit", "answer/account"),
    ],
)
def test_a_paper_is_told_with_its_end_and_its_account(entry: Entry, part: Part, code: str) -> None:
    """A licence has no account."""
    rest = tuple(each for each in ENTRIES if each.id != entry.id)
    found = _part(part, register(entries=(*rest, entry)))
    assert found.text.parameters["parts"][0].code == code  # type: ignore[index,union-attr]


def test_each_requirement_is_told_with_whose_it_is() -> None:
    """That of the country and that of the operator: both must hold."""
    own = changed(NEED, id="alr-2", operator="op-1", amount=Amount(mass_mg=5 * KG))
    theirs = changed(own, id="alr-3", operator="op-2")
    found = _part("requirement", register(entries=(*ENTRIES, own, theirs)))
    assert (found.verdict, found.entries) == ("exceeded", ("alr-1", "alr-2"))
    told = found.text.parameters["parts"]
    assert [each.parameters["whose"] for each in told] == ["MX", "op-1"]  # type: ignore[union-attr]


def test_lines_of_a_notice_are_asked_about_where_their_substance_is_known() -> None:
    """The importer's country checks the importer; unknown goods are not checked."""
    lines = (ANHYDRIDE, changed(ANHYDRIDE, number=2, name="Xyzzyl plughate", cas=""), EPHEDRINE)
    notice = changed(NOTICE, lines=(*lines[:2], changed(EPHEDRINE, number=3)))
    found = dict(answers_on(Book(register()), "MX", notice, DAY, law()))
    assert list(found) == [1, 3]
    assert {each.operator for each in found.values()} == {"op-1"}  # by its licence MX-7
