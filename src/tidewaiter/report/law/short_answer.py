"""All answers on one substance in at most eight lines, as an officer reads them first.

The line of the question is first; it tells how current the law is. Texts are in the
language spoken; those of the registry stay as they are.
"""

from collections import Counter
from collections.abc import Iterable, Iterator, Mapping
from datetime import date
from typing import Literal

from msgspec.structs import replace

from tidewaiter.base.records import Record
from tidewaiter.exchange.notices.deadlines import add_working_days, after
from tidewaiter.explain.languages import counted, country, marked, number, words
from tidewaiter.explain.languages import day as day_in_words
from tidewaiter.explain.lines import amount_in_words
from tidewaiter.explain.official_names import control_name, substance_name
from tidewaiter.explain.phrases import say
from tidewaiter.explain.words import Library, goods_in_words
from tidewaiter.law.answers import Age, Assessment, Duty, Question, Ruling
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.comparison import ORDER
from tidewaiter.law.controls import short_listing
from tidewaiter.law.types import Regime
from tidewaiter.report.law.answers import route_in_places
from tidewaiter.trade.duties import demand_of
from tidewaiter.trade.types import Alert

Kind = Literal["controlled", "free", "proposed", "silent", "do", "check", "open", "watched", "sure"]
"""What a line says: the answer, what to do, what to check, what is open, how sure it is."""

LABELS: dict[Kind, str] = {
    "controlled": marked("Controlled"),
    "free": marked("Exempt by quantity"),
    "proposed": marked("Proposed"),
    "silent": marked("No control found"),
    "do": marked("Required"),
    "check": marked("To be checked"),
    "open": marked("Not fully assessable"),
    "watched": marked("Watch list, not controlled"),
    "sure": marked("Verification"),
}
_MARKS: dict[str, str] = {
    "read": marked("official text"),
    "second-hand": marked("secondary source"),
    "unverified": marked("not verified"),
}
_KINDS: dict[str, Kind] = {
    "controlled": "controlled",
    "free by amount": "free",
    "proposed": "proposed",
}
_DEPENDS = "demanded/open"  # code of a duty that depends on a request
MOST = 7  # lines below that of the question
_NAMES = 8  # controls or jurisdictions named in a line
_DUTIES = 3  # lines of duties before checks have more than one
_CHECKS = 2  # lines of checks
_OPEN = 2  # jurisdictions whose reasons are told
_LATE = 45  # days after which the age of a law is told; later, an instrument stops answering


class Line(Record, frozen=True, kw_only=True):
    """A line of a short answer."""

    kind: Kind
    label: str
    text: str
    clause: str = ""  # provisions of the law, as it is cited; not translated


class ShortAnswer(Record, frozen=True, kw_only=True):
    """All answers on one substance, in few lines."""

    asked: str  # what was asked, and how current the law is
    lines: tuple[Line, ...]  # at most `MOST`


class AgeView(Record, frozen=True, kw_only=True):
    """How current some laws are."""

    as_of: date
    days: int
    laws: tuple[str, ...]  # abbreviated names; empty: those not named elsewhere


def short_answer(
    assessment: Assessment,
    regimes: Mapping[str, Regime],
    rules: Mapping[str, ClassRule],
    question: Question | None = None,
) -> ShortAnswer:
    """Return all answers on one substance in few lines.

    Args:
        assessment: The answers.
        regimes: Legal instruments in the registry, by slug.
        rules: Class rules by slug.
        question: The goods; None: they are shown beside it.
    """
    ages = age_views(assessment.ages, regimes)
    rulings = in_order(assessment.rulings)
    held = [each for each in rulings if each.answer == "controlled"]
    return ShortAnswer(
        asked=_asked(assessment, question, ages),
        lines=_fit(
            answers=[*_answers(rulings, regimes, rules)],
            duties=[*_duties(held, assessment)],
            checks=[*_requests(held, assessment), *_limits(held)],
            gaps=_lines("open", _open(rulings)),
            watched=_lines("watched", ["; ".join(assessment.watched)]),
            sure=_lines("sure", [_sure(assessment, regimes)]),
        ),
    )


