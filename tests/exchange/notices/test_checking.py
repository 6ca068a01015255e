"""Checking a notice: every problem at once, each with its place."""

from datetime import date
from decimal import Decimal

import pytest
from tests.support.notices import (
    ANHYDRIDE,
    DAY,
    DISPATCH,
    EPHEDRINE,
    NOTICE,
    changed,
    law,
)
from tests.support.raising import raises

from tidewaiter.exchange.notices.checks import Checked, check
from tidewaiter.exchange.notices.law import load_factors
from tidewaiter.exchange.notices.types import (
    Amount,
    Authority,
    Notice,
    Parties,
    Party,
    Permit,
)
from tidewaiter.law.limits import base_share

GONE = date(2026, 3, 1)
NOT_KNOWN = changed(ANHYDRIDE, name="nothing that anybody knows", cas="", hs="")


def _check(notice: Notice, *forms: str, day: date = DAY) -> Checked:
    return check(notice, day, law(), forms)


def _wrong(checked: Checked) -> set[str]:
    return {each.at for each in checked.problems if each.level == "wrong"}


def _doubts(checked: Checked) -> set[str]:
    return {each.at for each in checked.problems if each.level == "doubt"}


def test_the_treaty_minimum_is_enough() -> None:
    """A notice with no more than article 12 (10) (a) asks can go out."""
    checked = _check(NOTICE)
    assert checked.sendable
    assert not _wrong(checked)


def test_every_problem_is_told_at_once() -> None:
    """An empty notice lacks everything its basis requires, and each place is reported once."""
    empty = Notice(
        reference="",
        basis="treaty",
        sender=Authority(name="", country=""),
        recipient=Authority(name="", country=""),
    )
    checked = _check(empty)
    assert not checked.sendable
    missing = [each.at for each in checked.problems if each.code == "exchange/field-missing"]
    assert len(missing) == len(set(missing))
    assert {"reference", "exporter, name", "importer, address", "transport, dispatch"} <= set(
        missing
    )
    assert {"sender, country", "reply by", "transport, entry point"} <= set(missing)


def test_a_form_that_was_chosen_must_be_filled() -> None:
    """A gap in a suggested form is a warning; in a chosen form, an error."""
    suggested, chosen = check(NOTICE, DAY, law()), _check(NOTICE, "eu-export")
    assert suggested.forms == ("eu-export",)
    assert suggested.sendable
    assert "ultimate consignee, name" in _doubts(suggested)
    assert "ultimate consignee, name" in _wrong(chosen)
    hint = next(e.hint for e in chosen.problems if e.at == "ultimate consignee, name")
    assert "box 9" in hint


def test_a_box_that_is_only_remembered_is_a_doubt() -> None:
    """Of the EU's customer declaration, only the declared use was read at the source."""
    line = changed(ANHYDRIDE, hs="")
    checked = _check(changed(NOTICE, lines=(line,)), "eu-customer")
    assert "line 1, end use" in _wrong(checked)
    assert "line 1, hs" in _doubts(checked)
    assert "line 1, hs" not in _wrong(checked)


def test_an_unknown_form_is_refused() -> None:
    """The hint names those that are known."""
    with raises("exchange/no-such-form"):
        _check(NOTICE, "eu-import-of-everything")


def test_each_country_answers_for_its_law_on_the_day() -> None:
    """Acetic anhydride from Germany to Mexico: the convention, the Union and Mexico."""
    line = _check(NOTICE).lines[0]
    answers = {
        regime: ruling.answer
        for regime in ("un-1988", "eu-precursors", "mx-precursors")
        if (ruling := line.held_by(regime))
    }
    assert set(answers.values()) == {"controlled"}
    assert len(answers) == 3


def test_a_salt_counts_as_its_base() -> None:
    """25 kg of ephedrine hydrochloride hold 20.48 kg of ephedrine."""
    notice = changed(NOTICE, lines=(changed(EPHEDRINE, number=1),))
    assert _check(notice).lines[0].content == Amount(mass_mg=20_480_000)


