"""Choosing: the lot takes its share whatever the scores, and the quota holds."""

from collections.abc import Sequence

from hypothesis import given, settings
from hypothesis import strategies as st
from msgspec import structs
from tests.support.raising import raises

from tidewaiter.casework.selection.choosing import (
    LOT,
    check_lot,
    choose,
    commitment,
    draw,
    lot_size,
)
from tidewaiter.casework.selection.types import Candidate, LaneScores, Plan, Profile

SEED = "the seed of the day"
LANE = LaneScores(red=60, yellow=40, blue=15)
PLAN = Plan(quota=20, random=0.1, explore=0.1, least_random=0.001, lane=LANE)


def lines(scores: Sequence[int], **known: object) -> list[Candidate]:
    """Make lines with these scores."""
    return [
        structs.replace(
            Candidate(
                key=f"f#{i} c/1",
                file="f",
                row=i,
                consignment="c",
                seq=1,
                score=score,
                alert=f"a{i}" if score else "",
                title="acetone" if score else "",
            ),
            **known,
        )
        for i, score in enumerate(scores)
    ]


@settings(max_examples=40)
@given(
    st.lists(st.integers(0, 100), min_size=1, max_size=200),
    st.integers(1, 60),
    st.floats(0, 1),
    st.integers(0, 9),
)
def test_the_lot_is_the_same_whatever_the_scores(
    scores: list[int], quota: int, share: float, number: int
) -> None:
    """The lines with the lowest draws are taken, and no more lines than the quota has."""
    plan = structs.replace(PLAN, quota=quota, random=share, explore=0.0)
    seed = f"{SEED} {number}"
    told, chosen = choose(lines(scores), plan, seed)
    drawn = {each.candidate.key for each in chosen if each.arm == "random"}
    lowest = sorted((each.candidate.key for each in chosen), key=lambda key: draw(seed, LOT, key))
    assert drawn == set(lowest[: lot_size(len(scores), plan)])
    assert sum(each.arm is not None for each in chosen) <= quota
    assert len(chosen) == len(scores) == sum(told.lanes.values())
    again, _ = choose(reversed(lines(scores[::-1])), plan, seed)
    assert again.lines == told.lines


def test_scores_fill_what_the_lot_leaves() -> None:
    """The highest scores come first; what finds no room goes to papers, and is counted."""
    told, chosen = choose(lines([*range(50, 90), *[0] * 960]), PLAN, SEED)
    by_score = [each.candidate.score for each in chosen if each.arm == "score"]
    assert (told.arms["random"], told.arms["score"], told.arms["explore"]) == (2, 18, 0)
    assert by_score == sorted(by_score, reverse=True)
    assert by_score[0] == 89
    assert told.passed == 30 - len([score for score in by_score if score >= 60])
    left = [each for each in chosen if each.candidate.score >= 60 and each.arm is None]
    assert {each.lane for each in left} == {"yellow"}
    assert all(each.why.startswith("no room in the quota") for each in left)


def test_the_rank_goes_before_the_score() -> None:
    """Lines of higher rank are opened first; the lane is that of the score."""
    some = lines([*[70] * 30, *[30] * 5, *[0] * 965])
    ranked = [structs.replace(each, rank=90 if each.score == 30 else each.score) for each in some]
    _, chosen = choose(ranked, PLAN, SEED)
    taken = [each for each in chosen if each.arm == "score"]
    assert [each.candidate.score for each in taken[:5]] == [30] * 5
    assert {each.why for each in taken[:5]} == {"score 30, rank 90: acetone"}
    assert all(each.candidate.score for each in taken)


def test_a_share_goes_to_what_the_ranker_is_unsure_of() -> None:
    """The least sure are taken beyond those that the score takes."""
    known = lines([*range(1, 101)])
    unsure = [structs.replace(each, unsure=1 - each.score / 200, chance=0.5) for each in known]
    told, chosen = choose(unsure, PLAN, SEED)
    explored = [each.candidate.score for each in chosen if each.arm == "explore"]
    assert told.arms["explore"] == 2
    assert max(explored) <= 4


