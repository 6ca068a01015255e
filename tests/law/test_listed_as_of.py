"""Coverage: when a law may answer "not listed", as of which day, and what prevents it."""

from collections.abc import Callable
from datetime import date, timedelta

import pytest
from msgspec.structs import replace
from tests.support.raising import raises

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.phrases import english
from tidewaiter.law.answers import Found, Listing, Question, Route, Ruling
from tidewaiter.law.assessment import assess
from tidewaiter.law.coverage import ages_of, may_add, unlisted
from tidewaiter.law.registry import load_registry
from tidewaiter.law.structure import Recogniser, parse_structure
from tidewaiter.law.types import Amendment, Regime, Substance
from tidewaiter.trade.substance_lookup import Names

CHECKED = date(2026, 6, 1)
DAY = timedelta(days=1)
DRAFT = date(2025, 12, 1)
LAW = Regime(
    slug="law",
    name="Law",
    jurisdiction="XX",
    authority="A",
    source="s",
    checked=CHECKED,
    edition=date(2020, 1, 1),
    covers=date(2020, 1, 1),
)
ETHANOL = Found(name="ethanol", formula="C2H6O")
REGISTRY = load_registry()
BOOK = REGISTRY.book
NAMES = Names(REGISTRY)


def _named(slug: str) -> Found:
    return Found(name=slug, substance=Substance(slug=slug, name=slug, kind="drug", sources=()))


def _on(day: date, destination: str | None = None) -> Question:
    return Question(day=day, route=Route(destination=destination))


def _law(*amendments: Amendment) -> Regime:
    return replace(LAW, amendments=amendments)


def _amendment(**more: object) -> Amendment:
    given = {"what": "w", "cite": "c", "loaded": False, "since": date(2024, 5, 1), **more}
    return Amendment(**given)  # type: ignore[arg-type]


def _listing(since: date) -> Listing:
    return Listing(
        schedule="A", decided=None, since=since, until=None, source="s", mark="read", dates="read"
    )


def _rulings(text: str, *where: str, day: date) -> dict[str, Ruling]:
    (found,) = NAMES.whole(text)
    answer = assess(Question(day=day, jurisdictions=where), REGISTRY, BOOK, found)
    return {each.regime: each for each in answer.rulings}


@pytest.mark.parametrize(
    ("days", "answer", "age"),
    [
        (-400, "not listed", 0),
        (0, "not listed", 0),
        (1, "not listed", 1),
        (90, "not listed", 90),
        (91, "not assessable", 91),
    ],
)
def test_the_answer_ages_until_the_tolerance_ends(days: int, answer: str, age: int) -> None:
    """After the last comparison it is "not listed" as of that day, and then not assessable."""
    day = CHECKED + days * DAY
    said = unlisted(LAW, ETHANOL, _on(day))
    assert (said.answer, (day - said.as_of).days) == (answer, age)


def test_a_law_has_a_tolerance_of_its_own() -> None:
    """One that changes once a year may be older."""
    slow = replace(LAW, tolerance_days=365)
    assert unlisted(slow, ETHANOL, _on(CHECKED + 365 * DAY)).answer == "not listed"
    assert unlisted(slow, ETHANOL, _on(CHECKED + 366 * DAY)).answer == "not assessable"


def test_an_amendment_that_is_not_loaded_is_named_from_its_first_day_on() -> None:
    """The day before, the answer is unchanged; from that day on, its contents are left open."""
    law = _law(_amendment())
    assert unlisted(law, ETHANOL, _on(date(2024, 4, 30))).answer == "not listed"
    said = unlisted(law, ETHANOL, _on(date(2024, 5, 1)))
    assert (said.answer, said.as_of) == ("not assessable", date(2024, 4, 30))
    assert "w (c)" in english(said.reason)
    assert unlisted(_law(_amendment(loaded=True)), ETHANOL, _on(CHECKED)).answer == "not listed"


def test_the_first_of_several_amendments_counts() -> None:
    """The day to which the answer is known is that before the earliest one."""
    law = _law(_amendment(since=date(2025, 1, 1)), _amendment(since=date(2023, 1, 1)))
    assert unlisted(law, ETHANOL, _on(CHECKED)).as_of == date(2022, 12, 31)


