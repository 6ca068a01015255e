"""The plot of calibration by script: one panel each, axes named, bands that hold the points."""

import re
import xml.etree.ElementTree as ET

from benchmarks.parties_audit import Asked, groups_of, outcome
from benchmarks.script_panels import NAMES, Group, X, Y, panels

from tidewaiter.parties.calibration.types import share_of

CURVES = {
    "latin": {
        "cross-validated": [Group(0.2, share_of(3, 20)), Group(0.9, share_of(18, 20))],
        "other lists": [Group(0.5, share_of(15, 20))],
    },
    "hebrew": {"other lists": [Group(0.7, share_of(20, 20))]},
}


def asked(chance: float, *, listed: bool, right: bool) -> Asked:
    """Make a query."""
    reached = chance if right else 0.0
    return Asked("x", "person", "latin", (), "", "2", listed, chance, right, reached)


def test_each_script_has_a_panel_with_both_axes_named() -> None:
    """A plot without names of its axes tells an auditor nothing."""
    drawn = panels(CURVES)
    ET.fromstring(drawn)  # noqa: S314 - drawn here
    for script in CURVES:
        assert NAMES[script] in drawn
    assert drawn.count(f">{X}<") == drawn.count(f">{Y}<") == len(CURVES)
    assert len(re.findall(r"<polygon", drawn)) == 3


def test_a_group_of_few_queries_is_not_drawn() -> None:
    """Fewer than thirty matches make no curve."""
    few = [asked(0.5, listed=True, right=True)] * 20
    assert groups_of(few) == []
    many = [asked(step / 100, listed=True, right=step % 3 > 0) for step in range(5, 95)]
    groups = groups_of(many)
    assert [each.mean for each in groups] == sorted(each.mean for each in groups)
    assert sum(each.right.total for each in groups) == len(many)
    assert all(each.right.low <= each.right.share <= each.right.high for each in groups)


def test_recall_counts_the_listed_and_false_alerts_the_others() -> None:
    """A listed query whose wrong entry alerts is a miss, and no false alert."""
    told = [
        asked(0.9, listed=True, right=True),
        asked(0.8, listed=True, right=False),
        asked(0.6, listed=False, right=False),
        asked(0.1, listed=False, right=False),
    ]
    found = outcome(told, 0.4)
    assert found["recall"]["count"] == found["false_alerts"]["count"] == 1  # type: ignore[index]
    assert found["recall"]["total"] == found["false_alerts"]["total"] == 2  # type: ignore[index]