def test_a_mixture_counts_by_its_content() -> None:
    """40 % of 800 kg; without the content nothing is calculated, and that is reported."""
    mixed = changed(ANHYDRIDE, goods="mixture", content_ppm=400_000)
    assert _check(changed(NOTICE, lines=(mixed,))).lines[0].content.mass_mg == 320_000_000
    open_ = _check(changed(NOTICE, lines=(changed(mixed, content_ppm=None),)))
    assert open_.lines[0].content == Amount()
    assert "line 1, content" in _doubts(open_)


def test_factors_agree_with_formulas() -> None:
    """Where the registry holds both formulas, the authority's factor is the computed share."""
    compared = 0
    for substance in law().registry.substances:
        for form in substance.forms:
            factor = load_factors().get(form.cas or "")
            if factor and form.formula and substance.formula:
                share = base_share(form.formula, substance.formula)
                assert abs(share * 1_000_000 - factor.share_ppm) < Decimal(100)
                compared += 1
    assert compared


def test_a_number_and_a_name_must_agree() -> None:
    """The CAS number of one substance beside the name of another is a wrong."""
    line = changed(ANHYDRIDE, cas="299-42-3")
    assert "line 1, cas" in _wrong(_check(changed(NOTICE, lines=(line,))))


def test_what_the_registry_does_not_know_is_a_doubt() -> None:
    """Not known is never said as not listed."""
    checked = _check(changed(NOTICE, lines=(NOT_KNOWN,), basis="voluntary"))
    assert checked.lines[0].assessment is None
    assert "line 1, name" in _doubts(checked)
    assert checked.sendable


def test_a_basis_is_compared_with_the_tables() -> None:
    """Bromine is in no table, so the treaty is not a basis; acetic anhydride is in one."""
    bromine = changed(ANHYDRIDE, name="Bromine", cas="7726-95-6", hs="")
    later = date(2026, 11, 25)  # the day on which the tables were last compared
    kept = {"sent": later, "reply_by": date(2026, 12, 18)}
    travel = changed(NOTICE.transport, dispatch=date(2027, 1, 11))
    treaty = changed(NOTICE, lines=(bromine,), transport=travel, **kept)
    assert "line 1, name" in _wrong(_check(treaty, day=later))
    assert "line 1, name" in _doubts(_check(changed(NOTICE, basis="voluntary")))


@pytest.mark.parametrize(
    ("changes", "place"),
    [
        ({"reply_by": date(2026, 3, 23)}, "reply by"),
        ({"reply_by": date(2026, 3, 2)}, "reply by"),
        ({"lines": ()}, "lines"),
        ({"lines": (ANHYDRIDE, ANHYDRIDE)}, "line 1"),
        ({"lines": tuple(changed(ANHYDRIDE, number=n) for n in range(1, 202))}, "lines"),
        ({"lines": (changed(ANHYDRIDE, cas="108-24-8"),)}, "line 1, cas"),
        ({"lines": (changed(ANHYDRIDE, hs="29.15.2"),)}, "line 1, hs"),
        ({"lines": (changed(ANHYDRIDE, gross_mg=1),)}, "line 1, gross weight"),
        ({"lines": (changed(ANHYDRIDE, content_ppm=1_000_001),)}, "line 1, content"),
        ({"lines": (changed(ANHYDRIDE, net=Amount(mass_mg=0)),)}, "line 1, quantity"),
        ({"lines": (changed(ANHYDRIDE, net=Amount(mass_mg=2**53)),)}, "line 1, quantity"),
        ({"lines": (changed(ANHYDRIDE, net=Amount(mass_mg=1, pieces=1)),)}, "line 1, quantity"),
        ({"transport": changed(NOTICE.transport, dispatch=GONE)}, "transport, dispatch"),
        ({"transport": changed(NOTICE.transport, arrival=DAY)}, "transport, arrival"),
        ({"transport": changed(NOTICE.transport, transit=("ZZ",))}, "transport, transit"),
        ({"recipient": Authority(name="a", country="DE")}, "recipient, country"),
        ({"note": "a\x00b"}, "note"),
        ({"version": 0}, "version"),
        ({"replaces": NOTICE.reference}, "replaces"),
        ({"language": "English"}, "language"),
        ({"shipments": "multi"}, "period since"),
        ({"basis": "national"}, "law"),
    ],
)
def test_a_wrong_is_told_with_its_place(changes: dict[str, object], place: str) -> None:
    """One thing is wrong with a notice that was right."""
    checked = _check(changed(NOTICE, **changes))
    assert place in _wrong(checked)
    assert not checked.sendable


