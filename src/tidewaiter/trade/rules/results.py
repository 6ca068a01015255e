"""Results: what inspections and laboratories found in the goods of an alert."""

from collections.abc import Iterable, Mapping
from datetime import date
from functools import cache
from typing import Literal, get_args

from msgspec import structs

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.quantities import parse_percent, parse_quantity, whole
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Kind = Literal["inspection", "laboratory"]
Check = Literal["documents", "opened", "sampled"]
Strength = Literal["presumptive", "confirmatory"]
"""What a laboratory says of its result: it points to a substance, or it proves it."""

Inspected = Literal["as-declared", "not-as-declared", "not-found", "could-not-inspect"]
Analysed = Literal["identified", "not-detected", "inconclusive"]
About = Literal["substance", "absence", "papers", "party", "other"]
"""What a rule claims: that a substance is there, that it is not, that papers are wrong, that a
party is a listed one, or something of which no result speaks."""

WORDS = 4_000  # characters of a note
_SHORT = 200  # characters of any other text
_MOST = 50  # substances of one result
_SCHEMES = ((("A",), 2), (("B", "B"), 3))  # of categories, and of how many techniques together


class Finding(Record, frozen=True, kw_only=True):
    """What a result says of one substance."""

    substance: str = ""  # slug; "": the registry does not have it
    name: str = ""  # as reported
    cas: str = ""
    found: bool = True  # False: it was looked for, and not detected
    percent: str = ""  # content: "99.5"; ">=99": at least; "": not measured


class Observed(Record, frozen=True, kw_only=True):
    """What was done and found, as reported."""

    kind: Kind
    outcome: str  # a row of [inspection] or [laboratory]
    day: date
    person: str  # who inspected or analysed: an officer or a laboratory
    place: str = ""
    reference: str = ""  # the number that the report bears
    checks: tuple[Check, ...] = ()  # of an inspection
    methods: tuple[str, ...] = ()  # of a laboratory: rows of [method]
    strength: Strength | None = None  # of a laboratory
    findings: tuple[Finding, ...] = ()
    quantity: str = ""  # found, as written: "500 kg"
    mass_mg: int | None = None
    volume_ul: int | None = None
    note: str = ""


class Withdrawal(Record, frozen=True, kw_only=True):
    """That a result counts no more, and why."""

    reason: str  # a row of [withdrawal]
    note: str
    by: str
    at: str  # ISO 8601, UTC


class Result(Record, frozen=True, kw_only=True):
    """A result as it is kept. Nothing of it is ever changed."""

    id: int
    alert: str
    observed: Observed
    replaces: int | None  # id of the result that it corrects
    by: str  # who entered it
    at: str  # ISO 8601, UTC
    withdrawn: Withdrawal | None = None


class CodeRule(Record, frozen=True, kw_only=True):
    """A row that gives a code its words."""

    says: str
    note: bool = False  # words of one's own are asked for


class MethodRule(Record, frozen=True, kw_only=True):
    """A row of [method]."""

    says: str
    category: tuple[Literal["A", "B", "C"], ...]
    note: bool = False


class ResultRules(Record, frozen=True, kw_only=True):
    """data/rules/results.toml, read."""

    version: str
    inspection: Mapping[Inspected, CodeRule]
    laboratory: Mapping[Analysed, CodeRule]
    check: Mapping[Check, CodeRule]
    method: Mapping[str, MethodRule]
    withdrawal: Mapping[str, CodeRule]
    about: Mapping[About, tuple[str, ...]]
    decided: Mapping[str, tuple[About, ...]]

    def about_of(self, rule: str) -> About:
        """Return what a rule claims; one that the file does not name claims something else."""
        return next((about for about, rules in self.about.items() if rule in rules), "other")

    def speaks_of(self, reason: str) -> tuple[About, ...]:
        """Return of which claims the reason of a decision speaks."""
        return self.decided.get(reason, get_args(About))

    def outcomes(self, kind: Kind) -> Mapping[str, CodeRule]:
        """Return what can come out of an inspection or an analysis, by code."""
        if kind == "inspection":
            return {code: rule for code, rule in self.inspection.items()}  # noqa: C416
        return {code: rule for code, rule in self.laboratory.items()}  # noqa: C416


@cache
def load_result_rules() -> ResultRules:
    """Load what can be reported.

    Raises:
        RegistryError: The file is malformed, or an outcome has no row.
    """
    rules = read_toml(data("rules", "results.toml"), ResultRules)
    for name, codes in (
        ("inspection", Inspected),
        ("laboratory", Analysed),
        ("check", Check),
        ("about", About),
    ):
        missing = set(get_args(codes)) - set(getattr(rules, name))
        if missing:
            raise RegistryError(
                "trade/code-without-row", missing=min(missing), name=name, at="results.toml"
            )
    return rules


def measured(observed: Observed) -> Observed:
    """Return a report with its quantity in whole milligrams or microlitres.

    Raises:
        InputError: The quantity is neither a mass nor a volume.
    """
    if not observed.quantity.strip():
        return structs.replace(observed, mass_mg=None, volume_ul=None)
    read = parse_quantity(observed.quantity)
    if read.unit is not None and read.unit.kind == "volume":
        amount = whole(read, "volume", observed.quantity)
        return structs.replace(observed, mass_mg=None, volume_ul=amount)
    amount = whole(read, "mass", observed.quantity)
    return structs.replace(observed, mass_mg=amount, volume_ul=None)


