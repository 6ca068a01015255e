"""Assessment sheets: one page for each compound, and an index of them."""

from collections.abc import Iterable, Iterator, Mapping
from datetime import date

from markupsafe import Markup

from tidewaiter.base.records import Record
from tidewaiter.explain.languages import day, decimal, figure, number, speaking, words
from tidewaiter.explain.lines import amount_in_words
from tidewaiter.explain.words import (
    MATCHES,
    Citation,
    Library,
    goods_in_words,
    number_sources,
    word,
    words_of,
)
from tidewaiter.law.answers import Assessment, Compound, Question
from tidewaiter.law.classes import ClassRule
from tidewaiter.law.coverage import ages_of
from tidewaiter.law.registry import Editions, Registry
from tidewaiter.law.structure.drawing import Drawing, Portrait
from tidewaiter.report.law.answers import route_in_places
from tidewaiter.report.law.rulings import (
    AgeView,
    RulingView,
    Verdict,
    age_views,
    in_order,
    ruling_view,
    sources_of,
    verdict_of,
)
from tidewaiter.report.pages import environment, hashed, static

INDEX = "index.html"
_STYLES = "colours.css", "sheet.css"
_SHORT = 12  # characters of a hash; enough to compare by eye


class Subject(Record, frozen=True, kw_only=True):
    """What was assessed: a substance, or a part of a compound that no list names."""

    answer: Assessment
    cas: str | None = None  # of the listed substance, or of its form
    portrait: Portrait | None = None  # None: no structure of it is known


class Sheet(Record, frozen=True, kw_only=True):
    """A compound with its answers and drawings."""

    compound: Compound
    subjects: tuple[Subject, ...] = ()
    whole: Portrait | None = None  # of a compound of several parts, or one that has no answer


class Imprint(Record, frozen=True, kw_only=True):
    """What was asked, and of which edition of the rules."""

    question: Question
    printed: date
    version: str  # of this software
    editions: Editions
    file: str = ""  # that the sheets are of; "": one sheet alone
    spoken: str = "en"  # the language of the sheets


class Lexis(Record, frozen=True, kw_only=True):
    """The words for the slugs in answers."""

    library: Library
    rules: Mapping[str, ClassRule]  # by slug


class Fact(Record, frozen=True, kw_only=True):
    """A line of the facts of a compound or of a question."""

    label: str
    text: str


class DrawingView(Record, frozen=True, kw_only=True):
    """A drawing, and what its marks are."""

    svg: str  # ours, self-contained: safe to stand in a page
    legend: tuple[str, ...]


class SubjectView(Record, frozen=True, kw_only=True):
    """A substance on a sheet."""

    name: str
    facts: tuple[Fact, ...]
    drawings: tuple[DrawingView, ...]
    undrawn: str  # why there is no drawing; "": there is one
    verdict: Verdict
    rulings: tuple[RulingView, ...]  # what holds comes first
    watched: tuple[str, ...]


class SheetView(Record, frozen=True, kw_only=True):
    """What a sheet says, on a page of its own or in another."""

    title: str
    place: str
    asked: tuple[Fact, ...]
    ages: tuple[AgeView, ...]  # how old the law is; empty: it is known for the day
    subjects: tuple[SubjectView, ...]
    whole: DrawingView | None  # of a compound of several parts, or one that has no answer
    not_assessable: str
    hint: str
    sources: tuple[Citation, ...]
    imprint: tuple[Fact, ...]


class SheetPage(Record, frozen=True, kw_only=True):
    """All that the template of a sheet prints."""

    sheet: SheetView
    index: str  # address of the index; "": there is none
    css: Markup
    policy: str


class Listed(Record, frozen=True, kw_only=True):
    """A line of the index."""

    number: int
    file: str
    compound: Compound

    @property
    def names(self) -> str:
        """Return what it was found to be."""
        return ", ".join(dict.fromkeys(each.name for each in self.compound.answers))


def lexis_of(registry: Registry, rules: Iterable[ClassRule]) -> Lexis:
    """Return the words of a registry and its class rules."""
    return Lexis(
        library=words_of(registry),
        rules={rule.slug: rule for rule in rules},
    )


def file_of(number: int) -> str:
    """Return the name of a sheet's file: by its number alone, as an id may hold anything."""
    return f"{number:06}.html"


def render_sheet(sheet: Sheet, imprint: Imprint, lexis: Lexis) -> str:
    """Return a sheet as one page of HTML that holds everything it needs.

    Args:
        sheet: The compound, its answers and drawings.
        imprint: What was asked.
        lexis: The words for slugs.

    Returns:
        HTML that can be encoded in UTF-8, whatever stands in the names.
    """
    css = static(*_STYLES)
    with speaking(imprint.spoken):
        page = SheetPage(
            sheet=sheet_view(sheet, imprint, lexis),
            index=INDEX if imprint.file else "",
            css=css,
            policy=_policy(css),
        )
        return environment().get_template("sheet.html").render(page=page)


def render_index(entries: Iterable[Listed], imprint: Imprint) -> Iterator[str]:
    """Yield the index of a folder of sheets, piece by piece as its entries come."""
    template = environment().get_template("sheets.html")
    css = static(*_STYLES)
    with speaking(imprint.spoken):
        yield from template.generate(
            entries=entries,
            file=imprint.file,
            asked=tuple(_asked(imprint.question)),
            imprint=tuple(_imprint(imprint)),
            css=css,
            policy=_policy(css),
        )


