"""Parties matched against a list: what is found, why, and what does not change it."""

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from tidewaiter.parties.matching.index import Index, build_index
from tidewaiter.parties.matching.kernels.vocabulary import SYSTEMS
from tidewaiter.parties.matching.matcher import Matcher, model_record, probability
from tidewaiter.parties.matching.types import AskedParty
from tidewaiter.parties.names import keys_of
from tidewaiter.parties.types import Identifier, ListedParty, PartyName

LEI = "213800KUD8LAJWSQ9D15"  # a valid one by its check digits


def _spoilt(party: ListedParty, chance: int) -> AskedParty:
    """Search for a listed name with a letter removed, with its words reordered, or unchanged."""
    text = party.names[chance % len(party.names)].text
    if chance % 3 == 1:
        text = text[: len(text) // 2] + text[len(text) // 2 + 1 :]
    elif chance % 3 == 2:
        text = " ".join(reversed(text.replace(",", " ").split()))
    return AskedParty(text=text, kind=party.kind)


@pytest.fixture(scope="module")
def asked(index: Index) -> list[AskedParty]:
    """Ask for each entry once."""
    return [_spoilt(party, place) for place, party in enumerate(index.parties)]


def test_nearly_all_are_found(matcher: Matcher, index: Index, asked: list[AskedParty]) -> None:
    """Names with a letter less, or turned, find their entry."""
    answers = matcher.match(asked)
    found = sum(
        party.id in {match.entry for match in answer.matches}
        for party, answer in zip(index.parties, answers, strict=True)
    )
    assert found / len(asked) > 0.9


def test_a_batch_answers_as_its_parties_do(index: Index, asked: list[AskedParty]) -> None:
    """Content and order do not depend on what else is asked, before or beside."""
    together = Matcher(index).match(asked)
    turned = Matcher(index).match(asked[::-1])[::-1]
    alone = [Matcher(index).match([party])[0] for party in asked[::9]]
    assert together == turned
    assert together[::9] == alone


def test_points_add_up(matcher: Matcher, asked: list[AskedParty]) -> None:
    """The points of an explanation are the log-odds of its match."""
    answers = matcher.match([*asked, AskedParty(text="KIM, Yong", births=("1970",))], 0.05)
    matches = [match for answer in answers for match in answer.matches]
    assert len(matches) > 250
    for match in matches:
        said = match.explanation
        points = [part.points for part in said.pairs]
        points += [part.points for part in said.left_over]
        points += [part.points for part in said.modifiers]
        assert sum(points) == pytest.approx(match.log_odds, abs=1e-3)
        assert match.probability == pytest.approx(probability(match.log_odds))


def test_the_order_at_the_top_is_kept(matcher: Matcher, asked: list[AskedParty]) -> None:
    """No probability is rounded to one."""
    answers = matcher.match(asked)
    best = [answer.matches[0].probability for answer in answers if answer.matches]
    assert max(best) < 1
    assert len(set(best)) > len(best) / 2


def test_one_entry_more_moves_no_other_score(index: Index, asked: list[AskedParty]) -> None:
    """How rare words are is frozen for a generation of lists."""
    name = index.parties[0].names[0].text
    more = ListedParty(id="more", kind="person", names=(PartyName(text=name + " Xyzzyq"),))
    grown = build_index([*index.parties, more], index.rarity)
    before, after = Matcher(index).match(asked), Matcher(grown).match(asked)
    for one, other in zip(before, after, strict=True):
        kept = tuple(match for match in other.matches if match.entry != "more")
        assert kept == one.matches


@pytest.mark.parametrize(
    ("text", "why"),
    [("", "empty"), (" .-/ ", "empty"), ("Trading Company Ltd", "generic words only")],
)
def test_some_names_cannot_be_assessed(matcher: Matcher, text: str, why: str) -> None:
    """An empty name, or one of generic words alone, has a reason and no match."""
    answer = matcher.match([AskedParty(text=text, kind="organisation")])[0]
    assert (answer.not_assessable, answer.matches) == (why, ())


@settings(suppress_health_check=[HealthCheck.function_scoped_fixture], max_examples=60)
@given(st.text(max_size=60) | st.text("A &.,'/\u0000\u200b\u4e2d\u0430", max_size=300))
def test_any_text_has_an_answer(matcher: Matcher, text: str) -> None:
    """Control characters, other scripts and noise never stop a batch."""
    assert len(matcher.match([AskedParty(text=text), AskedParty(text=text[::-1])])) == 2


def test_a_very_long_name_has_an_answer(matcher: Matcher, index: Index) -> None:
    """10,000 characters are read as far as names go."""
    name = index.parties[0].names[0].text
    assert matcher.match([AskedParty(text=(name + " ") * 600)])[0].text.startswith(name)


def test_another_birth_and_country_speak_against(matcher: Matcher, index: Index) -> None:
    """The same name with the listed date matches, with another date and country it does not."""
    known = [p for p in index.parties if p.kind == "person" and p.births and p.countries]
    assert len(known) > 20
    least = model_record().threshold
    for party in known:
        same = AskedParty(
            text=party.names[0].text, kind="person", births=party.births, countries=party.countries
        )
        year = int(party.births[0][:4]) - 9
        other = AskedParty(
            text=party.names[0].text, kind="person", births=(f"{year}-02-28",), countries=("FJ",)
        )
        with_same, with_other = matcher.match([same, other], 0.0)
        assert _chance(with_same.matches, party) >= least
        assert _chance(with_other.matches, party) < least


def _chance(matches: tuple[object, ...], party: ListedParty) -> float:
    return next((getattr(m, "probability") for m in matches if getattr(m, "entry") == party.id), 0)  # noqa: B009


def test_numbers_decide(index: Index) -> None:
    """A valid number that agrees finds its entry under any name; another is mitigating."""
    number = Identifier(scheme="LEI", value=LEI)
    firm = ListedParty(
        id="firm",
        kind="organisation",
        identifiers=(number,),
        names=(PartyName(text="Qorvex Plumbing Works"),),
    )
    matcher = Matcher(build_index([firm], index.rarity))
    renamed = AskedParty(text="Nothing Alike GmbH", kind="organisation", identifiers=(number,))
    wrong = Identifier(scheme="LEI", value=LEI[:-1] + "6")
    other = Identifier(scheme="LEI", value="7LTWFZYICNSX8D621K86")
    named = [
        AskedParty(text="Qorvex Plumbing Works", kind="organisation", identifiers=(each,))
        for each in (number, wrong, other)
    ]
    found = matcher.match([renamed, *named], 0.0)
    assert found[0].matches[0].probability > 0.99
    right, invalid, conflicting = (answer.matches[0].log_odds for answer in found[1:])
    assert right > invalid > conflicting


def test_each_key_is_of_a_system_that_is_weighed() -> None:
    """The letters that keys begin with are those that the index knows."""
    words = ["mohammed", "aleksandr", "zhang", "yeong", "wong", "lee", "trading", "zavod"]
    letters = {key[0] for word in words for key in keys_of(word)}
    assert letters <= set(SYSTEMS)
    assert {"r", "p", "k"} <= letters