def short_of_alert(alert: Alert, library: Library) -> ShortAnswer:
    """Return the law of an alert in few lines, as `short_answer` does for one substance.

    Args:
        alert: If some of its law is on the route, only that is told.
        library: Legal instruments and class rules.
    """
    law = [each for each in alert.law if each.role] or alert.law
    answers: list[Line] = []
    for answer, kind in _KINDS.items():
        named = (
            _control(each.schedule, each.regime, library.regimes, library.classes)
            for each in law
            if each.answer == answer
        )
        names = dict.fromkeys(map(control_name, named))
        answers += _lines(kind, [_named(names)])
    duties = dict.fromkeys(each for held in law for each in held.duties)
    return ShortAnswer(
        asked="",
        lines=_fit(
            answers=answers,
            duties=[_line("do", say(x)) for x in duties if not x.code.startswith(_DEPENDS)],
            checks=[_line("check", say(x)) for x in duties if x.code.startswith(_DEPENDS)],
            gaps=_few([_line("open", say(each)) for each in alert.law_open], 1),
            sure=_lines("sure", [_known((held.mark, held.since) for held in law)]),
        ),
    )


def _fit(
    *,
    answers: list[Line],
    duties: list[Line],
    checks: list[Line],
    gaps: list[Line],
    sure: list[Line],
    watched: list[Line] | None = None,
) -> tuple[Line, ...]:
    """Return at most `MOST` lines; of duties and checks that have no room, the number is told.

    A watch list, which is no control, has the room that is left.
    """
    fixed = len(answers) + len(gaps) + len(sure)
    asked = _few(checks, max(1, min(_CHECKS, MOST - fixed - min(len(duties), _DUTIES))))
    acts = _few(duties, max(1, MOST - fixed - len(asked)))
    named = (watched or [])[: max(0, MOST - fixed - len(asked) - len(acts))]
    return (*answers, *acts, *asked, *gaps, *named, *sure)


def in_order(rulings: Iterable[Ruling]) -> list[Ruling]:
    """Sort answers by kind; equal answers keep the order of the route."""
    return sorted(rulings, key=lambda each: ORDER.index(each.answer))


def _asked(assessment: Assessment, question: Question | None, ages: tuple[AgeView, ...]) -> str:
    """Return the goods, the route, the day, and how current the law is."""
    said = [
        substance_name(assessment.name),
        *(_goods(question) if question else ()),
        route_in_places(assessment.route) if assessment.route.given else "",
        words("asked for {day}").format(day=day_in_words(assessment.day)),
        _age(ages[0]) if ages else "",
    ]
    return words(", ").join(filter(None, said))


def _goods(question: Question) -> Iterator[str]:
    yield amount_in_words(question.mass_mg, "kg", None)
    yield amount_in_words(question.volume_ul, "l", None)
    yield f"{question.percent:f} %" if question.percent is not None else ""
    yield goods_in_words(question.goods) if question.goods else ""


def _age(age: AgeView) -> str:
    said = counted(
        "law as of {day} ({days} day old)", "law as of {day} ({days} days old)", age.days
    )
    return said.format(day=day_in_words(age.as_of), days=number(age.days))


def _line(kind: Kind, text: str, clause: str = "") -> Line:
    return Line(kind=kind, label=words(LABELS[kind]), text=text, clause=clause)


def _lines(kind: Kind, texts: Iterable[str]) -> list[Line]:
    return [_line(kind, text) for text in texts if text]


def _few(lines: list[Line], most: int) -> list[Line]:
    """Return as many lines as there is room for; the last says how many more there are."""
    if len(lines) <= most:
        return lines
    last = lines[most - 1]
    return [*lines[: most - 1], replace(last, text=f"{last.text}; {_more(len(lines) - most)}")]


def _more(left: int) -> str:
    return counted("and {left} more", "and {left} more", left).format(left=number(left))