def test_profiles_go_by_precedence_and_rate() -> None:
    """A watch list takes each of its lines; a criterion about its rate; both before the score."""
    some = [
        structs.replace(each, hs="2914", traders=("Écho GmbH",) if each.row < 5 else ())
        for each in lines([0] * 400)
    ]
    plan = structs.replace(
        PLAN,
        quota=200,
        random=0.0,
        least_random=0.0,
        profiles=(
            Profile(name="ketones", hs=("2914",), rate=0.25),
            Profile(name="watched", traders=("ECHO GMBH",), precedence=1),
        ),
    )
    told, chosen = choose(some, plan, SEED)
    watched = [each for each in chosen if each.why == "profile: watched"]
    assert {each.candidate.row for each in watched} == set(range(5))
    assert 70 <= told.arms["profile"] <= 135  # 99 expected of the 395, and 5


def test_a_profile_takes_one_of_so_many_in_a_row() -> None:
    """No more than two lines that fit are passed over before one is taken."""
    plan = structs.replace(
        PLAN,
        quota=100,
        random=0.0,
        least_random=0.0,
        profiles=(Profile(name="each third", severity=("low",), rate=0.0, within=3),),
    )
    some = [structs.replace(each, severity="low") for each in lines([0] * 30)]
    _, chosen = choose(some, plan, SEED)
    taken = sorted(each.candidate.row for each in chosen if each.arm == "profile")
    assert taken == list(range(2, 30, 3))


def test_a_profile_of_another_lane_takes_no_quota() -> None:
    """Papers are checked beyond the quota; a profile never lowers a lane."""
    plan = structs.replace(
        PLAN,
        quota=1,
        random=1.0,
        profiles=(Profile(name="papers", hs=("29",), lane="yellow"),),
    )
    some = [structs.replace(each, hs="2914") for each in lines([0] * 10)]
    told, _ = choose(some, plan, SEED)
    assert (told.lanes["red"], told.lanes["yellow"]) == (1, 9)


def test_a_quota_without_room_for_the_least_lot_is_refused() -> None:
    """The least share of all lines is never cut in silence."""
    with raises("casework/quota-too-small-for-lot", least=100):
        choose(lines([0] * 1000), structs.replace(PLAN, quota=10, least_random=0.1), SEED)


def test_a_lot_can_be_checked_afterwards() -> None:
    """With the seed, anyone can detect a line that was added, removed or exchanged."""
    some = lines([10] * 300)
    told, chosen = choose(some, structs.replace(PLAN, quota=100), SEED)
    rows = [(each.candidate.key, each.draw) for each in chosen if each.arm == "random"]
    keys = {each.key for each in some}
    assert told.commitment == commitment(SEED)
    assert check_lot(told, rows, SEED, keys) is check_lot(told, rows, SEED, None) is None
    other = next(each for each in chosen if each.arm == "score")
    swapped = [*rows[1:], (other.candidate.key, other.draw)]
    for found, code in (
        (
            check_lot(told, [*rows[1:], (rows[0][0], "0" * 16)], SEED, None),
            "casework/draw-is-another",
        ),
        (check_lot(told, swapped, SEED, None), "casework/line-above-last-draw"),
        (check_lot(told, rows[1:], SEED, None), "casework/lines-missing-or-added"),
        (check_lot(told, rows, f"{SEED}!", None), "casework/not-the-committed-seed"),
        (check_lot(told, rows, SEED, keys | {"one more"}), "casework/other-lines-than-drawn-from"),
    ):
        assert found is not None
        assert found.code == code


def test_draws_are_spread_evenly() -> None:
    """Of 20,000 draws, each tenth of the range has about a tenth."""
    tenths = [int(draw(SEED, LOT, f"key {i}"), 16) * 10 >> 64 for i in range(20_000)]
    assert all(1_850 < tenths.count(each) < 2_150 for each in range(10))
