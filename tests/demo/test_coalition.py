"""Demo of a coalition: five real nodes play a year, and the dashboard reports it."""

from collections import Counter
from collections.abc import Iterable, Iterator
from datetime import date

import pytest
from tests.support.notices import law
from tests.support.raising import raises

from tidewaiter.demo.actions import Told, notice_of, play
from tidewaiter.demo.nodes import Stage, set_up
from tidewaiter.demo.story import Sending, days_of, load_story
from tidewaiter.exchange.coalition.board import Board, Period
from tidewaiter.exchange.incidents.checks import check
from tidewaiter.exchange.notices.checks import check as check_notice
from tidewaiter.exchange.problems import Problem
from tidewaiter.law.registry import load_registry
from tidewaiter.store.audit import verify_audit
from tidewaiter.store.coalition.meeting_packs import Members, read_board, read_members
from tidewaiter.store.coalition.participation import Reader
from tidewaiter.store.incidents import find_known, incidents

STORY = load_story("coalition")
FROZEN = date(2025, 10, 1)  # before the channel opens again


class Played:
    """The story, played to the end at which the channel opens again."""

    def __init__(self, stage: Stage) -> None:
        self.stage = stage
        self.told: list[Told] = list(play(stage, "reopened"))

    def board(self, day: date) -> Board:
        """Compute the dashboard of Asteria as of a day."""
        with self._work() as reader:
            return read_board(reader, Period(since=STORY.begins, until=day), day)

    def members(self, day: date) -> Members:
        """Tell who took part on a day, as Asteria saw it."""
        with self._work() as reader:
            return read_members(reader, day)

    def _work(self) -> "_Reading":
        return _Reading(self.stage)


class _Reading:
    def __init__(self, stage: Stage) -> None:
        self._node = stage.node(STORY.board)
        self._work = self._node.desk.database.work()

    def __enter__(self) -> Reader:
        work = self._work.__enter__()
        return Reader(work=work, safe=self._node.desk.ring.lock, node=self._node.name)

    def __exit__(self, *error: object) -> None:
        self._work.__exit__(*error)  # type: ignore[arg-type]


@pytest.fixture(scope="module")
def played(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Played]:
    """Play it once."""
    with set_up(STORY, tmp_path_factory.mktemp("story")) as stage:
        yield Played(stage)


def _states(found: Members) -> dict[str, str | None]:
    return {each.name: each.member.state for each in found.members if not each.itself}


def test_each_notice_of_the_story_is_on_the_board(played: Played) -> None:
    """As many by pair as the story says; none is lost, and none counts twice."""
    asked: Counter[tuple[str, str]] = Counter()
    for _, deeds in days_of(STORY, "reopened"):
        for each in deeds:
            if isinstance(each, Sending) and STORY.board in {
                each.trade.exporter,
                each.trade.importer,
            }:
                one, other = STORY.player(each.trade.exporter), STORY.player(each.trade.importer)
                asked[one.country, other.country] += 1
    counted = {
        (row.exporter, row.importer): row.now.notices
        for row in played.board(STORY.ends).pairs
        if row.now.notices
    }
    assert counted == dict(asked)


def test_one_is_silent_one_is_frozen_and_the_others_go_on(played: Played) -> None:
    """Before the channel reopens: held messages do not count as anyone's silence."""
    assert _states(played.members(FROZEN)) == {
        "Borealia": "joined",
        "Cordana": "frozen",
        "Demeria": "joined",
        "Estoria": "silent",
    }
    pairs = {(row.exporter, row.importer): row.now for row in played.board(FROZEN).pairs}
    held = pairs["QM", "QP"].outcomes
    assert held["undelivered"] > 0
    assert held["no reply"] <= 1  # the previous one, which was not answered
    assert pairs["QM", "QN"].in_time.count == pairs["QM", "QN"].in_time.of > 0


def test_where_it_opens_again_all_comes_and_is_answered_in_time(played: Played) -> None:
    """What the freeze held back has its whole time, and nothing is left behind."""
    assert _states(played.members(STORY.ends))["Cordana"] == "joined"
    pairs = {(row.exporter, row.importer): row.now for row in played.board(STORY.ends).pairs}
    for pair in (("QM", "QP"), ("QP", "QM")):
        assert pairs[pair].outcomes["undelivered"] == pairs[pair].outcomes["came too late"] == 0
        assert pairs[pair].outcomes["late"] <= 1, pair
    group = played.members(STORY.ends).groups[0]
    assert set(group.members) == {"Asteria", "Borealia", "Cordana", "Demeria"}
    assert group.group.since == date(2025, 6, 10)


def test_who_was_charged_is_charged_and_not_convicted(played: Played) -> None:
    """The incident of the working group has its second version there, and nowhere else."""
    owner = played.stage.node("asteria").name
    for key in ("borealia", "demeria"):
        node = played.stage.node(key)
        with node.desk.database.work() as work:
            known = find_known(work, node.desk.ring.lock, owner, "A-2025-11")
        now = known.now()
        assert now is not None
        assert now.version == 2
        assert now.parties[0].basis.endswith("no verdict")
    cordana = played.stage.node("cordana")
    with cordana.desk.database.work() as work:
        assert {each.owner for each in incidents(work)} == {"tidewaiter/demeria", cordana.name}


def test_every_log_holds(played: Played) -> None:
    """The audit of each node is whole at the end."""
    for each in STORY.node:
        with played.stage.node(each.key).desk.database.work() as work:
            assert verify_audit(work).broken is None


def test_the_story_is_told(played: Played) -> None:
    """Each act says what happened, on its day, in the order of days."""
    days = [each.day for each in played.told]
    assert days == sorted(days)
    acts = [each for each in STORY.act if each.ending in {"", "reopened"}]
    assert len([each for each in played.told if not each.trade]) == len(acts)


def test_what_it_sends_could_be_sent_by_the_commands(played: Played) -> None:
    """Notices and incidents have no fault but that their countries are invented."""
    for trade in STORY.trade:
        notice = notice_of(played.stage, trade, "X-1")
        assert _faults(check_notice(notice, STORY.ends, law()).problems) == []
    registry = load_registry()
    for each in STORY.node:
        node = played.stage.node(each.key)
        with node.desk.database.work() as work:
            own = [one for one in incidents(work) if one.owner == node.name]
            found = [find_known(work, node.desk.ring.lock, one.owner, one.id) for one in own]
        for known in found:
            for said in known.versions:
                assert _faults(check(said.body, registry, STORY.ends)) == []


def _faults(problems: Iterable[Problem]) -> list[str]:
    wrong = [each.code for each in problems if each.level == "wrong"]
    return [each for each in wrong if each != "exchange/not-a-country"]


def test_an_ending_that_it_has_not_is_refused() -> None:
    """And those that it has are named."""
    with raises("demo/no-such-ending") as caught:
        days_of(STORY, "happy")
    assert "reopened" in caught.value.hint
