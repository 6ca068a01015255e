"""The loop over names that are asked for: search, weigh, keep the best name of each entry."""

from typing import NamedTuple

import numpy as np
from numpy.typing import NDArray

from tidewaiter.base.compiled import compiled, inlined, uncounted
from tidewaiter.parties.matching.features import SIZE, features
from tidewaiter.parties.matching.index import Listed
from tidewaiter.parties.matching.linking import KEPT, TOPS, Asking, Room, link_form
from tidewaiter.parties.matching.search import align, choose, meet

# Places among the ways to read a form.
PINYIN, CANTONESE, HANGUL, DICTIONARY = 1, 3, 4, 7


class Answers(NamedTuple):
    """The best entries of each name, the best first; `counts` of them, at most `KEPT`."""

    counts: NDArray[np.int32]  # by name
    entries: NDArray[np.int32]  # shape (names, KEPT)
    forms: NDArray[np.int32]  # of the list
    asked: NDArray[np.int32]  # forms asked for
    odds: NDArray[np.float64]  # log-odds


def new_answers(names: int) -> Answers:
    """Make room for the answers to names."""
    return Answers(
        np.zeros(names, np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT), np.int32),
        np.zeros((names, KEPT)),
    )


@inlined
def differs(asked: int, listed: int) -> bool:
    """Tell whether two kinds of party are both known and not the same."""
    return asked != 0 and listed != 0 and asked != listed


@inlined
def sounded(how: int) -> bool:
    """Tell whether a form is what Chinese characters sound like."""
    return how == PINYIN or how == CANTONESE


@inlined
def whole(how: int) -> bool:
    """Tell whether a form was read from characters or syllables that leave no name out."""
    return sounded(how) or how == HANGUL


@inlined
def comparable(asked: int, listed: int) -> bool:
    """Tell whether two ways to read may be compared: where both have characters, those are."""
    return not (sounded(asked) and sounded(listed))


@inlined
def _keep(out: Answers, name: int, entry: int, form: int, asked: int, odds: float) -> None:
    """Keep an answer in its place: once for each entry, by falling odds, then by entry."""
    count = out.counts[name]
    at = count
    for place in range(count):
        if out.entries[name, place] == entry:
            if out.odds[name, place] >= odds:
                return
            at = place
            break
    if at == KEPT:
        last = KEPT - 1
        if out.odds[name, last] > odds or (
            out.odds[name, last] == odds and out.entries[name, last] < entry
        ):
            return
        at = last
    elif at == count:
        out.counts[name] = count + 1
    while at > 0 and (
        out.odds[name, at - 1] < odds
        or (out.odds[name, at - 1] == odds and out.entries[name, at - 1] > entry)
    ):
        out.entries[name, at], out.forms[name, at] = (
            out.entries[name, at - 1],
            out.forms[name, at - 1],
        )
        out.asked[name, at], out.odds[name, at] = out.asked[name, at - 1], out.odds[name, at - 1]
        at -= 1
    out.entries[name, at], out.forms[name, at] = entry, form
    out.asked[name, at], out.odds[name, at] = asked, odds


@inlined
def _measure(room: Room, listed: Listed, asking: Asking, form: int, other: int, size: int) -> None:
    """Align two forms and fill the features; the one asked for is linked."""
    kind = asking.kind[asking.forms.owner[form]]
    length = align(room, listed, asking, other, size, asking.forms.how[form] == DICTIONARY)
    features(
        room.pairs,
        room.asked,
        room.listed,
        (size, length),
        differs(kind, listed.kind[listed.entry[other]]),
        whole(asking.forms.how[form]) or whole(listed.how[other]),
        room.features,
    )


@inlined
def weigh(room: Room, model: NDArray[np.float64], kind: int) -> float:
    """Return the log-odds that the model gives the features; a person has a model of its own."""
    row = 0 if kind == 1 else 1
    total = np.float64(0)
    for at in range(SIZE):
        total += np.float64(room.features[at]) * model[row, at]
    return total


@uncounted
def measure(room: Room, listed: Listed, asking: Asking, form: int, other: int, size: int) -> None:
    """Align two forms and fill the features; called apart, as a call passes every array."""
    _measure(room, listed, asking, form, other, size)


@uncounted
def answer(
    listed: Listed, asking: Asking, model: NDArray[np.float64], room: Room, out: Answers
) -> None:
    """Answer all names of a batch."""
    for form in range(len(asking.forms.owner)):
        size = link_form(room, listed, asking, form)
        meet(room, listed, size)
        choose(room, listed, size)
        name = asking.forms.owner[form]
        for at in range(room.counts[TOPS]):
            other = room.top[at]
            if not comparable(asking.forms.how[form], listed.how[other]):
                continue
            entry = listed.entry[other]
            _measure(room, listed, asking, form, other, size)
            kind = asking.kind[name] if asking.kind[name] else listed.kind[entry]
            _keep(out, name, entry, other, form, weigh(room, model, kind))


@compiled
def gather(
    listed: Listed,
    asking: Asking,
    room: Room,
    rows: NDArray[np.int32],
    values: NDArray[np.float32],
) -> int:
    """Gather the features of all that is aligned, for training and for explaining.

    Args:
        listed: The list.
        asking: The batch.
        room: Room to work in.
        rows: Filled with name, entry, form and form asked for, shape ``(forms * TOP, 4)``.
        values: Filled with features, shape ``(forms * TOP, SIZE)``.

    Returns:
        How many rows are filled.
    """
    count = 0
    for form in range(len(asking.forms.owner)):
        size = link_form(room, listed, asking, form)
        meet(room, listed, size)
        choose(room, listed, size)
        for at in range(room.counts[TOPS]):
            other = room.top[at]
            if not comparable(asking.forms.how[form], listed.how[other]):
                continue
            _measure(room, listed, asking, form, other, size)
            rows[count, 0], rows[count, 1] = asking.forms.owner[form], listed.entry[other]
            rows[count, 2], rows[count, 3] = other, form
            values[count] = room.features
            count += 1
    return count