def _answers(
    rulings: list[Ruling], regimes: Mapping[str, Regime], rules: Mapping[str, ClassRule]
) -> Iterator[Line]:
    """Yield what controls it, what exempts it, and what is proposed; else what is silent."""
    told = False
    for answer, kind in _KINDS.items():
        names: dict[str, None] = {}
        for ruling in rulings:
            if ruling.answer == answer:
                listings = ruling.held or ruling.proposed
                names.update(
                    dict.fromkeys(
                        _control(x.schedule, ruling.regime, regimes, rules) for x in listings
                    )
                )
        if names:
            told = True
            yield _line(kind, _named(map(control_name, names)))
    if not told:
        other = {each.jurisdiction for each in rulings if each.answer != "not listed"}
        silent = dict.fromkeys(e.jurisdiction for e in rulings if e.jurisdiction not in other)
        if silent:
            yield _line("silent", _named(map(country, silent)))


def _named(names: Iterable[str]) -> str:
    """Join names; beyond the first few only their number is told."""
    every = list(names)
    left = len(every) - _NAMES
    if left <= 1:
        return words(", ").join(every)
    return f"{words(', ').join(every[:_NAMES])} {_more(left)}"


def _duties(held: list[Ruling], asked: Assessment) -> Iterator[Line]:
    """Yield what each place requires on the route; the same duty of two laws shares a line."""
    clauses: dict[str, dict[str, None]] = {}
    for ruling in held:
        for duty in ruling.duties:
            if duty.known:
                act = _act(duty, ruling.jurisdiction, asked)
                told = words("{country}: {text}")
                named = told.format(country=country(ruling.jurisdiction), text=act)
                clauses.setdefault(named, {})[_clause(duty)] = None
    for act, where in clauses.items():
        yield _line("do", act, "; ".join(where))


def _act(duty: Duty, place: str, asked: Assessment) -> str:
    """Return what to do, with the first day on which the goods can leave if it is done at once."""
    said = say(demand_of(duty))
    day = _earliest(duty, place, asked)
    if day is None:
        return said
    told = words("{duty}: filed on {filed}, not before {day}")
    return told.format(duty=said, filed=day_in_words(asked.day), day=day_in_words(day))


def _earliest(duty: Duty, place: str, asked: Assessment) -> date | None:
    """Return the first day after the notice period; None: none, or no calendar of the authority.

    The law of a union or a convention is applied by the authority of the country on the route.
    """
    if duty.days is None:
        return None
    if duty.day_kind == "calendar":
        return after(asked.day, duty.days)
    route = asked.route
    end = route.destination if duty.role == "import" else route.origin
    counted_in = (add_working_days(asked.day, duty.days, [at]) for at in (place, end) if at)
    return next((each.day for each in counted_in if each.day), None)


def _clause(duty: Duty) -> str:
    return duty.clause if duty.mark == "read" else f"{duty.clause}; {words(_MARKS[duty.mark])}"


def _requests(held: list[Ruling], asked: Assessment) -> Iterator[Line]:
    """Yield duties that depend on whether the other country requested them; each kind once."""
    longest: dict[str, tuple[Duty, str]] = {}
    for ruling in held:
        for duty in ruling.duties:
            known = longest.get(duty.kind)
            if not duty.known and (known is None or known[0].days is None):
                longest[duty.kind] = duty, ruling.jurisdiction
    place = asked.route.destination
    told = words("{duty}: if the country of destination has requested it")
    if place is not None:
        told = words(
            "{duty}: if {country} has requested it, which is not known here: ask its authority"
        )
    whom = country(place) if place else ""
    for duty, where in longest.values():
        said = told.format(duty=_act(duty, where, asked), country=whom)
        yield _line("check", said, _clause(duty))


def _limits(held: list[Ruling]) -> Iterator[Line]:
    """Yield the thresholds that could not be compared, because a figure is missing."""
    for ruling in held:
        for check in ruling.checks:
            if check.outcome in {"open", "not asked"}:
                told = words("threshold of {country}: {limit}")
                place, limit = country(ruling.jurisdiction), say(check.limit)
                yield _line("check", told.format(country=place, limit=limit), check.clause)


