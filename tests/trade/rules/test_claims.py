"""What the reasons and mentions of an alert claim, and which substance a report means."""

from collections.abc import Callable

import pytest

from tidewaiter.base.errors import InputError
from tidewaiter.law.registry import Registry
from tidewaiter.trade.rules.alert_claims import claims_of, mention_claims
from tidewaiter.trade.screening import Screened
from tidewaiter.trade.substance_lookup import finding_of

Screen = Callable[..., Screened]


def test_each_reason_claims_something_of_its_own_substance(screen: Screen) -> None:
    """The first substance, or the one that "more" points at; papers claim no substance."""
    (alert,) = screen({"goods": "ephedrine hydrochloride and acetone", "hs": "39241000"}).alerts
    claims = claims_of(alert)
    assert [claim.rule for claim in claims] == [reason.rule for reason in alert.reasons]
    told = {claim.rule: {named.substance for named in claim.of} for claim in claims}
    assert told["control"] == told["exact"] == {"ephedrine"}
    assert told["more"] == {"acetone"}
    about = {claim.rule: claim.about for claim in claims}
    assert about["hs-mismatch"] == "papers"
    assert told["hs-mismatch"] == set()


def test_each_mention_claims_that_its_substance_is_there(screen: Screen) -> None:
    """With the number of the form that is named."""
    (alert,) = screen({"goods": "acetone", "cas": ["67-64-1"], "hs": "29141100"}).alerts or (None,)
    assert alert is not None
    claims = mention_claims(alert)
    assert len(claims) == len(alert.mentions)
    assert {claim.of[0].substance for claim in claims} == {"acetone"}
    assert "67-64-1" in {claim.of[0].cas for claim in claims}


@pytest.mark.parametrize(
    ("text", "told"),
    [
        ("ephedrine", ("ephedrine", "ephedrine", "", "")),
        ("Ephedrine = 98.5", ("ephedrine", "Ephedrine", "", "98.5")),
        ("299-42-3", ("ephedrine", "Ephedrine", "299-42-3", "")),
        ("  A new one / 50-00-0 = >= 99 %", ("", "A new one", "50-00-0", ">= 99 %")),
        ("A new one", ("", "A new one", "", "")),
    ],
)
def test_a_report_names_a_substance_in_several_ways(
    registry: Registry, text: str, told: tuple[str, str, str, str]
) -> None:
    """Slug, name or number; one that the registry lacks keeps what was written."""
    found = finding_of(text, registry)
    assert (found.substance, found.name, found.cas, found.percent) == told


def test_a_form_is_known_by_its_own_number(registry: Registry) -> None:
    """Ephedrine hydrochloride is ephedrine."""
    assert finding_of("50-98-6", registry).substance == "ephedrine"


@pytest.mark.parametrize("text", ["", " = 98", "x / 50-00-1", "50-00-1 / 50-00-1"])
def test_what_names_nothing_is_refused(registry: Registry, text: str) -> None:
    """A number with a wrong check digit is invalid."""
    with pytest.raises(InputError) as caught:
        finding_of(text, registry)
    assert caught.value.code in {"trade/no-such-substance", "trade/claimed-cas-number-wrong"}