def test_an_amendment_without_a_first_day_counts_from_its_decision() -> None:
    """An unreadable date must not make a list look complete."""
    law = _law(_amendment(since=None, decided=date(2025, 2, 9)))
    assert unlisted(law, ETHANOL, _on(date(2025, 2, 8))).answer == "not listed"
    assert unlisted(law, ETHANOL, _on(date(2025, 2, 9))).answer == "not assessable"


@pytest.mark.parametrize(
    ("amendment", "found", "touched"),
    [
        (_amendment(), ETHANOL, True),  # its contents were not read
        (_amendment(all_named=True, substances=("a",)), ETHANOL, False),
        (_amendment(all_named=True, substances=("a",)), _named("a"), True),
        (_amendment(all_named=True, substances=("a",)), _named("b"), False),
        (_amendment(all_named=True, formulas=("C2H6O",)), ETHANOL, True),
        (_amendment(all_named=True, formulas=("C3H8O",)), ETHANOL, False),
        (_amendment(all_named=True, formulas=("C3H8O",)), Found(name="x"), True),
        (_amendment(all_named=True, formulas=("C3H8O",)), Found(name="x", formula="C3H9O+"), True),
        (_amendment(all_named=True, at_least=("C2O",)), ETHANOL, True),
        (_amendment(all_named=True, at_least=("C11O3",)), ETHANOL, False),
        (_amendment(all_named=True, at_least=("C2O",)), Found(name="x", formula="C2H6OXx"), True),
    ],
)
def test_an_amendment_that_was_read_touches_what_it_names(
    amendment: Amendment, found: Found, *, touched: bool
) -> None:
    """Other substances, and structures of another formula, are none of what it adds."""
    assert may_add(amendment, found) is touched


def test_an_amendment_on_exports_is_about_its_destinations() -> None:
    """Elsewhere it adds nothing; where the destination is not said it may."""
    law = _law(_amendment(destinations=("US",)))
    said = {to: unlisted(law, ETHANOL, _on(CHECKED, to)).answer for to in ("US", "DE", None)}
    assert said == {"US": "not assessable", "DE": "not listed", None: "not assessable"}


@pytest.mark.parametrize(
    "law",
    [replace(LAW, edition=None), replace(LAW, covers=None), replace(LAW, covers=date(2024, 6, 2))],
    ids=["no edition", "not whole", "before"],
)
def test_without_a_whole_text_nothing_is_not_listed(law: Regime) -> None:
    """An undated text, and an incomplete list, do not exclude other substances."""
    assert unlisted(law, ETHANOL, _on(date(2024, 6, 1))).answer == "not assessable"


def test_a_listing_of_the_day_of_a_whole_list_may_be_older() -> None:
    """Before a first day that was read it was not listed; before that of a catalogue, who knows."""
    first, day = date(2014, 1, 1), _on(date(2010, 6, 1))
    law = replace(LAW, catalogues=(first,))
    assert unlisted(law, ETHANOL, day, [_listing(first)]).answer == "not assessable"
    assert unlisted(law, ETHANOL, day, [_listing(first + DAY)]).answer == "not listed"
    assert unlisted(LAW, ETHANOL, day, [_listing(first)]).answer == "not listed"


def test_ages_are_told_once_for_each_day() -> None:
    """Laws of one day share an age; one that is current has none."""
    checked = {"a": CHECKED, "b": CHECKED - DAY, "c": CHECKED, "d": CHECKED + 9 * DAY, "": None}
    ages = ages_of(checked.items(), CHECKED + 5 * DAY)
    assert [(each.days, each.regimes) for each in ages] == [(5, ("a", "c")), (6, ("b",))]