def _open(rulings: list[Ruling]) -> list[str]:
    """Return the jurisdictions with a law that is not assessable; few ones with their reasons."""
    reasons: dict[str, dict[str, None]] = {}
    for ruling in rulings:
        if ruling.answer == "not assessable":
            reasons.setdefault(ruling.jurisdiction, {})[say(ruling.reason)] = None
    if len(reasons) > _OPEN:
        return [_named(map(country, reasons))]
    told = words("{country}: {text}")
    said = (told.format(country=country(x), text="; ".join(whys)) for x, whys in reasons.items())
    return ["; ".join(said)]


def _sure(assessment: Assessment, regimes: Mapping[str, Regime]) -> str:
    """Return how the controls and their days are known, and whose law is older than the rest."""
    told = [each for each in assessment.rulings if each.answer in _KINDS]
    listings = [each for ruling in told for each in (ruling.held or ruling.proposed)]
    said = [_known((each.mark, each.since) for each in listings)]
    unread = sum(each.since is not None and each.dates != "read" for each in listings)
    if unread:
        said.append(words("dates not from an official text: {count}").format(count=number(unread)))
    older = [*_older(assessment.ages, regimes)]
    if older:
        said.append(words("older law: {laws}").format(laws=words(", ").join(older)))
    return "; ".join(filter(None, said))


def _known(controls: Iterable[tuple[str, date | None]]) -> str:
    """Return how controls are known, and of how many the first day is unknown."""
    controls = tuple(controls)
    marks = Counter(mark for mark, _ in controls)
    undated = sum(since is None for _, since in controls)
    if not marks:
        return ""
    named = {mark: words(_MARKS[mark]) if mark in _MARKS else mark for mark in marks}
    told = [f"{named[mark]} {number(count)}" for mark, count in marks.most_common()]
    texts = words(", ").join(told if len(told) > 1 else named.values())
    said = words("controls: {texts}").format(texts=texts)
    if not undated:
        return said
    return f"{said}; {words('first day unknown: {count}').format(count=number(undated))}"


def _older(ages: Iterable[Age], regimes: Mapping[str, Regime]) -> Iterator[str]:
    """Yield places with a law that is not known for recent weeks, and the day of the oldest."""
    oldest: dict[str, Age] = {}
    for age in ages:
        if age.days > _LATE:
            places = (regimes[each].jurisdiction for each in age.regimes if each in regimes)
            for place in places:
                known = oldest.setdefault(place, age)
                oldest[place] = min(known, age, key=lambda each: each.as_of)
    for place, age in oldest.items():
        yield words("{country} as of {day}").format(
            country=country(place), day=day_in_words(age.as_of)
        )


def _control(
    schedule: str, regime: str, regimes: Mapping[str, Regime], rules: Mapping[str, ClassRule]
) -> str:
    """Return a short reference to a control; that of a class rule by its schedule."""
    rule = rules.get(schedule.removeprefix("class "))
    schedule = rule.schedule if rule else schedule
    return short_listing(regimes[regime], schedule) if regime in regimes else schedule


def age_views(ages: Iterable[Age], regimes: Mapping[str, Regime]) -> tuple[AgeView, ...]:
    """Return the laws that are less current than most; the most common date covers all others.

    Args:
        ages: Ages in one assessment or comparison.
        regimes: Legal instruments in the registry, by slug.
    """
    ages = tuple(ages)
    most = max(ages, key=lambda each: (len(each.regimes), each.as_of), default=None)
    ordered = sorted(ages, key=lambda each: (each is not most, -each.as_of.toordinal()))
    return tuple(
        AgeView(
            as_of=each.as_of,
            days=each.days,
            laws=() if each is most else tuple(_law(slug, regimes) for slug in each.regimes),
        )
        for each in ordered
    )


def _law(slug: str, regimes: Mapping[str, Regime]) -> str:
    return regimes[slug].name if slug in regimes else slug
