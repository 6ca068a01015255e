"""The verdict: three fixed phrases, and what kept a card from saying more."""

from datetime import date

import numpy as np

from tidewaiter.base.errors import InputError
from tidewaiter.burden.basemonths import Numbers
from tidewaiter.burden.events.courses import Course, course_of
from tidewaiter.burden.events.declaring import month_of_event
from tidewaiter.burden.events.forecasts import HISTORY
from tidewaiter.burden.events.placebos import SHARE, Ranked, rank
from tidewaiter.burden.events.types import LEVEL, Control, Direction, Places, Verdict, Window
from tidewaiter.burden.facts import indicators
from tidewaiter.burden.monthly import Months

_FEWEST_PLACES = 10
_NOT: Verdict = "not distinguishable from ordinary variation"


def judged(
    direction: Direction, ranked: Ranked, control: Control | None, places: Places | None
) -> tuple[Verdict, tuple[str, ...]]:
    """Return the verdict, and why it is not more.

    A direction has half of the level, so that both together are wrong in at most the level's
    share of dates without an event. What other places or the control did as well is ordinary.
    """
    sides = {"down": ranked.down.p <= SHARE, "up": ranked.up.p <= SHARE}
    because = []
    if 1 / (1 + min(ranked.down.apart, ranked.down.all)) > SHARE:
        because.append(
            f"{ranked.down.apart} dates are too few: no rank among them reaches {SHARE:.1%}"
        )
    elif not any(sides.values()):
        because.append(f"its rank among dates without an event is not within {SHARE:.1%}")
    if control is not None and control.moved:
        because.append(f"{control.name} moved as rarely, which the event should not move")
    if places is not None and places.p > LEVEL and _could_tell(places):
        because.append("places that it did not touch moved as much")
    if because:
        return _NOT, tuple(because)
    found = "down" if sides["down"] else "up"
    return (
        "compatible with" if direction in {found, "either"} else "opposite to declared direction"
    ), ()


def control_of(months: Months | None, day: date, window: Window) -> Control | None:
    """Rank a negative control at the same date."""
    if months is None:
        return None
    key = months.figures["indicator"][0].as_py()
    named = indicators().get(key)
    name = named.name if named else key
    note = "it counts deaths with other drugs beside it too" if key.startswith("T") else ""
    try:
        course = course_of(months.figures)
        at = _index(course, day, window)
    except InputError as error:
        return Control(
            indicator=key,
            name=name,
            gaps=(),
            p_down=1.0,
            p_up=1.0,
            moved=False,
            note=f"it could not be ranked: {error.message}",
        )
    gaps = course.gaps(window)
    own = gaps[at - HISTORY]
    ranked = rank(gaps, np.array([own, own]), at - HISTORY, window.length, at - HISTORY)
    return Control(
        indicator=key,
        name=name,
        gaps=tuple(np.expm1(own).tolist()),
        p_down=ranked.down.p,
        p_up=ranked.up.p,
        moved=min(ranked.down.p, ranked.up.p) <= SHARE,
        note=note,
    )


def places_of(
    untreated: tuple[Months, ...], day: date, window: Window, own: Numbers, gaps: Numbers
) -> Places | None:
    """Rank the event's place among untreated ones at its date; None: fewer than ten.

    Gaps are in parts of what is usual in each place, since small places vary more.
    """
    found = []
    for each in untreated:
        try:
            course = course_of(each.figures)
            at = _index(course, day, window)
        except InputError:
            continue
        theirs = course.gaps(window)
        found.append(theirs[at - HISTORY] / _usual(theirs))
    if len(found) < _FEWEST_PLACES or not len(gaps):
        return None
    mine, others = own / _usual(gaps), np.array(found)
    extreme = others <= mine if own.mean() < 0 else others >= mine
    count = int(extreme.sum(axis=0).max())
    return Places(n=len(found), extreme=count, p=(1 + count) / (1 + len(found)))


def _usual(gaps: Numbers) -> Numbers:
    middle: Numbers = np.median(np.abs(gaps), axis=0)
    return middle.clip(1e-6)


def _could_tell(places: Places) -> bool:
    return 1 / (1 + places.n) <= LEVEL


def _index(course: Course, day: date, window: Window) -> int:
    at = month_of_event(day) - course.start
    if at not in course.origins(window):
        raise InputError("its closed months do not reach from two years before to the window's end")
    return at
