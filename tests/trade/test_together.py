"""Together: lines below a limit each, added up by consignment, month and year."""

import random
from collections.abc import Callable, Sequence
from datetime import date
from typing import Any

import msgspec
import pytest

from tidewaiter.base.phrases import Phrase, english, stored_json
from tidewaiter.law.registry import Registry
from tidewaiter.trade.aggregation import HOLDING, Together
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.types import Alert, Holding

Between = Callable[..., tuple[Alert, ...]]
DAY = date(2026, 11, 25)
LITRES = 1_000_000  # microlitres
KILOS = 1_000_000  # milligrams


@pytest.fixture
def marked(registry: Registry, rules: AlertRules) -> Callable[..., list[Alert]]:
    """Add up some alerts and mark them; `earlier` are of earlier files."""

    def marked(alerts: Sequence[Alert], earlier: Sequence[Alert] = ()) -> list[Alert]:
        together = Together(registry, rules, DAY)
        for alert in earlier:
            together.add(alert, earlier=True)
        for alert in alerts:
            together.add(alert)
        return [together.mark(alert) for alert in alerts]

    return marked


def _law(alert: Alert, regime: str) -> Holding:
    return next(each for each in alert.law if each.regime == regime)


def _told(alert: Alert) -> list[str]:
    return [english(reason.says) for reason in alert.reasons if reason.rule == "together"]


def _acetone(litres: float, **more: Any) -> dict[str, Any]:
    return {"goods": "acetone 95 %", "volume_ul": round(litres * LITRES), **more}


def _dealing(kilos: float, day: date | None, **more: Any) -> dict[str, Any]:
    parties = [{"role": "exporter", "name": "Hafen AG"}, {"role": "importer", "name": "Muster Inc"}]
    return {
        "goods": "acetic anhydride",
        "net_mg": round(kilos * KILOS),
        "departure": day,
        "parties": parties,
        **more,
    }


Marked = Callable[..., list[Alert]]


@pytest.mark.parametrize(("second", "answer"), [(39.999999, "free by amount"), (40, "controlled")])
def test_lines_of_a_consignment_add_up(
    second: float, answer: str, between: Between, marked: Marked
) -> None:
    """Two lines of 60 l and 40 l are the 100 l that Australia holds, one microlitre less is not."""
    alone = between("AU", "MX", _acetone(60), _acetone(second))
    assert {_law(each, "au-precursors").answer for each in alone} == {"free by amount"}
    found = marked(alone)
    assert [_law(each, "au-precursors").answer for each in found] == [answer, answer]
    assert [len(_told(each)) for each in found] == ([1, 1] if answer == "controlled" else [0, 0])
    freed = [any(reason.rule == "free" for reason in each.reasons) for each in found]
    assert freed == [answer != "controlled"] * 2


def test_what_was_free_is_held_again_with_its_duties(between: Between, marked: Marked) -> None:
    """The law of any amount comes back, the sum stays, and a consignment adds no points."""
    alone = between("AU", "MX", _acetone(60), _acetone(60))
    (held, _) = marked(alone)
    law = _law(held, "au-precursors")
    (whole,) = between("AU", "MX", _acetone(120))
    assert law.duties == _law(whole, "au-precursors").duties != ()
    assert law.amounts[-1] == Phrase("check/together")
    assert "2 lines in consignment C1 total 120 l" in _told(held)[0]
    assert (held.score, held.severity) == (whole.score, whole.severity)
    assert held.id == alone[0].id


def test_other_consignments_and_weak_goods_do_not_add_up(between: Between, marked: Marked) -> None:
    """Another consignment, and goods below the content that is held, count for nothing."""
    rows = [_acetone(60), _acetone(60, consignment="C2"), {**_acetone(60), "goods": "acetone 80 %"}]
    found = marked(between("AU", "MX", *rows))
    assert [_told(each) for each in found] == [[], [], []]


def test_a_line_that_reaches_the_limit_alone_is_not_told_so(
    between: Between, marked: Marked
) -> None:
    """Its own answer states it; the small line beside it is reported."""
    big, small = marked(between("AU", "MX", _acetone(100), _acetone(1)))
    assert _told(big) == []
    assert "total 101 l" in _told(small)[0]


MONTH = [date(2026, 11, 1), date(2026, 11, 30)]


@pytest.mark.parametrize(("second", "reached"), [(422.999999, False), (423, True)])
def test_a_month_adds_up(second: float, between: Between, marked: Marked, *, reached: bool) -> None:
    """American imports of 600 kg and 423 kg from one party in a month reach 1,023 kg."""
    rows = [_dealing(600, MONTH[0]), _dealing(second, MONTH[1], consignment="C2")]
    alone = between("DE", "US", *rows)
    found = marked(alone)
    assert [bool(_told(each)) for each in found] == [reached, reached]
    # The limit was read, so that a sum that reaches it weighs.
    assert [each.score > by.score for each, by in zip(found, alone, strict=True)] == [reached] * 2
    if reached:
        assert (
            "2 lines in 2026-11 between hafen ag and muster inc total 1,023 kg"
            in (_told(found[0])[0])
        )
        assert "[unverified]" not in _told(found[0])[0]