def _permit(**changes: object) -> Permit:
    made: Permit = changed(
        Permit(kind="export authorisation", number="7", until=date(2026, 6, 30)), **changes
    )
    return made


@pytest.mark.parametrize(
    ("permit", "place"),
    [
        (_permit(until=DISPATCH.replace(day=6)), "permit 1, until"),
        (_permit(since=date(2026, 5, 1)), "permit 1, since"),
        (_permit(line=9), "permit 1, line"),
        (_permit(amount=Amount(mass_mg=799_999_999)), "line 1, quantity"),
    ],
)
def test_a_permit_must_cover_the_goods_on_their_day(permit: Permit, place: str) -> None:
    """Its validity, its line and its amount are compared with the notice."""
    assert place in _wrong(_check(changed(NOTICE, permits=(permit,))))
    assert _check(changed(NOTICE, permits=(_permit(),))).sendable


def test_goods_that_leave_while_an_answer_may_come_are_a_doubt() -> None:
    """It is visible, but prevents nothing."""
    travel = changed(NOTICE.transport, dispatch=date(2026, 3, 27))
    checked = _check(changed(NOTICE, transport=travel))
    assert checked.sendable
    assert "transport, dispatch" in _doubts(checked)


def test_form_486_keeps_goods_for_15_days() -> None:
    """A notice of the United States: a departure on the 14th day is too early."""
    travel = changed(NOTICE.transport, dispatch=date(2026, 3, 16))
    notice = changed(NOTICE, sender=Authority(name="a", country="US"), transport=travel)
    assert "transport, dispatch" in _wrong(_check(notice))
    later = changed(notice, transport=changed(travel, dispatch=date(2026, 3, 17)))
    assert "transport, dispatch" not in _wrong(_check(later))
    waived = _check(changed(notice, waiver="21 CFR 1313.24"))
    assert "transport, dispatch" not in _wrong(waived)
    assert "transport, dispatch" in _doubts(waived)


def test_a_waiver_of_one_law_does_not_shorten_another_period() -> None:
    """Australia's five working days have no regular customers."""
    travel = changed(NOTICE.transport, dispatch=date(2026, 3, 4))
    sender = Authority(name="a", country="AU")
    notice = changed(NOTICE, sender=sender, transport=travel, waiver="21 CFR 1313.24")
    assert "transport, dispatch" in _wrong(_check(notice))


def test_an_unknown_calendar_is_told() -> None:
    """For a country without known holidays, the day may be later."""
    notice = changed(NOTICE, recipient=Authority(name="a", country="XX"))
    told = [each for each in _check(notice).problems if each.values.get("countries") == "XX"]
    assert [each.level for each in told] == ["doubt"]


def test_consent_must_be_given_where_a_form_asks() -> None:
    """Canada requires consent to share; a refusal is not consent, and is also reported."""
    for consent, missing in (("given", False), ("not asked", True), ("refused", True)):
        checked = _check(changed(NOTICE, consent=consent), "ca-class-a")
        assert ("consent" in _wrong(checked)) == missing
    assert "consent" in _doubts(_check(changed(NOTICE, consent="refused")))


def test_a_voluntary_notice_needs_no_place_and_no_day() -> None:
    """Names, countries, chemical and quantity are enough."""
    parties = Parties(
        exporter=Party(name="a", country="DE"), importer=Party(name="b", country="MX")
    )
    bare = changed(
        NOTICE,
        basis="voluntary",
        parties=parties,
        transport=changed(NOTICE.transport, entry_point="", dispatch=None, mode=None),
    )
    assert _check(bare).sendable
    assert not _check(changed(bare, basis="treaty")).sendable