@pytest.mark.parametrize(
    ("name", "regime", "day"),
    [
        ("bmk-glycidic-acid", "us-listed-chemicals", date(2026, 11, 25)),
        ("bmk-ethyl-glycidate", "us-listed-chemicals", date(2026, 5, 4)),
        ("n-desethyletonitazene", "us-csa", date(2026, 11, 25)),
        ("zuranolone", "us-csa", date(2026, 11, 25)),
        ("cumyl-pegaclone", "us-csa", date(2024, 1, 1)),
        ("tablet-punches-and-dies", "ca-precursors", date(2026, 1, 1)),
    ],
)
def test_what_a_missing_rule_placed_is_not_called_not_listed(
    name: str, regime: str, day: date
) -> None:
    """A rule in force that is not loaded forbids "not listed"; one that is loaded controls."""
    said = _rulings(name, REGISTRY.regimes[regime].jurisdiction, day=day)
    assert said[regime].answer in {"controlled", "not assessable"}


@pytest.mark.parametrize(
    ("name", "where", "regime", "day"),
    [
        ("bromazolam", "US", "us-csa", date(2026, 2, 1)),
        ("cychlorphine", "US", "us-csa", date(2026, 8, 27)),
        ("7-hydroxymitragynine", "US", "us-csa", date(2026, 11, 13)),
        ("m-chloropropiophenone", "EU", "eu-precursors", date(2026, 11, 25)),
    ],
)
def test_a_proposal_is_not_told_where_it_may_be_in_force(
    name: str, where: str, regime: str, day: date
) -> None:
    """Once the order may have been issued, "proposed" would say that it was not."""
    said = _rulings(name, where, day=day)[regime]
    assert said.answer == "not assessable"
    assert said.proposed
    before = _rulings(name, where, day=date(2026, 1, 13) if regime == "us-csa" else DRAFT)
    assert before[regime].answer in {"proposed", "not listed"}


@pytest.mark.parametrize(
    ("name", "day", "answer"),
    [
        ("5,6-dichloro-brorphine", date(2026, 7, 30), "not listed"),
        ("5,6-dichloro-brorphine", date(2026, 8, 27), "controlled"),
        ("hexahydrocannabinol", date(2026, 5, 3), "controlled"),
        ("hexahydrocannabinol", date(2026, 5, 4), "controlled"),
        ("ganaxolone", date(2026, 12, 1), "controlled"),
        ("4-fa", date(2026, 2, 16), "proposed"),
        ("4-fa", date(2026, 2, 17), "controlled"),
        ("cumyl-pegaclone", date(2026, 12, 11), "controlled"),
        ("cumyl-pegaclone", date(2026, 12, 12), "not assessable"),
        ("acetone", date(2026, 12, 1), "not listed"),
        ("diphenidine", date(2026, 12, 1), "not assessable"),
    ],
)
def test_the_us_schedules_of_2026(name: str, day: date, answer: str) -> None:
    """Controls that were read apply from their date; known but unread ones are named as open."""
    assert _rulings(name, "US", day=day)["us-csa"].answer == answer


def test_salts_of_the_glycidic_acid_are_held() -> None:
    """The rule of 2026 names the acid with its salts, as sodium salts are traded."""
    said = _rulings("BMK glycidic acid sodium salt", "US", day=date(2026, 11, 25))
    assert said["us-listed-chemicals"].answer == "controlled"


def test_what_is_called_loaded_is_there() -> None:
    """Each substance that a loaded amendment names has a listing under its law."""
    controls = {each.slug: {c.regime for c in each.controls} for each in REGISTRY.substances}
    for regime in REGISTRY.regimes.values():
        for amendment in regime.amendments:
            if amendment.loaded:
                for slug in amendment.substances:
                    assert regime.slug in controls[slug], (regime.slug, slug)


@pytest.mark.parametrize("name", ["opium", "morphine", "heroin"])
def test_the_past_of_chinas_lists_is_open(name: str) -> None:
    """They were on the lists of 2005 and 2007, too, which are not loaded."""
    answers = {each.answer for each in _rulings(name, "CN", day=date(2010, 6, 1)).values()}
    said = _rulings(name, "CN", day=date(2010, 6, 1))["cn-narcotics"]
    assert "controlled" not in answers
    assert said.answer == "not assessable"
    assert "2014-01-01" in english(said.reason)


