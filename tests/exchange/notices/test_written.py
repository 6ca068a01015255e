"""A notice as a person fills it in, and back."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from tests.support.notices import ANHYDRIDE, EPHEDRINE, NOTICE, changed

from tidewaiter.exchange.notices.amounts import (
    read_amount,
    read_share,
    written_amount,
    written_share,
)
from tidewaiter.exchange.notices.drafts import (
    WrittenLine,
    WrittenNotice,
    WrittenPermit,
    read_written,
    written_of,
)
from tidewaiter.exchange.notices.types import (
    Amount,
    Contained,
    Parties,
    Party,
    Permit,
    Transport,
)

FULL = changed(
    NOTICE,
    parties=changed(
        NOTICE.parties, broker=Party(name="Makler"), others=(Party(name="A"), Party(name="B"))
    ),
    lines=(
        changed(ANHYDRIDE, number=3, packages=4, gross_mg=900_000_000, content_ppm=985_000),
        changed(EPHEDRINE, contains=(Contained(name="Caffeine", content_ppm=1),)),
    ),
    transport=Transport(
        mode="sea",
        transit=("NL", "US"),
        itinerary=("Hamburg, quay 4", "Veracruz"),
        containers=("MSKU1234565",),
        dispatch=NOTICE.transport.dispatch,
        entry_point="Veracruz",
    ),
    permits=(Permit(kind="export permit", number="7", amount=Amount(mass_mg=1_234_000)),),
    sent=None,
)


@settings(max_examples=60, deadline=None)
@given(
    st.one_of(
        st.integers(0, 2**53).map(lambda n: Amount(mass_mg=n)),
        st.integers(0, 10**7).map(lambda n: Amount(volume_ul=n)),
        st.integers(0, 10**6).map(lambda n: Amount(pieces=n)),
        st.just(Amount()),
    )
)
def test_an_amount_is_read_as_it_was_written(amount: Amount) -> None:
    """Also where it has three places, which alone could be thousands."""
    assert read_amount(written_amount(amount)) == amount


@given(st.one_of(st.none(), st.integers(0, 1_000_000)))
def test_a_share_is_read_as_it_was_written(ppm: int | None) -> None:
    """To the part per million."""
    assert read_share(written_share(ppm)) == ppm


def test_a_notice_is_filled_in_and_read_again() -> None:
    """With every list, every measure and every role."""
    assert read_written(written_of(FULL)) == (FULL, [])


def test_what_cannot_be_read_is_told_with_its_place() -> None:
    """And nothing is guessed: the field stays empty."""
    lines = (WrittenLine(name="Acetone", net="much", content="120", gross="4 l"), WrittenLine())
    notice, problems = read_written(
        WrittenNotice(lines=lines, permits=(WrittenPermit(number="7"), WrittenPermit()))
    )
    assert [each.at for each in problems] == [
        "line 1, quantity",
        "line 1, content",
        "line 1, gross weight",
        "permit 1, kind",
    ]
    assert {each.level for each in problems} == {"wrong"}
    assert [(each.number, each.net) for each in notice.lines] == [(1, Amount()), (2, Amount())]
    assert notice.permits == ()


def test_an_amendment_keeps_the_numbers_of_lines() -> None:
    """A new line takes one that is free."""
    lines = (WrittenLine(number=2), WrittenLine(), WrittenLine(number=1), WrittenLine())
    notice, _ = read_written(WrittenNotice(lines=lines))
    assert [each.number for each in notice.lines] == [2, 3, 1, 4]


@pytest.mark.parametrize("text", ["1.234 kg", "25,000 kg", "12 drums"])
def test_an_amount_of_two_readings_is_refused(text: str) -> None:
    """As everywhere else."""
    notice, problems = read_written(WrittenNotice(lines=(WrittenLine(net=text),)))
    assert notice.lines[0].net == Amount()
    assert len(problems) == 1


def test_nobody_is_no_party() -> None:
    """An empty party is omitted, except the two that are mandatory."""
    parties = Parties(broker=Party(), others=(Party(), Party(name="A")))
    notice, _ = read_written(WrittenNotice(parties=parties))
    assert notice.parties == Parties(others=(Party(name="A"),))
