"""A finder that looks quickly first finds what reading all of each party would find."""

from collections.abc import Iterable
from datetime import date

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from tidewaiter.parties.matching.attributes import Leads
from tidewaiter.parties.matching.index import build_index
from tidewaiter.parties.matching.matcher import Matcher
from tidewaiter.parties.types import Identifier, ListedParty, ListVersion, PartyName
from tidewaiter.trade.party_finder import ListFinder, question_of
from tidewaiter.trade.party_matches import PartyOnPaper

LEAST = 0.3
LISTED = (
    # The area code is omitted in the Bahamas, San Marino and on Norfolk Island.
    ("phone", "+8675526712345"),
    ("phone", "+12425021234"),
    ("phone", "+3780549988612"),
    ("phone", "+672322123"),
    ("phone", "+29023456"),
    ("phone", "+390669812345"),
    ("email", "Info@Example.co.uk"),
    ("email", "me@gmail.com"),
    ("website", "www.other.com/firm"),
    ("IMO", "9074729"),
    ("passport", "AB1234567"),
)
WRITTEN = (
    "TEL 0755-2671 2345",
    "电话：0755-26712345",
    "电话 ０７５５ ２６７１ ２３４５",
    "ТЕЛ ٠٧٥٥٢٦٧١٢٣٤٥",
    "tel. 502-1234",
    "fax +1 (242) 502 1234",
    "Tel: 98 86 12",
    "tel 0549 988612",
    "tel 2 21 23",
    "tel 2 34 56",
    "TEL (06) 698 12345",
    "info@example.co.uk",
    "X@MAIL.EXAMPLE.CO.UK",
    "www.example.co.uk/contact",
    "http://Other.com",
    "IMO 9074729",
    "imo no. 9074729",
    "you@gmail.com",
    "ME@GMAIL.COM",
    "TEL 9999999",
    "Lot 7, 12 Main Rd",
)
COUNTRIES = ("CN", "BS", "SM", "NF", "SH", "IT", "GB", None)
NUMBERS = (("passport", "AB 1234567"), ("", "9074729"), ("VAT", "X1"), (None, None))
NAMES = ("Aurora Chemicals", "GARNET CHEMICAL LIMITED", "Lotus Trading GmbH", "Co", "M/V Jade")
WORDS = (
    "Aurora",
    "Boreal",
    "Cinder",
    "Dovetail",
    "Ember",
    "Falcon",
    "Garnet",
    "Heron",
    "Iris",
    "Jade",
    "Krill",
)


def listed() -> Iterable[ListedParty]:
    """Yield an entry for each identifier."""
    for (scheme, value), word in zip(LISTED, WORDS, strict=True):
        yield ListedParty(
            id=word,
            kind="vessel" if scheme == "IMO" else "organisation",
            countries=("CN",),
            names=(PartyName(text=f"{word} Chemicals Ltd"),),
            identifiers=(Identifier(scheme=scheme, value=value),),
        )


@pytest.fixture(scope="module")
def finder() -> ListFinder:
    """Return one that keeps what it answers from one question to the next."""
    read = date(2026, 11, 25)
    version = ListVersion(slug="t", name="T", authority="Us", sha256="b" * 64, read=read)
    return ListFinder([(version, list(listed()))], LEAST)


@pytest.fixture(scope="module")
def matcher() -> Matcher:
    """Return one that reads all of each party."""
    return Matcher(build_index(list(listed())))


papers = st.builds(
    lambda name, more, written, country, number: PartyOnPaper(
        f"{name} {more}".strip(), written, country, *number
    ),
    st.sampled_from(NAMES),
    st.sampled_from(("", "TEL 0755-26712345")),
    st.sampled_from(WRITTEN),
    st.sampled_from(COUNTRIES),
    st.sampled_from(NUMBERS),
)


def agree(asked: list[PartyOnPaper], finder: ListFinder, matcher: Matcher) -> int:
    """Check that both find the same; return how much that is."""
    found = [[(m.entry, m.probability) for m in matches] for matches in finder.find(asked)]
    answers = matcher.match(list(map(question_of, asked)), LEAST)
    assert found == [[(m.entry, m.probability) for m in answer.matches] for answer in answers]
    return sum(map(len, found))


def test_each_way_of_writing_is_found(finder: ListFinder, matcher: Matcher) -> None:
    """Telephones, e-mails, sites and numbers lead to entries in whatever way they are written."""
    asked = [
        PartyOnPaper("Lotus Trading", text, country, None, None)
        for text in WRITTEN
        for country in COUNTRIES
    ]
    assert agree(asked, finder, matcher) > len(WRITTEN)


@settings(max_examples=50, deadline=None)
@given(asked=st.lists(papers, max_size=5))
def test_a_quick_look_loses_nothing(
    asked: list[PartyOnPaper], finder: ListFinder, matcher: Matcher
) -> None:
    """Any parties, asked for again or not, are answered as if each were read and alone."""
    agree(asked, finder, matcher)


def test_most_texts_lead_to_nobody() -> None:
    """A text without an end of a listed number need not be read; without a list, none need be."""
    leads = Leads(["+8675526712345", "@example.com", "9074729", "X1"])
    assert leads.may_stand_in("tel 267-123 45")
    assert not leads.may_stand_in("TEL +86 755 8888 8888, sales@example.org, 12345 Main Road")
    assert not Leads([]).may_stand_in("tel 267-123 45")


def test_an_error_leaves_nobody_unlooked_for(monkeypatch: pytest.MonkeyPatch) -> None:
    """A party after an error is searched again, and not taken for one without matches."""
    read = date(2026, 11, 25)
    version = ListVersion(slug="t", name="T", authority="Us", sha256="b" * 64, read=read)
    finder = ListFinder([(version, list(listed()))], LEAST)
    asked = [PartyOnPaper("Aurora Chemicals Ltd", None, "CN", None, None)]

    def fail(*_: object) -> None:
        raise MemoryError

    with monkeypatch.context() as broken:
        broken.setattr(Matcher, "explained", fail)
        with pytest.raises(MemoryError):
            finder.find(asked)
    assert [match.entry for match in finder.find(asked)[0]] == ["Aurora"]
