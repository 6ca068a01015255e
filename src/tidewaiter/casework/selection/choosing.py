"""Which lines are inspected, by score and by a verifiable random draw; its check.

The authority makes a seed, publishes its SHA-256 before lines come in, and the seed when the day is
over. Each line's draw is the HMAC-SHA256 of its key under the seed. Who lodges a line cannot
know its draw, who selects cannot change it, and whoever knows the seed can compute it.

First the lot is drawn over all lines, whatever their score; then profiles take theirs by
precedence, then the highest ranks, then lines of which the ranker is unsure.
"""

import hashlib
import hmac
import math
from collections import Counter
from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import TypeVar

from tidewaiter.base.errors import InputError
from tidewaiter.base.plain_text import plain
from tidewaiter.casework.selection.types import (
    ARMS,
    LANES,
    Arm,
    Candidate,
    Chosen,
    Lane,
    Plan,
    Profile,
    Selection,
)

LEAST = 16  # characters of a seed
_DIGITS = 16  # of a draw, hexadecimal
_ALL = 16**_DIGITS


def check_seed(seed: str) -> None:
    """Check that nobody can guess a seed.

    Raises:
        InputError: It is too short.
    """
    if len(seed) < LEAST:
        raise InputError("casework/seed-too-short", count=len(seed))


def commitment(seed: str) -> str:
    """Return what is published of a seed before it is used: its SHA-256."""
    return hashlib.sha256(seed.encode()).hexdigest()


def draw(seed: str, purpose: str, key: str) -> str:
    """Draw for a line.

    Args:
        seed: Of the day.
        purpose: What is drawn for; each has its own lot.
        key: Of the line.

    Returns:
        16 hexadecimal digits; as numbers they are spread evenly.
    """
    text = f"{len(purpose)}:{purpose}{key}".encode()
    return hmac.new(seed.encode(), text, hashlib.sha256).hexdigest()[:_DIGITS]


def is_drawn(seed: str, purpose: str, key: str, rate: float) -> bool:
    """Tell whether a line is among those that a rate takes."""
    return int(draw(seed, purpose, key), 16) < int(rate * _ALL)


def population_digest(keys: Iterable[str]) -> str:
    """Return the SHA-256 over all keys, sorted: which lines there were to draw from."""
    hashed = hashlib.sha256()
    for key in sorted(keys):
        hashed.update(key.encode("utf-8", "surrogatepass"))
        hashed.update(b"\0")
    return hashed.hexdigest()


T = TypeVar("T")

LOT = "random"
"""The purpose of the draw that makes the random share."""


def choose(
    candidates: Iterable[Candidate], plan: Plan, seed: str
) -> tuple[Selection, list[Chosen]]:
    """Choose the lines that are inspected, and put every line into a lane.

    Args:
        candidates: All lines of the period; of two with one key, the higher score counts.
        plan: The quota, and how it is shared.
        seed: Of the day.

    Returns:
        What was selected in numbers, and every line, those that are opened first.

    Raises:
        InputError: There is no line, or the quota has no room for the least random share.
    """
    lines = _distinct(candidates)
    if not lines:
        raise InputError("casework/nothing-to-select-from")
    draws = {each.key: draw(seed, LOT, each.key) for each in lines}
    room = _Room(lines, draws, plan, seed)
    room.draw_lot()
    room.follow_profiles()
    room.follow_scores()
    room.explore()
    chosen = room.all_lines()
    told = Selection(
        lines=len(lines),
        digest=population_digest(draws),
        commitment=commitment(seed),
        plan=plan,
        arms=_counted((each.arm for each in chosen), ARMS),
        lanes=_counted((each.lane for each in chosen), LANES),
        passed=room.passed(),
        last_draw=max((each.draw for each in chosen if each.arm == "random"), default=""),
    )
    return told, chosen


def lot_size(lines: int, plan: Plan) -> int:
    """Return how many lines are drawn by lot.

    Raises:
        InputError: The quota has no room for the least share of all lines.
    """
    least = math.ceil(lines * plan.least_random)
    if least > plan.quota:
        raise InputError(
            "casework/quota-too-small-for-lot",
            quota=plan.quota,
            least=least,
            least_random=plan.least_random,
        )
    return max(least, min(plan.quota, math.ceil(plan.quota * plan.random)))