def check_observed(observed: Observed) -> None:
    """Check that a report says something, and nothing that contradicts itself.

    Raises:
        InputError: A code is unknown, something is missing, too long, or does not fit the rest.
    """
    rules = load_result_rules()
    outcomes = rules.outcomes(observed.kind)
    if observed.outcome not in outcomes:
        raise InputError(
            "trade/outcome-impossible", outcome=observed.outcome, outcomes=", ".join(outcomes)
        )
    if not observed.person.strip():
        raise InputError("trade/person-missing")
    _check_lengths(observed)
    if observed.kind == "inspection":
        _check_inspection(observed)
    else:
        _check_analysis(observed, rules)
    _check_findings(observed.findings)
    asked = [outcomes[observed.outcome].note]
    asked += [rules.method[each].note for each in observed.methods]
    if any(asked) and not observed.note.strip():
        raise InputError("trade/note-missing")


def check_withdrawal(reason: str, note: str) -> None:
    """Check that a result can be withdrawn so.

    Raises:
        InputError: The reason is unknown, or words are missing or too long.
    """
    rows = load_result_rules().withdrawal
    if reason not in rows:
        raise InputError("trade/not-a-reason-to-withdraw", reason=reason, rows=", ".join(rows))
    if rows[reason].note and not note.strip():
        raise InputError("trade/reason-needs-note", reason=reason)
    if len(note) > WORDS:
        raise InputError("trade/note-too-long", count=len(note), words=WORDS)


def standing_results(results: Iterable[Result]) -> list[Result]:
    """Return the results that count: neither withdrawn, nor superseded by one that is not.

    Args:
        results: Of one alert, in the order in which they were entered.
    """
    gone: set[int] = set()
    counting = []
    for each in sorted(results, key=lambda each: -each.id):
        if each.withdrawn is not None:
            continue
        if each.id not in gone:
            counting.append(each)
        if each.replaces is not None:
            gone.add(each.replaces)
    return counting[::-1]


def is_confirmatory(categories: Iterable[Iterable[str]]) -> bool:
    """Tell whether techniques of these categories can prove a substance together."""
    parts = [category for method in categories for category in method]
    return any(
        len(parts) >= together and all(parts.count(each) >= need.count(each) for each in need)
        for need, together in _SCHEMES
    )


def _check_inspection(observed: Observed) -> None:
    if observed.methods or observed.strength:
        raise InputError("trade/inspection-with-methods")
    declared = observed.outcome in {"as-declared", "not-as-declared"}
    if declared and not observed.checks:
        raise InputError("trade/nothing-checked", check=", ".join(get_args(Check)))
    if observed.findings and not declared:
        raise InputError("trade/findings-without-inspection")


def _check_analysis(observed: Observed, rules: ResultRules) -> None:
    if observed.checks:
        raise InputError("trade/laboratory-with-checks")
    unknown = [each for each in observed.methods if each not in rules.method]
    if unknown or not observed.methods:
        known = ", ".join(rules.method)
        if unknown:
            raise InputError("trade/not-a-known-method", unknown=unknown[0], known=known)
        raise InputError("trade/no-method-named", known=known)
    if observed.strength is None:
        raise InputError("trade/strength-missing")
    used = [rules.method[each].category for each in dict.fromkeys(observed.methods)]
    if observed.strength == "confirmatory" and not is_confirmatory(used):
        raise InputError("trade/methods-prove-nothing")
    found = [each.found for each in observed.findings]
    fits = {
        "identified": any(found),
        "not-detected": bool(found) and not any(found),
        "inconclusive": not found,
    }
    if not fits[observed.outcome]:
        hints = {
            "identified": "name a substance that was found",
            "not-detected": "name what was looked for, and nothing that was found",
            "inconclusive": "leave the substances out",
        }
        raise InputError(
            "trade/outcome-contradicts-findings",
            outcome=observed.outcome,
            hints=hints[observed.outcome],
        )


def _check_findings(findings: tuple[Finding, ...]) -> None:
    if len(findings) > _MOST:
        raise InputError("trade/too-many-substances", count=len(findings), most=_MOST)
    named: set[str] = set()
    for each in findings:
        name = each.substance or each.cas or each.name.strip().casefold()
        if not name:
            raise InputError("trade/substance-without-name")
        if name in named:
            raise InputError("trade/substance-named-twice", name=name)
        named.add(name)
        if each.percent and not each.found:
            raise InputError("trade/not-detected-with-content", name=name)
        if each.percent:
            parse_percent(each.percent, ".")


def _check_lengths(observed: Observed) -> None:
    texts = [observed.person, observed.place, observed.reference, observed.quantity]
    texts += [text for each in observed.findings for text in (each.name, each.cas, each.substance)]
    for text in texts:
        if len(text) > _SHORT:
            raise InputError("trade/text-too-long", count=len(text), short=_SHORT)
    if len(observed.note) > WORDS:
        raise InputError("trade/note-too-long", count=len(observed.note), words=WORDS)