@pytest.mark.parametrize(
    "other",
    [
        {"departure": date(2026, 10, 31)},
        {"departure": date(2025, 11, 1)},
        {"parties": [{"role": "exporter", "name": "Hafen AG"}, {"role": "importer", "name": "B"}]},
        {
            "parties": [
                {"role": "exporter", "name": "Kai AG"},
                {"role": "importer", "name": "Muster Inc"},
            ]
        },
        {"departure": None},
        {"parties": None},
        {"goods": "acetone"},
    ],
    ids=str,
)
def test_other_months_parties_and_substances_do_not_add_up(
    other: dict[str, Any], between: Between, marked: Marked
) -> None:
    """What is not of the same month, parties and substance, or tells neither, stays apart."""
    rows = [_dealing(600, MONTH[0]), {**_dealing(600, MONTH[0]), **other}]
    assert [_told(each) for each in marked(between("DE", "US", *rows))] == [[], []]


def test_case_and_spaces_make_no_other_party(between: Between, marked: Marked) -> None:
    """Names are compared as they are folded."""
    parties = [
        {"role": "consignor", "name": " HAFEN  ag"},
        {"role": "buyer", "name": "MUSTER INC"},
    ]
    rows = [_dealing(600, MONTH[0]), _dealing(600, MONTH[1], parties=parties)]
    assert all(_told(each) for each in marked(between("DE", "US", *rows)))


def test_earlier_files_count_and_are_told(between: Between, marked: Marked) -> None:
    """A line of an earlier file adds up with those of this one."""
    earlier = between("DE", "US", _dealing(600, MONTH[0]))
    (alert,) = marked(between("DE", "US", _dealing(500, MONTH[1])), earlier)
    assert "2 lines (1 from earlier files) in 2026-11" in _told(alert)[0]
    (alert,) = marked(between("DE", "US", _dealing(422.9, MONTH[1])), earlier)
    assert _told(alert) == []


def test_a_verified_month_adds_points(
    between: Between, registry: Registry, rules: AlertRules, monkeypatch: pytest.MonkeyPatch
) -> None:
    """Were the monthly limit read, the lines that reach it together would weigh more."""
    alone = between("DE", "US", _dealing(600, MONTH[0]), _dealing(600, MONTH[1]))
    together = Together(registry, rules, DAY)
    book = together._book
    file = book.amounts["us-listed-chemicals"]
    limits = tuple(msgspec.structs.replace(each, mark="read") for each in file.limits)
    read = {**book.amounts, "us-listed-chemicals": msgspec.structs.replace(file, limits=limits)}
    monkeypatch.setattr(together, "_book", msgspec.structs.replace(book, amounts=read))
    for alert in alone:
        together.add(alert)
    found = [together.mark(alert) for alert in alone]
    assert [each.score - one.score for each, one in zip(found, alone, strict=True)] == [10, 10]
    more = [10 + rules.order_of(each.reasons) for each in found]
    assert [each.rank - one.rank for each, one in zip(found, alone, strict=True)] == more
    assert all(sum(r.points for r in each.reasons) == each.score for each in found)


def test_no_order_of_lines_changes_what_is_told(between: Between, marked: Marked) -> None:
    """Results are the same for any order of lines, any batches and any workers."""
    rows = [_dealing(200 + place, MONTH[place % 2], row=place + 1) for place in range(9)]
    alerts = list(between("DE", "US", *rows))
    straight = {each.row: each for each in marked(alerts)}
    random.Random(1988).shuffle(alerts)
    assert {each.row: each for each in marked(alerts)} == straight
    assert all(_told(each) for each in straight.values())


def test_what_cannot_be_added_up_is_counted(
    between: Between, registry: Registry, rules: AlertRules
) -> None:
    """A line with a monthly limit, and no day or party, is counted."""
    together = Together(registry, rules, DAY)
    for alert in between("DE", "US", _dealing(1, None), _dealing(1, DAY, parties=None)):
        together.add(alert)
        together.mark(alert)
    assert together.left_out == 2


def test_the_mark_of_alerts_with_a_limit(between: Between) -> None:
    """The JSON of an alert holds the mark where a limit is about it, and no text forges it."""
    forged = {"goods": 'ephedrine "amounts":[{'}
    (limited, other) = between("DE", "US", _dealing(1, DAY), forged)
    assert HOLDING in stored_json(limited)
    (other,) = between("CN", "MX", forged)
    assert all(each.amounts == () for each in other.law)
    assert HOLDING not in stored_json(other)
