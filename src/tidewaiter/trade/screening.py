"""Screening: a pure function from a batch of lines to scored alerts with reason codes."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from collections.abc import Set as AbstractSet
from datetime import date
from functools import cache
from typing import Any, NamedTuple

import pyarrow as pa
from msgspec import structs

from tidewaiter.base.phrases import Phrase
from tidewaiter.base.records import Record
from tidewaiter.identify import Identifier
from tidewaiter.law.answers import Route
from tidewaiter.law.controls import state_on
from tidewaiter.law.registry import Registry
from tidewaiter.law.types import Control, Substance
from tidewaiter.trade.alerts import apart, identity, is_restricted, open_match, score_of
from tidewaiter.trade.amounts import form_of_line, is_alone
from tidewaiter.trade.applicable_law import Freed, Law, RoutedLaw
from tidewaiter.trade.line_checks import (
    check_imprints,
    check_line,
    check_transport,
    evidence_of,
    is_named,
    is_sure,
    reason,
    vague_lines,
)
from tidewaiter.trade.mentions import (
    Find,
    Flaw,
    Refuter,
    by_substance,
    edits_of,
    find_all,
    mention_of,
    same_place,
)
from tidewaiter.trade.party_matches import (
    PartyFinder,
    Unmatched,
    match_parties,
    reasons_of_parties,
    uncompared_names,
)
from tidewaiter.trade.readers.passthrough_columns import only_lines, with_kept
from tidewaiter.trade.routes import route_of
from tidewaiter.trade.rules.alert_rules import AlertRules
from tidewaiter.trade.rules.plugins import NOT_ASKED, Asked, Seen, ask_plugins, plugin_rules
from tidewaiter.trade.rules.reduced_weights import switched_reasons
from tidewaiter.trade.types import Alert, Evidence, Line, PartyMatch, Reason, Refusal, line_of
from tidewaiter.trade.unmapped_columns import OTHER

_FIELDS = {
    "goods": "description",
    "commercial": "commercial description",
    "cas": "CAS column",
    "hs": "HS column",
    "un": "UN column",
    "cus": "CUS column",
    OTHER: "other text",
}
_MOST = 100  # mentions shown per line
_CODES = frozenset({"hs", "unno"})  # code numbers, which identify nothing for certain
_MORE = 4  # substances of a line that add points
_RULES = "tidewaiter-rules"


class Weighed(NamedTuple):
    """Law on a substance on the day, with its weight."""

    name: str  # name of the substance, or of its form if its legal status differs
    held: tuple[Control, ...]  # controls that contribute
    points: int = 0
    why: str = "Not controlled on that date"
    control: Control | None = None  # control with the highest weight


_Laws = Mapping[int, Weighed]  # by substance index


class Weigher:
    """Scores lines; shared by all lines of a screening."""

    def __init__(
        self, registry: Registry, rules: AlertRules, day: date, *, file: str, source: str
    ) -> None:
        """Create a weigher for one day's law and one file.

        Args:
            registry: Substances.
            rules: Points.
            day: Day of the law.
            file: Name of the file, shown in alerts.
            source: SHA-256 of the file; part of an alert's identity.
        """
        self.registry = registry
        self.rules = rules
        self.day = day
        self.file = file
        self.source = source
        for regime in registry.regimes.values():  # report an invalid grade before the first line
            for schedule in regime.grades:
                rules.weight(schedule, regime)
        self._law_of = cache(self._weigh_law)
        self._refuter = Refuter(rules.groups)
        self._routed = RoutedLaw(registry, registry.book, day)
        self._elsewhere = cache(self._routed.is_elsewhere)

    def weigh(
        self,
        line: Line,
        finds: Sequence[Find],
        flaws: Sequence[Flaw],
        *,
        vague: bool,
        parties: Sequence[PartyMatch] = (),
        further: Sequence[Reason] = (),
    ) -> Alert | None:
        """Score one line.

        Args:
            line: The line.
            finds: Substances found in it, by any evidence.
            flaws: CAS numbers that are invalid or of other chemicals.
            vague: Its description lacks what its chapter requires.
            parties: List matches of its parties, most probable first.
            further: Reasons from plug-in rules.

        Returns:
            The alert; None if its score is too low.
        """
        finds = self.settled(line, finds, flaws)
        weighed = self._weighed(line, finds)
        ranked = self._ranked(finds, weighed)
        laws = self._laws(line, finds, ranked)
        reasons = [made for place in ranked for made in self._of(place, ranked, finds, weighed)]
        top = self._surely_named(ranked, finds)
        reasons.extend(check_line(line, top, finds, flaws, self.rules))
        reasons.extend(check_imprints(line, finds, self.registry.substances, self.rules))
        if vague and all(find.finding.how in _CODES for find in finds):
            reasons.append(self._vague(line))
        if laws and laws[0].freed:
            reasons.extend(self._freed(weighed[ranked[0]], laws[0].freed, reasons))
        reasons.extend(further)
        named = tuple(parties) if reasons or line.seq <= 1 else ()
        about_parties = list(reasons_of_parties(named, self.rules))
        if reasons or about_parties:
            reasons.extend((*check_transport(line, self.rules), *about_parties))
        reasons = switched_reasons(reasons, self.rules)
        alert = self._alert(line, ranked, reasons, weighed)
        return None if alert is None else self._with_findings(alert, finds, laws, named)

    def _with_findings(
        self, alert: Alert, finds: Sequence[Find], laws: Sequence[Law], named: Sequence[PartyMatch]
    ) -> Alert:
        """Add the substances, the law and the parties that an alert is about."""
        known = self.registry.substances
        mentions = tuple(mention_of(find, known[find.finding.substance]) for find in finds[:_MOST])
        restricted = any(map(is_restricted, named))
        shown = filter(None, map(open_match, named))
        about = self.source, alert.line, mentions, alert.reasons
        return structs.replace(
            alert,
            id=identity(*about, named),
            mentions=mentions,
            law=tuple(held for law in laws for held in law.holdings),
            law_open=tuple(dict.fromkeys(why for law in laws for why in law.open)),
            parties=tuple(named),
            restricted=restricted,
            open_id=identity(*about, shown) if restricted else "",
        )

    def settled(self, line: Line, finds: Sequence[Find], flaws: Sequence[Flaw]) -> list[Find]:
        """Return the finds that count on the day, downgraded where the line's codes refute them."""
        route = route_of(line) if finds else Route()
        concerning = [find for find in finds if self._concerns(find, route)]
        return self._refuter.refute(line, concerning, flaws, self.registry.substances)

    def seen(
        self,
        line: Line,
        finds: Sequence[Find],
        flaws: Sequence[Flaw],
        parties: Iterable[PartyMatch],
    ) -> Seen:
        """Return the input of plug-in rules for a line, without restricted information."""
        known = self.registry.substances
        settled = self.settled(line, finds, flaws)
        return Seen(
            mentions=tuple(mention_of(find, known[find.finding.substance]) for find in settled),
            parties=tuple(filter(None, map(open_match, parties))),
        )

    def _alert(
        self, line: Line, ranked: Sequence[int], reasons: Sequence[Reason], weighed: _Laws
    ) -> Alert | None:
        """Create the alert of a line, without its findings; None: its score is too low."""
        score = score_of(reasons)
        severity = self.rules.severity.of(score)
        if severity is None:
            return None
        due = line.release or line.arrival
        days_left = (due - self.day).days if due else None
        return Alert(
            id="",
            file=self.file,
            row=line.row,
            consignment=line.consignment,
            seq=line.seq,
            day=self.day,
            severity=severity,
            score=score,
            rank=self.rules.rank_of(score, days_left, reasons),
            due=due,
            days_left=days_left,
            substances=tuple(self.registry.substances[place].slug for place in ranked),
            title=self._title(ranked, reasons, weighed),
            line=line,
            mentions=(),
            reasons=tuple(reasons),
            law=(),
        )

    def _laws(self, line: Line, finds: Sequence[Find], ranked: Sequence[int]) -> list[Law]:
        """Look up the law on each substance of a line, for its route and amount."""
        route, mine, alone = route_of(line), by_substance(finds), is_alone(finds)
        return [
            self._routed.of(place, route, line, mine[place], alone=alone)
            for place in ranked[:_MOST]
        ]

    def _concerns(self, find: Find, route: Route) -> bool:
        """Return whether a find is of a substance, or of a class in force on the day.

        What only nations that the route does not touch control concerns nobody here.
        """
        place = find.finding.substance
        substance = self.registry.substances[place]
        if self._elsewhere(place, route):
            return False
        return substance.kind != "class" or any(
            state_on(control, self.day) in {"held", "proposed"} for control in substance.controls
        )

    def _freed(
        self, weighed: Weighed, freed: Sequence[Freed], reasons: Sequence[Reason]
    ) -> Iterator[Reason]:
        """Offset the points of controls that exempt the goods; the line stays an alert."""
        rule = self.rules.check["free"]
        score, least = sum(made.points for made in reasons), self.rules.severity.low
        left_out: set[str] = set()
        points = weighed.points
        for law in freed:
            left_out.add(law.regime)
            rest = self._rest(weighed, left_out)
            off = max(rest - points, rule.points, min(0, least - score))
            regime = self.registry.regimes[law.regime].name
            says = rule.says("free", regime=regime, why=law.says)
            yield Reason(rule="free", says=says, points=off, source=law.source)
            points, score = rest, score + off

    def _vague(self, line: Line) -> Reason:
        """Return the reason for a vague description."""
        goods = line.goods or ""
        evidence = Evidence(field="goods", start=0, end=len(goods), text=goods)
        return reason(self.rules, "vague", evidence, chapter=(line.hs or "")[:2])

    def _weighed(self, line: Line, finds: Sequence[Find]) -> _Laws:
        """Look up the law on each substance of a line, in its form."""
        route = route_of(line) if finds else Route()
        weighed = {}
        for place, mine in by_substance(finds).items():
            form = form_of_line(mine, self.registry.substances[place].cas)
            routed = form is not None or self._routed.depends_on_route(place)
            weighed[place] = self._law_of(place, form, route if routed else Route())
        return weighed

    def _ranked(self, finds: Sequence[Find], weighed: _Laws) -> list[int]:
        """Return the substances found, highest weight first."""
        best: dict[int, tuple[int, float]] = {}
        for find in finds:
            place = find.finding.substance
            weight = weighed[place].points + self._evidence(find)[1]
            best[place] = max(best.get(place, (-1000, 0.0)), (weight, find.finding.score))
        return sorted(best, key=lambda place: (-best[place][0], -best[place][1], place))

    def _surely_named(self, ranked: Sequence[int], finds: Sequence[Find]) -> Substance | None:
        """Return the substance with the highest weight if the goods give its full name."""
        named = {f.finding.substance for f in finds if is_named(f) and f.field != OTHER}
        sure = {find.finding.substance for find in finds if is_sure(find)}
        top = next((place for place in ranked if place in named), None)
        return self.registry.substances[top] if top in sure and top is not None else None

    def _weigh_law(self, place: int, form: str | None, route: Route) -> Weighed:
        """Look up the law on the day; cached per substance, form and route."""
        name, held = self._routed.weighing(place, form, route)
        rows = [Weighed(name, held, *self._weight(control), control) for control in held]
        return max(rows, key=lambda each: each.points, default=Weighed(name, held))

    def _weight(self, control: Control) -> tuple[int, str]:
        return self.rules.weight(control.schedule, self.registry.regimes[control.regime])

    def _rest(self, weighed: Weighed, left_out: AbstractSet[str]) -> int:
        """Return the highest weight of the controls, excluding some instruments."""
        weights = (self._weight(c)[0] for c in weighed.held if c.regime not in left_out)
        return max(weights, default=0)

    def _evidence(self, find: Find) -> tuple[str, int]:
        """Return the rule of a find, and its points less mitigating evidence."""
        found = find.finding
        rule = found.how
        if found.how == "fuzzy":
            rule = f"fuzzy-{edits_of(found)}"
        elif found.tier == "weak" and found.how in {"exact", "squeezed"}:
            rule = "weak"
        elif found.tier == "weak" and found.how in {"name", "structure"}:
            rule = "variant"
        against = self.rules.evidence["downgraded"].points if found.downgraded else 0
        if find.field == OTHER:
            against += self.rules.evidence["other-text"].points
        return rule, self.rules.evidence[rule].points + against

    def _of(
        self, place: int, ranked: Sequence[int], finds: Sequence[Find], weighed: _Laws
    ) -> Iterator[Reason]:
        """Yield the reasons for one substance: the first counts in full, others partially."""
        law = weighed[place]
        mine = [find for find in finds if find.finding.substance == place]
        best = max(mine, key=lambda find: (self._evidence(find)[1], find.finding.score))
        if place != ranked[0]:
            first = [find for find in finds if find.finding.substance == ranked[0]]
            same = best.finding.how == "class" and any(same_place(best, find) for find in first)
            weak = same or best.finding.downgraded or self._evidence(best)[1] < 0
            more = self._reason("more", best, name=law.name)
            void = weak or ranked.index(place) >= _MORE
            yield structs.replace(more, points=0) if void else more
            return
        if law.control is not None:
            yield Reason(
                rule="control",
                points=law.points,
                source=law.control.source,
                says=self._listed("control", law.name, law.control, listing=law.why),
            )
        rule, _ = self._evidence(best)
        yield self._reason(rule, best, name=law.name, field=_FIELDS.get(best.field, best.field))
        if best.field == OTHER:
            yield self._reason("other-text", best, column=f'"{best.column}"')
        for against in best.finding.downgraded[:1]:
            yield self._reason("downgraded", best, why=against)
        ways = {
            find.finding.how == "cas"
            for find in mine
            if not find.finding.downgraded and find.finding.how not in _CODES
        }
        if len(ways) > 1:
            yield self._reason("both", None, name=law.name)

    def _reason(self, rule: str, find: Find | None, **told: Any) -> Reason:
        """Return the reason that a rule of evidence gives, for a find or for all of them."""
        made = self.rules.evidence[rule]
        return Reason(
            rule=rule,
            says=made.says(rule, **told),
            points=made.points,
            source=_RULES,
            evidence=None if find is None else evidence_of(find),
        )

    def _listed(self, code: str, name: str, control: Control, **more: str) -> Phrase:
        """Describe a substance with its control."""
        regime = self.registry.regimes[control.regime].name
        return Phrase(code, name=name, regime=regime, schedule=control.schedule, **more)

    def _title(self, ranked: Sequence[int], reasons: Sequence[Reason], weighed: _Laws) -> Phrase:
        """Return the title of the alert."""
        if not ranked:
            return reasons[0].says
        law = weighed[ranked[0]]
        title = Phrase("title/unlisted", name=law.name)
        if law.control:
            title = self._listed("title/listed", law.name, law.control)
        if len(ranked) > 1:
            title = Phrase("title/more", name=title, figure=len(ranked) - 1)
        return title