def test_the_first_day_of_a_category_is_not_that_of_the_control() -> None:
    """Anthranilic acid was in the second category before it was divided on 30 December 2013."""
    said = _rulings("anthranilic-acid", "EU", day=date(2010, 1, 1))["eu-precursors"]
    assert said.answer == "not assessable"


@pytest.mark.parametrize(
    "slug",
    [
        "un-1961",
        "un-1971",
        "un-1988",
        "us-listed-chemicals",
        "eu-precursors",
        "uk-precursors",
        "ca-precursors",
        "cn-precursors",
    ],
)
@pytest.mark.parametrize(("days", "age"), [(0, 0), (6, 6)])
def test_a_solvent_is_not_listed_in_the_days_after_a_release(
    slug: str, days: int, age: int
) -> None:
    """Ethanol six days after the last comparison is "not listed" as of then, and not unknown."""
    regime = REGISTRY.regimes[slug]
    day = regime.checked + days * DAY
    recogniser = Recogniser(REGISTRY, load_registry().classes)
    (found,) = recogniser.find(parse_structure("CCO"), "ethanol", day)
    question = Question(day=day, jurisdictions=(regime.jurisdiction,))
    answer = assess(question, REGISTRY, BOOK, found)
    said = next(each for each in answer.rulings if each.regime == slug)
    assert (said.answer, said.as_of, said.age_days) == ("not listed", regime.checked, age)
    told = [each for each in answer.ages if slug in each.regimes]
    assert [(each.as_of, each.days) for each in told] == ([(regime.checked, age)] if age else [])


@pytest.mark.parametrize("regime", REGISTRY.regimes.values(), ids=lambda each: each.slug)
def test_each_law_says_which_text_was_read(regime: Regime) -> None:
    """It has a day, or what is known of it; amendments come after it and say where they stand."""
    assert regime.edition or regime.edition_note or regime.incomplete
    assert regime.covers is None or regime.edition is None or regime.covers <= regime.checked
    assert regime.covers is not None or regime.incomplete
    for each in regime.amendments:
        assert each.since or each.decided
        assert each.cite
        assert regime.edition is None or each.begins > regime.edition
        assert not (set(each.substances) and not each.all_named)


def test_no_missing_amendment_leaves_its_substances_free() -> None:
    """On its first day each substance that it names is controlled, proposed or not assessable."""
    wrong = []
    for regime in REGISTRY.regimes.values():
        for each in regime.amendments:
            for slug in () if each.loaded else each.substances:
                ruling = _rulings(slug, regime.jurisdiction, day=each.begins)[regime.slug]
                if ruling.answer not in {"controlled", "proposed", "not assessable"}:
                    wrong.append((regime.slug, slug))
    assert not wrong


def test_a_regime_names_what_there_is(tmp_path_factory: pytest.TempPathFactory) -> None:
    """A scope or an amendment of a substance that is not in the registry stops the load."""
    folder = tmp_path_factory.mktemp("own")
    for kind in ("sources", "regimes/own"):
        (folder / kind).mkdir(parents=True)
    (folder / "sources" / "order.toml").write_text('title = "Order 1"\nread = 2026-01-02\n')
    head = (
        'slug = "own"\nname = "Own"\njurisdiction = "XX"\nauthority = "Us"\n'
        'source = "order"\nchecked = 2026-01-02\n'
    )
    write: Callable[[str], int] = (folder / "regimes" / "own" / "instrument.toml").write_text
    with pytest.MonkeyPatch.context() as patch:
        patch.setenv("TIDEWAITER_CACHE", str(tmp_path_factory.mktemp("cache")))
        for more in (
            '[[scopes]]\nsubstances = ["nothing-such"]\nclause = "c"\nsource = "order"\n',
            '[[scopes]]\nclause = "c"\nsource = "nothing-such"\n',
            '[[amendments]]\nwhat = ""\ncite = ""\nloaded = true\nsubstances = ["nothing-such"]\n',
        ):
            write(head + more)
            with raises("law/no-such-slug", RegistryError, slug="nothing-such"):
                load_registry((folder,))
