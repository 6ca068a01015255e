"""Alerts as a suppression rule sees them."""

from collections.abc import Callable
from datetime import date

import pytest

from tidewaiter.casework.suppression.proposals import Past
from tidewaiter.casework.suppression.scope import (
    Found,
    Given,
    Held,
    Named,
    Subject,
    Written,
)

TEA = "Sassafras tea blend, 20 bags"


@pytest.fixture
def subject() -> Callable[..., Subject]:
    """Make an alert on a tea with the name of the tree of a controlled oil."""
    return make_subject


@pytest.fixture
def past() -> Callable[..., Past]:
    """Make an alert that was decided."""
    return make_past


def make_subject(name: str = "a1", goods: str = TEA, **change: object) -> Subject:
    """Make an alert of which the first word of the goods is the find."""
    end = len(goods.split(maxsplit=1)[0])
    facts: dict[str, object] = {
        "id": name,
        "severity": "low",
        "substances": ("safrole",),
        "line": Written(
            goods=goods,
            hs="12119086",
            parties=(
                Named(role="consignor", name="Example Herbs Ltd", id="77"),
                Named(role="consignee", name="Specimen Tea GmbH"),
            ),
        ),
        "mentions": (
            Found(
                substance="safrole", field="goods", start=0, end=end, text=goods[:end], how="fuzzy"
            ),
        ),
        "reasons": (Given(rule="control", points=45), Given(rule="fuzzy-3", points=2)),
        "law": (Held(substance="safrole"),),
    }
    return Subject(**(facts | change))  # type: ignore[arg-type]


def make_past(subject: Subject, status: str = "dismissed", **change: object) -> Past:
    """Decide of an alert."""
    facts: dict[str, object] = {
        "subject": subject,
        "status": status,
        "reason": "other-goods" if status == "dismissed" else "analysed",
        "by": "reyes",
        "day": date(2026, 3, 1),
    }
    return Past(**(facts | change))  # type: ignore[arg-type]