def sheet_view(sheet: Sheet, imprint: Imprint, lexis: Lexis) -> SheetView:
    """Return what a sheet says.

    Args:
        sheet: The compound, its answers and drawings.
        imprint: What was asked.
        lexis: The words for slugs.
    """
    compound = sheet.compound
    rulings = [each for subject in sheet.subjects for each in subject.answer.rulings]
    cited = number_sources(sources_of(rulings, lexis.library.regimes), lexis.library)
    names = ", ".join(dict.fromkeys(each.answer.name for each in sheet.subjects))
    title = names if len(sheet.subjects) == 1 else compound.id or compound.place or names
    place = ", ".join(part for part in (compound.place, compound.id) if part)
    return SheetView(
        title=title,
        place="" if place == title else place,
        asked=tuple(_asked(imprint.question)),
        ages=age_views(ages_of(rulings, imprint.question.day), lexis.library.regimes),
        subjects=tuple(_subject(each, cited, lexis) for each in sheet.subjects),
        whole=_whole(sheet, lexis),
        not_assessable=compound.not_assessable,
        hint=compound.hint,
        sources=tuple(cited.values()),
        imprint=tuple(_imprint(imprint)),
    )


def _policy(css: str) -> str:
    """Return a policy under which nothing loads and only our own style is taken."""
    return f"default-src 'none'; style-src {hashed(css)}; base-uri 'none'; form-action 'none'"


def _whole(sheet: Sheet, lexis: Lexis) -> DrawingView | None:
    drawings = sheet.whole.drawings if sheet.whole else ()
    return _drawing(drawings[0], lexis) if drawings else None


def _subject(subject: Subject, cited: Mapping[str, Citation], lexis: Lexis) -> SubjectView:
    portrait = subject.portrait
    undrawn = portrait.problem if portrait else words("the registry has no structure for it")
    return SubjectView(
        name=subject.answer.name,
        facts=tuple(_facts(subject)),
        drawings=tuple(_drawing(d, lexis) for d in portrait.drawings) if portrait else (),
        undrawn=undrawn,
        verdict=verdict_of(subject.answer.rulings, lexis.library.regimes, lexis.rules),
        rulings=tuple(
            ruling_view(each, cited, lexis.library.regimes, lexis.rules)
            for each in in_order(subject.answer.rulings)
        ),
        watched=subject.answer.watched,
    )


def _drawing(drawing: Drawing, lexis: Lexis) -> DrawingView:
    names = [lexis.rules[slug].name for slug in drawing.rules if slug in lexis.rules]
    regimes = [lexis.rules[slug].regime for slug in drawing.rules if slug in lexis.rules]
    legend = tuple(
        f"{lexis.library.regimes[regime].jurisdiction}: {name}"
        for regime, name in zip(regimes, names, strict=True)
    )
    return DrawingView(svg=drawing.svg, legend=legend)


def _facts(subject: Subject) -> Iterator[Fact]:
    """Yield what is known of a substance."""
    answer, portrait = subject.answer, subject.portrait
    yield Fact(label=words("Matched by"), text=word(MATCHES, answer.match))
    if answer.how:
        yield Fact(label=words("Read as"), text=answer.how)
    if answer.substance:
        yield Fact(label=words("Substance"), text=answer.substance)
    if answer.form:
        yield Fact(label=words("Form of the substance"), text=answer.form)
    if subject.cas:
        listed = (
            "CAS" if answer.match in {"name", "exact", "alias"} else words("CAS number, as listed")
        )
        yield Fact(label=listed, text=subject.cas)
    if portrait:
        yield Fact(label=words("Formula"), text=portrait.formula)
        yield Fact(label=words("Average mass"), text=f"{decimal(portrait.mass_u, 2)} u")


def _asked(question: Question) -> Iterator[Fact]:
    yield Fact(label=words("Law as of"), text=day(question.day))
    if question.route.given:
        yield Fact(label=words("Route"), text=route_in_places(question.route))
    if question.jurisdictions:
        yield Fact(label=words("Jurisdictions"), text=", ".join(question.jurisdictions))
    elif not question.route.given:
        yield Fact(label=words("Jurisdictions"), text=words("all that are loaded"))
    amounts = (
        amount_in_words(question.mass_mg, "kg", None),
        amount_in_words(question.volume_ul, "l", None),
    )
    for text in filter(None, amounts):
        yield Fact(label=words("Quantity of goods"), text=text)
    if question.percent is not None:
        yield Fact(label=words("Concentration"), text=f"{figure(f'{question.percent:f}')} %")
    if question.goods:
        yield Fact(label=words("Form of goods"), text=goods_in_words(question.goods))
    if question.history is not None:
        yield Fact(label=words("Earlier transactions"), text=number(len(question.history)))


def _imprint(imprint: Imprint) -> Iterator[Fact]:
    yield Fact(label=words("Printed on"), text=day(imprint.printed))
    yield Fact(label=words("Software"), text=f"tidewaiter {imprint.version}")
    yield Fact(label=words("Registry version"), text=imprint.editions.registry[:_SHORT])
    yield Fact(label=words("Version of the rules"), text=imprint.editions.rules[:_SHORT])