class _Room:
    """The quota as it fills."""

    def __init__(
        self, lines: Sequence[Candidate], draws: Mapping[str, str], plan: Plan, seed: str
    ) -> None:
        self._lines, self._draws, self._plan, self._seed = lines, draws, plan, seed
        self._taken: dict[str, tuple[Arm, str]] = {}
        self._raised: dict[str, tuple[Lane, str]] = {}  # to yellow or blue, by a profile
        self._lot = lot_size(len(lines), plan)
        unsure = any(each.unsure is not None for each in lines)
        left = plan.quota - self._lot
        self._held = min(left, math.ceil(plan.quota * plan.explore)) if unsure else 0

    def draw_lot(self) -> None:
        """Take the lines with the lowest draws."""
        drawn = sorted(self._lines, key=lambda each: self._draws[each.key])[: self._lot]
        for each in drawn:
            self._taken[each.key] = "random", "drawn by lot, whatever its score"

    def follow_profiles(self) -> None:
        """Take what profiles ask for, by their precedence, while there is room."""
        for profile in sorted(self._plan.profiles, key=lambda each: each.precedence):
            names = frozenset(map(plain, profile.traders))
            waiting = 0
            for each in self._lines:
                if not _fits(each, profile, names):
                    continue
                waiting += 1
                due = 0 < profile.within <= waiting
                if due or is_drawn(self._seed, f"profile {profile.name}", each.key, profile.rate):
                    self._follow(each, profile)
                if each.key in self._taken:
                    waiting = 0

    def follow_scores(self) -> None:
        """Take the highest ranks that have a score; of equal ones, the likelier, then by lot."""
        for each in self._by_score():
            if self._left() <= self._held:
                return
            if each.key not in self._taken and each.score > 0:
                ahead = f", rank {each.rank}" if each.rank > each.score else ""
                self._taken[each.key] = "score", f"score {each.score}{ahead}: {each.title}"

    def explore(self) -> None:
        """Take lines of which the ranker is least sure."""
        known = [each for each in self._lines if each.unsure and each.key not in self._taken]
        known.sort(key=lambda each: (-(each.unsure or 0), self._draws[each.key]))
        for each in known[: self._left()]:
            why = f"the ranker is unsure: {each.chance or 0:.0%} like it were right"
            self._taken[each.key] = "explore", why

    def all_lines(self) -> list[Chosen]:
        """Return every line with its lane: those to be opened, then by lane and score."""
        order = {arm: number for number, arm in enumerate(ARMS)}
        made = [self._one(each) for each in self._by_score()]
        made.sort(key=lambda each: (LANES.index(each.lane), order.get(each.arm or "score", 9)))
        return made

    def passed(self) -> int:
        """Count the lines of the red lane for which there was no room."""
        red = self._plan.lane.red
        return sum(each.score >= red and each.key not in self._taken for each in self._lines)

    def _one(self, each: Candidate) -> Chosen:
        lane: Lane
        if each.key in self._taken:
            (arm, why), lane = self._taken[each.key], "red"
            return Chosen(candidate=each, lane=lane, arm=arm, why=why, draw=self._draws[each.key])
        lane, why = self._plan.lane.of(each.score), each.title
        if lane == "red":
            lane, why = "yellow", f"no room in the quota: {each.title}"
        raised = self._raised.get(each.key)
        if raised is not None and LANES.index(raised[0]) < LANES.index(lane):
            lane, why = raised
        return Chosen(candidate=each, lane=lane, arm=None, why=why, draw=self._draws[each.key])

    def _follow(self, each: Candidate, profile: Profile) -> None:
        why = f"profile: {profile.name}"
        if profile.lane != "red":
            self._raised.setdefault(each.key, (profile.lane, why))
        elif each.key not in self._taken and self._left() > self._held:
            self._taken[each.key] = "profile", why

    def _left(self) -> int:
        return self._plan.quota - len(self._taken)

    def _by_score(self) -> list[Candidate]:
        def place(each: Candidate) -> tuple[int, int, float, str]:
            return -each.rank, -each.score, -(each.chance or 0), self._draws[each.key]

        return sorted(self._lines, key=place)


def _distinct(candidates: Iterable[Candidate]) -> list[Candidate]:
    """Return each line once, by file and row: with its highest score, whatever came first."""
    best: dict[str, Candidate] = {}
    for each in candidates:
        held = best.get(each.key)
        if held is None or (each.score, each.alert) > (held.score, held.alert):
            best[each.key] = each
    return sorted(best.values(), key=lambda each: (each.file, each.row, each.key))


def _fits(each: Candidate, profile: Profile, names: frozenset[str]) -> bool:
    asked = (
        (profile.rules, set(profile.rules) & set(each.rules)),
        (profile.substances, set(profile.substances) & set(each.substances)),
        (profile.hs, each.hs.startswith(profile.hs) if profile.hs else False),
        (profile.traders, names and any(plain(name) in names for name in each.traders)),
        (profile.severity, each.severity in profile.severity),
    )
    return all(held for wanted, held in asked if wanted)


def _counted(values: Iterable[T | None], known: Sequence[T]) -> dict[T, int]:
    counts = Counter(values)
    return {each: counts[each] for each in known}


def check_lot(
    told: Selection, drawn: Sequence[tuple[str, str]], seed: str, keys: Collection[str] | None
) -> InputError | None:
    """Return what is wrong with a lot; None: it holds.

    Args:
        told: How the list was made.
        drawn: Key and draw of each line of the list that was drawn by lot.
        seed: As published afterwards.
        keys: Of all lines that there were; None: only those on the list are checked.
    """
    if commitment(seed) != told.commitment:
        return InputError("casework/not-the-committed-seed")
    return _of_list(told, drawn, seed) or _of_all(told, drawn, seed, keys)


def _of_list(told: Selection, drawn: Sequence[tuple[str, str]], seed: str) -> InputError | None:
    wrong = next((key for key, said in drawn if draw(seed, LOT, key) != said), None)
    if wrong is not None:
        return InputError("casework/draw-is-another", wrong=wrong)
    if len(drawn) != told.arms["random"] or len({key for key, _ in drawn}) != len(drawn):
        return InputError(
            "casework/lines-missing-or-added", random=told.arms["random"], count=len(drawn)
        )
    if any(said > told.last_draw for _, said in drawn):
        return InputError("casework/line-above-last-draw")
    return None


def _of_all(
    told: Selection, drawn: Sequence[tuple[str, str]], seed: str, keys: Collection[str] | None
) -> InputError | None:
    if keys is None:
        return None
    if population_digest(keys) != told.digest:
        return InputError("casework/other-lines-than-drawn-from", lines=told.lines)
    lowest = sorted((draw(seed, LOT, key), key) for key in keys)
    if {key for _, key in lowest[: lot_size(len(keys), told.plan)]} != {key for key, _ in drawn}:
        return InputError("casework/lowest-draws-are-others")
    return None
