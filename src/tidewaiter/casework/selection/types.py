"""Records of selection: candidates, criteria and results."""

from functools import cache
from pathlib import Path
from typing import Annotated, Literal, get_args

from msgspec import Meta

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.base.severity import Severity

Arm = Literal["random", "profile", "score", "explore"]
"""Reason of selection: random draw, profile, score, or ranker uncertainty."""

Lane = Literal["red", "yellow", "blue", "green"]
"""Lanes: inspected; documents checked; released with later audit; released."""

ARMS: tuple[Arm, ...] = get_args(Arm)
LANES: tuple[Lane, ...] = get_args(Lane)

Share = Annotated[float, Meta(ge=0, le=1)]


class Candidate(Record, frozen=True, kw_only=True):
    """A selectable line and its attributes."""

    key: str  # stable key of the line, independent of results
    file: str
    row: int
    consignment: str
    seq: int
    hs: str = ""
    traders: tuple[str, ...] = ()  # names of its parties, as written
    alert: str = ""  # id; "": no open alert
    score: int = 0
    rank: int = 0  # of the alert: priority
    severity: Severity | None = None
    title: str = ""
    rules: tuple[str, ...] = ()  # of the alert's reasons
    substances: tuple[str, ...] = ()  # slugs
    chance: float | None = None  # ranker: probability of being right
    unsure: float | None = None  # ranker: uncertainty, 0 to 1


class LaneScores(Record, frozen=True, kw_only=True):
    """Lower score limits of the lanes."""

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
    """Content of data/rules/selection.toml."""

    version: str
    random: Share
    explore: Share
    least_random: Share
    lane: LaneScores


class Profile(Record, frozen=True, kw_only=True):
    """A criterion or watch list: matching lines, and their inspection rate.

    A line matches if all given conditions do; several values of one condition mean "any of".
    """

    name: str
    precedence: int = 100  # 1 is first
    lane: Literal["red", "yellow", "blue"] = "red"
    rate: Share = 1.0  # inspection rate of matching lines
    within: Annotated[int, Meta(ge=0)] = 0  # 1 selected in so many; 0: none
    rules: tuple[str, ...] = ()  # codes of reasons
    substances: tuple[str, ...] = ()  # slugs
    hs: tuple[str, ...] = ()  # prefixes
    traders: tuple[str, ...] = ()  # names, compared without case and accents
    severity: tuple[Severity, ...] = ()


class Profiles(Record, frozen=True, kw_only=True):
    """A file of profiles."""

    profile: tuple[Profile, ...]


class Plan(Record, frozen=True, kw_only=True):
    """Selection settings."""

    quota: int  # maximum lines to inspect
    random: Share  # of the quota
    explore: Share  # of the quota
    least_random: Share  # of all lines
    lane: LaneScores
    profiles: tuple[Profile, ...] = ()


class Chosen(Record, frozen=True, kw_only=True):
    """A line, its lane, and the reason."""

    candidate: Candidate
    lane: Lane
    arm: Arm | None  # None: not selected
    why: str
    draw: str  # 16 hexadecimal digits; the lowest are drawn


class Selection(Record, frozen=True, kw_only=True):
    """Summary of a selection, with all data needed for later verification."""

    lines: int  # population size
    digest: str  # SHA-256 of its sorted keys
    commitment: str  # SHA-256 of the seed, published beforehand
    plan: Plan
    arms: dict[Arm, int]  # selected lines by reason
    lanes: dict[Lane, int]
    passed: int  # lines with a red-lane score beyond the quota
    last_draw: str  # highest draw selected at random; "": none


@cache
def load_selection_rules() -> SelectionRules:
    """Load the default settings.

    Raises:
        RegistryError: The file is malformed.
    """
    return read_toml(data("rules", "selection.toml"), SelectionRules)


def read_profiles(path: Path) -> tuple[Profile, ...]:
    """Read a file of profiles.

    Raises:
        InputError: A profile has no condition, or a name is not unique.
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
