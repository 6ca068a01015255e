"""Leading causes of death, and overdoses as a cause of their own."""

from collections.abc import Callable

import numpy as np
import pytest
from tests.support.raising import raises

from tidewaiter.burden.deaths.coding import spans, tables
from tidewaiter.burden.deaths.counting import Cells, count_deaths, parse_ages
from tidewaiter.burden.deaths.leading_causes import (
    NOT_RANKED,
    RANKING_FIELDS,
    by_age,
    cause_table,
    rank,
    rankable,
)

Record = Callable[..., bytes]


@pytest.fixture
def cells(record: Record) -> Cells:
    """Count 30 heart deaths, 25 accidents (20 of T40.4), a suicide and an undetermined one."""
    t404 = {"conditions": ["T404"]}
    lines = [record(2021, underlying="I251", age="1030")] * 30
    lines += [record(2021, underlying="X42", age="1030", **t404)] * 20
    lines += [record(2021, underlying="X44", age="1031")] * 3
    lines += [record(2021, underlying="V892", age="1031")] * 2
    lines += [record(2021, underlying="X64", **t404), record(2021, underlying="Y12", **t404)]
    lines += [record(2021, underlying="I251", age="1060"), record(2021, age="9999")]
    lines += [record(2021, underlying="R99", age="1030"), record(2021, status=4, age="1030")]
    *_, found = count_deaths([b"\n".join(lines)], "a", RANKING_FIELDS, causes=cause_table())
    assert isinstance(found, Cells)
    return found


def test_there_are_52_causes_and_none_twice() -> None:
    """52 causes are ranked (NJ department of health, after NCHS part 9), and no code is in two."""
    assert len(rankable()) == 52
    marks = [spans(cause.codes, "ICD-10") for cause in rankable()]
    assert np.sum(marks, axis=0).max() == 1


def test_overdoses_are_in_accidents_suicides_homicides_or_unranked() -> None:
    """Overdoses are not a rankable cause: each is in one of three, or, undetermined, in none."""
    causes = {0: NOT_RANKED} | {n: each.name for n, each in enumerate(rankable(), 1)}
    found = {causes[int(n)] for n in cause_table()[tables("ICD-10").overdose]}
    assert found == {
        "Accidents (unintentional injuries)",
        "Intentional self-harm (suicide)",
        "Assault (homicide)",
        NOT_RANKED,
    }


def test_the_official_ranking_knows_no_overdoses(cells: Cells) -> None:
    """At 18-49 heart disease leads with 30; accidents hold the overdoses, residents only."""
    ranking = rank(cells, parse_ages("18-49"))
    assert [(each.rank, each.cause, each.deaths) for each in ranking.official] == [
        (1, "Diseases of heart", 30),
        (2, "Accidents (unintentional injuries)", 25),
        (3, "Intentional self-harm (suicide)", 1),
    ]
    assert (ranking.deaths, ranking.unstated, ranking.carved, ranking.taken) == (58, 1, (), ())


def test_what_is_carved_out_is_said_and_adds_up(cells: Cells) -> None:
    """T40.4 is 22: 20 accidents, a suicide, one of undetermined intent that was in no cause."""
    ranking = rank(cells, parse_ages("18-49"), "T40.4")
    assert [(each.rank, each.deaths) for each in ranking.carved] == [(1, 30), (2, 22), (3, 5)]
    assert {(each.cause, each.intent): each.deaths for each in ranking.taken} == {
        ("Accidents (unintentional injuries)", "unintentional"): 20,
        ("Intentional self-harm (suicide)", "suicide"): 1,
        (NOT_RANKED, "undetermined"): 1,
    }
    assert sum(each.deaths for each in rank(cells, parse_ages("18-49"), "overdose").taken) == 25


def test_all_ages_hold_those_not_stated(cells: Cells) -> None:
    """Deaths without a stated age count at all ages, and in no range."""
    assert rank(cells, parse_ages("all")).deaths == 60
    assert rank(cells, parse_ages("all")).unstated == 0


def test_single_years_add_up_to_the_ranking(cells: Cells) -> None:
    """The table by single year of age has every resident once, with the overdoses among them."""
    rows = by_age(cells).to_pylist()
    assert sum(row["deaths"] for row in rows) == 60
    young = [row for row in rows if row["age"] is not None and 18 <= row["age"] <= 49]
    assert sum(row["T40.4"] for row in young) == 22
    assert sum(row["deaths"] for row in young if row["cause"] == "Diseases of heart") == 30


def test_what_cannot_be_carved_or_ranked_is_refused(cells: Cells, record: Record) -> None:
    """A share is not a cause, and ICD-9 has another list."""
    with raises("burden/not-a-kind-of-overdose"):
        rank(cells, parse_ages("all"), "specified")
    *_, old = count_deaths(
        [record(1998, underlying="8502")], "a", RANKING_FIELDS, causes=cause_table()
    )
    assert isinstance(old, Cells)
    with raises("burden/deaths-coded-by-icd-9"):
        rank(old, parse_ages("all"))
