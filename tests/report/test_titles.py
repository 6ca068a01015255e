"""Titles in few words."""

import msgspec
import pytest

from tidewaiter.base.phrases import Phrase, english
from tidewaiter.explain.alerts import short_title
from tidewaiter.explain.summary import Summary
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Regime
from tidewaiter.trade.types import Alert


@pytest.fixture
def alert(summary: Summary, registry: Registry) -> Alert:
    """Return an alert with the full instrument name in its title, and three controls."""
    first = summary.top[0]
    name = registry.regimes["eu-precursors"].name
    one = Phrase("title/listed", name="Acetone", regime=name, schedule="Category 1")
    return msgspec.structs.replace(first, title=Phrase("title/more", name=one, figure=1))


def test_the_listing_of_the_title_is_the_first(alert: Alert, registry: Registry) -> None:
    """It is the weightiest; the others follow in the order of the law."""
    title = short_title(alert, registry.regimes, 2)
    assert english(title) == "Acetone (EU cat. 1, UN Table I +1 more) and 1 more"


def test_a_regime_that_is_not_known_is_its_slug(alert: Alert, registry: Registry) -> None:
    """An alert of other lists is still named."""
    title = short_title(alert, registry.regimes, 9)
    assert english(title) == "Acetone (EU cat. 1, UN Table I, cn Category 1) and 1 more"


def test_without_short_names_titles_stay(alert: Alert, registry: Registry) -> None:
    """A list of one's own need not have them, and unknown regimes change nothing."""
    bare = {
        slug: msgspec.structs.replace(regime, short="") for slug, regime in registry.regimes.items()
    }
    name = registry.regimes["eu-precursors"].name
    assert (
        english(short_title(alert, bare, 1)) == f"Acetone ({name}, Category 1 +2 more) and 1 more"
    )
    none: dict[str, Regime] = {}
    assert short_title(alert, none, 1) == alert.title