class Screened(Record, frozen=True, kw_only=True):
    """Result of screening a batch."""

    alerts: Sequence[Alert]  # in line order
    lines: int
    noted: int  # lines with findings below the alert threshold
    unread: int = 0  # lines with a systematic name that could not be parsed
    unknown: int = 0  # lines with an apparent systematic name unknown to OPSIN
    scripts: Mapping[str, int] = {}  # party names that cannot be compared across scripts
    refusals: tuple[Refusal, ...] = ()  # failed plug-in rules


class Screener:
    """Screens the batches of one file."""

    def __init__(
        self, identifier: Identifier, rules: AlertRules, finder: PartyFinder | None = None
    ) -> None:
        """Set the components.

        Args:
            identifier: Finds substances.
            rules: Points.
            finder: Finds parties in the lists of the day; None: no list matching.
        """
        self._identifier = identifier
        self._rules = rules
        self._finder = finder
        self._unmatched = Unmatched()
        self._last: Weigher | None = None

    def _weigher(self, day: date, file: str, source: str) -> Weigher:
        """Return the weigher of the preceding batch if it is for the same file and day."""
        last = self._last
        if last is None or (last.day, last.file, last.source) != (day, file, source):
            registry = self._identifier.lexicon.registry
            last = self._last = Weigher(registry, self._rules, day, file=file, source=source)
        return last

    def screen(self, batch: pa.RecordBatch, day: date, file: str, source: str) -> Screened:
        """Screen a batch.

        Args:
            batch: Batch with the schema LINES.
            day: Day of the law.
            file: Name of the file, shown in alerts.
            source: SHA-256 of the file; part of an alert's identity.
        """
        weigher = self._weigher(day, file, source)
        finds, flaws = find_all(batch, self._identifier)
        vague = set(vague_lines(batch, self._rules.vague))
        wrong = {
            line
            for line, found in flaws.items()
            if any(f.defect.kind == "cas-digit" for f in found)
        }
        finder, unmatched = self._finder, self._unmatched
        parties = match_parties(batch, finder, unmatched) if finder else {}
        asked = self._asked(weigher, batch, finds, flaws, parties) if plugin_rules() else NOT_ASKED
        places = finds.keys() | vague | wrong | parties.keys() | asked.reasons.keys()
        alerts: dict[int, Alert] = {}
        for place, line in _lines_at(batch, places):
            found, wrongs = finds.get(place, []), flaws.get(place, [])
            alert = weigher.weigh(
                line,
                found,
                wrongs,
                vague=place in vague,
                parties=parties.get(place, ()),
                further=asked.reasons.get(place, ()),
            )
            if alert is not None:
                alerts[place] = alert
        return Screened(
            alerts=with_kept(batch, apart(alerts)),
            lines=len(batch),
            noted=len(places) - len(alerts),
            unread=_lines_with(flaws, "name-unread"),
            unknown=_lines_with(flaws, "name-unknown"),
            scripts=uncompared_names(batch) if self._finder else {},
            refusals=asked.refusals,
        )

    def _asked(
        self,
        weigher: Weigher,
        batch: pa.RecordBatch,
        finds: Mapping[int, Sequence[Find]],
        flaws: Mapping[int, Sequence[Flaw]],
        parties: Mapping[int, Sequence[PartyMatch]],
    ) -> Asked:
        """Run the plug-in rules on a batch and its findings."""
        seen = {
            place: weigher.seen(
                line, finds.get(place, ()), flaws.get(place, ()), parties.get(place, ())
            )
            for place, line in _lines_at(batch, finds.keys() | parties.keys())
        }
        return ask_plugins(only_lines(batch), seen, self._rules.plugins)


def _lines_at(batch: pa.RecordBatch, places: Collection[int]) -> Iterator[tuple[int, Line]]:
    """Yield some lines of a batch as records, in order."""
    ordered = sorted(places)
    rows = only_lines(batch).take(pa.array(ordered, pa.int64())).to_pylist()
    yield from zip(ordered, map(line_of, rows), strict=True)


def _lines_with(flaws: Mapping[int, Sequence[Flaw]], kind: str) -> int:
    return sum(any(flaw.defect.kind == kind for flaw in found) for found in flaws.values())
