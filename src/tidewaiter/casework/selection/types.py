"""What is selected from, by what, and what comes of it."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.severity import Severity

Arm = Literal["random", "profile", "score", "explore"]
"""Why a line is inspected: by lot, by a profile, by its score, or as the ranker is unsure of it."""

Lane = Literal["red", "yellow", "blue", "green"]
"""Opened; papers checked; released and looked at later; released."""

ARMS: tuple[Arm, ...] = get_args(Arm)
LANES: tuple[Lane, ...] = get_args(Lane)

Share = Annotated[float, Meta(ge=0, le=1)]


class Candidate(Record, frozen=True, kw_only=True):
    """A line that can be selected, and what is known of it."""

    key: str  # the same for the same line, whatever was found in it
    file: str
    row: int
    consignment: str
    seq: int
    hs: str = ""
    traders: tuple[str, ...] = ()  # names of its parties, as written
    alert: str = ""  # id; "": the line raised none that is open
    score: int = 0
    rank: int = 0  # of the alert: the order of work
    severity: Severity | None = None
    title: str = ""
    rules: tuple[str, ...] = ()  # of the alert's reasons
    substances: tuple[str, ...] = ()  # slugs
    chance: float | None = None  # of the ranker: that an alert like this is right
    unsure: float | None = None  # of the ranker: 0 to 1


class LaneScores(Record, frozen=True, kw_only=True):
    """From which score on a line is in a lane."""

    red: int
    yellow: int
    blue: int

    def of(self, score: int) -> Lane:
        """Return the lane of a score."""
        if score >= self.red:
            return "red"
        if score >= self.yellow:
            return "yellow"
        return "blue" if score >= self.blue else "green"


class SelectionRules(Record, frozen=True, kw_only=True):
    """data/rules/selection.toml, read."""

    version: str
    random: Share
    explore: Share
    least_random: Share
    lane: LaneScores


class Profile(Record, frozen=True, kw_only=True):
    """A criterion or a watch list: which lines it is about, and how many of them are looked at.

    A line fits where each condition that is given holds; of several values, any will do.
    """

    name: str
    precedence: int = 100  # 1 goes first
    lane: Literal["red", "yellow", "blue"] = "red"
    rate: Share = 1.0  # of the lines that fit: the inspection rate to be expected
    within: Annotated[int, Meta(ge=0)] = 0  # of so many in a row, one is taken at least; 0: no such
    rules: tuple[str, ...] = ()  # codes of reasons
    substances: tuple[str, ...] = ()  # slugs
    hs: tuple[str, ...] = ()  # first digits
    traders: tuple[str, ...] = ()  # names, compared without case and accents
    severity: tuple[Severity, ...] = ()


class Profiles(Record, frozen=True, kw_only=True):
    """A file of profiles."""

    profile: tuple[Profile, ...]


class Plan(Record, frozen=True, kw_only=True):
    """How lines are selected."""

    quota: int  # lines that are inspected at most
    random: Share  # of the quota
    explore: Share  # of the quota
    least_random: Share  # of all lines
    lane: LaneScores
    profiles: tuple[Profile, ...] = ()


class Chosen(Record, frozen=True, kw_only=True):
    """A line, its lane, and why it is there."""

    candidate: Candidate
    lane: Lane
    arm: Arm | None  # None: not to be opened
    why: str
    draw: str  # of the lot, 16 hexadecimal digits: the lowest are drawn


class Selection(Record, frozen=True, kw_only=True):
    """What was selected of a period, and all that lets someone check it later."""

    lines: int  # that there were
    digest: str  # SHA-256 of their keys, sorted
    commitment: str  # SHA-256 of the seed, published before
    plan: Plan
    arms: dict[Arm, int]  # how many lines each brought
    lanes: dict[Lane, int]
    passed: int  # lines with the score of the red lane for which the quota had no room
    last_draw: str  # the highest draw among those taken by lot; "": none was


@cache
def load_selection_rules() -> SelectionRules:
    """Load what holds where nobody says otherwise.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "selection.toml"), SelectionRules)


def read_profiles(path: Path) -> tuple[Profile, ...]:
    """Read a file of profiles.

    Raises:
        InputError: A profile has no condition, or two have one name.
        RegistryError: The file is malformed.
    """
    found = read_toml(path, Profiles).profile
    named: set[str] = set()
    for each in found:
        if not (each.rules or each.substances or each.hs or each.traders or each.severity):
            raise InputError("casework/profile-without-condition", name=each.name, at=str(path))
        if each.name in named:
            raise InputError("casework/profile-twice", name=each.name, at=str(path))
        named.add(each.name)
    return found
