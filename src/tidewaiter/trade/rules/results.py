"""Results of inspections and laboratories on the goods of an alert."""

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
"""Strength of a laboratory result: presumptive or confirmatory."""

Inspected = Literal["as-declared", "not-as-declared", "not-found", "could-not-inspect"]
Analysed = Literal["identified", "not-detected", "inconclusive"]
About = Literal["substance", "absence", "papers", "party", "other"]
"""Subject of a rule's claim: presence of a substance, its absence, incorrect documents, a listed
party, or something that results cannot decide.
"""

WORDS = 4_000  # characters of a note
_SHORT = 200  # characters of other texts
_MOST = 50  # substances per result
_SCHEMES = ((("A",), 2), (("B", "B"), 3))  # technique categories, and techniques required together


class Finding(Record, frozen=True, kw_only=True):
    """A result for one substance."""

    substance: str = ""  # slug; "": not in the registry
    name: str = ""  # as reported
    cas: str = ""
    found: bool = True  # False: tested for, and not detected
    percent: str = ""  # content: "99.5"; ">=99": at least; "": not measured


class Observed(Record, frozen=True, kw_only=True):
    """Actions and findings, as reported."""

    kind: Kind
    outcome: str  # row of [inspection] or [laboratory]
    day: date
    person: str  # inspector or analyst: an officer or a laboratory
    place: str = ""
    reference: str = ""  # report number
    checks: tuple[Check, ...] = ()  # for an inspection
    methods: tuple[str, ...] = ()  # for a laboratory: rows of [method]
    strength: Strength | None = None  # for a laboratory
    findings: tuple[Finding, ...] = ()
    quantity: str = ""  # quantity found, as written: "500 kg"
    mass_mg: int | None = None
    volume_ul: int | None = None
    note: str = ""


class Withdrawal(Record, frozen=True, kw_only=True):
    """Withdrawal of a result, with the reason."""

    reason: str  # row of [withdrawal]
    note: str
    by: str
    at: str  # ISO 8601, UTC


class Result(Record, frozen=True, kw_only=True):
    """A stored result, immutable."""

    id: int
    alert: str
    observed: Observed
    replaces: int | None  # id of the result that it corrects
    by: str  # user who entered it
    at: str  # ISO 8601, UTC
    withdrawn: Withdrawal | None = None


class CodeRule(Record, frozen=True, kw_only=True):
    """A row with the text of a code."""

    says: str
    note: bool = False  # a free-text note is required


class MethodRule(Record, frozen=True, kw_only=True):
    """A row of [method]."""

    says: str
    category: tuple[Literal["A", "B", "C"], ...]
    note: bool = False


class ResultRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/results.toml."""

    version: str
    inspection: Mapping[Inspected, CodeRule]
    laboratory: Mapping[Analysed, CodeRule]
    check: Mapping[Check, CodeRule]
    method: Mapping[str, MethodRule]
    withdrawal: Mapping[str, CodeRule]
    about: Mapping[About, tuple[str, ...]]
    decided: Mapping[str, tuple[About, ...]]

    def about_of(self, rule: str) -> About:
        """Return the subject of a rule's claim; "something else" for rules not in the file."""
        return next((about for about, rules in self.about.items() if rule in rules), "other")

    def speaks_of(self, reason: str) -> tuple[About, ...]:
        """Return the claims affected by a decision reason."""
        return self.decided.get(reason, get_args(About))

    def outcomes(self, kind: Kind) -> Mapping[str, CodeRule]:
        """Return the possible outcomes of an inspection or an analysis, by code."""
        if kind == "inspection":
            return {code: rule for code, rule in self.inspection.items()}  # noqa: C416
        return {code: rule for code, rule in self.laboratory.items()}  # noqa: C416


@cache
def load_result_rules() -> ResultRules:
    """Load the codes for results.

    Raises:
        RegistryError: The file is invalid, or an outcome has no row.
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
            hint = "give each code its row"
            raise RegistryError(
                f'"{min(missing)}" has no row in {name}', at="results.toml", hint=hint
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
    """Check that a report is complete and consistent.

    Raises:
        InputError: A code is unknown, or something is missing, too long, or inconsistent.
    """
    rules = load_result_rules()
    outcomes = rules.outcomes(observed.kind)
    if observed.outcome not in outcomes:
        _refuse(f'"{observed.outcome}" cannot come out of it', f"there are: {', '.join(outcomes)}")
    if not observed.person.strip():
        _refuse("nobody is named who did it", "name the officer, the team or the laboratory")
    _check_lengths(observed)
    if observed.kind == "inspection":
        _check_inspection(observed)
    else:
        _check_analysis(observed, rules)
    _check_findings(observed.findings)
    asked = [outcomes[observed.outcome].note]
    asked += [rules.method[each].note for each in observed.methods]
    if any(asked) and not observed.note.strip():
        _refuse("words of your own are missing", "say in the note what it was, and why")


def check_withdrawal(reason: str, note: str) -> None:
    """Validate the withdrawal of a result.

    Raises:
        InputError: The reason is unknown, or the note is missing or too long.
    """
    rows = load_result_rules().withdrawal
    if reason not in rows:
        _refuse(f'"{reason}" is no reason to withdraw a result', f"there are: {', '.join(rows)}")
    if rows[reason].note and not note.strip():
        _refuse(f'the reason "{reason}" needs words of your own', "say in the note what it is")
    if len(note) > WORDS:
        _refuse(f"the note has {len(note):,} characters", f"write at most {WORDS:,}")


def standing_results(results: Iterable[Result]) -> list[Result]:
    """Return the valid results: neither withdrawn, nor superseded by one that is not.

    Args:
        results: Results of one alert, in the order of entry.
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
    """Return whether techniques of these categories together are confirmatory."""
    parts = [category for method in categories for category in method]
    return any(
        len(parts) >= together and all(parts.count(each) >= need.count(each) for each in need)
        for need, together in _SCHEMES
    )


def _check_inspection(observed: Observed) -> None:
    if observed.methods or observed.strength:
        _refuse(
            "an inspection has no methods", "record what the laboratory found as its own result"
        )
    declared = observed.outcome in {"as-declared", "not-as-declared"}
    if declared and not observed.checks:
        hint = f"say what was done: {', '.join(get_args(Check))}"
        _refuse("nothing was checked", hint)
    if observed.findings and not declared:
        _refuse("goods that were not seen hold no substance", "leave the substances out")


def _check_analysis(observed: Observed, rules: ResultRules) -> None:
    if observed.checks:
        _refuse("a laboratory checks no papers", "record the inspection as its own result")
    unknown = [each for each in observed.methods if each not in rules.method]
    if unknown or not observed.methods:
        told = f'"{unknown[0]}" is no known method' if unknown else "no method is named"
        _refuse(told, f"there are: {', '.join(rules.method)}")
    if observed.strength is None:
        _refuse("it is not said what the result is worth", "say presumptive or confirmatory")
    used = [rules.method[each].category for each in dict.fromkeys(observed.methods)]
    if observed.strength == "confirmatory" and not is_confirmatory(used):
        hint = "a technique of category A and another, or three with two of B; else: presumptive"
        _refuse("these methods alone prove no substance", hint)
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
        _refuse(f'"{observed.outcome}" does not fit the substances', hints[observed.outcome])


def _check_findings(findings: tuple[Finding, ...]) -> None:
    if len(findings) > _MOST:
        _refuse(f"{len(findings)} substances are named", f"name at most {_MOST}")
    named: set[str] = set()
    for each in findings:
        name = each.substance or each.cas or each.name.strip().casefold()
        if not name:
            _refuse("a substance has no name", "give its slug, its name or its CAS number")
        if name in named:
            _refuse(f'"{name}" is named twice', "say of each substance one thing")
        named.add(name)
        if each.percent and not each.found:
            _refuse(f'"{name}" was not detected and has a content', "leave the content out")
        if each.percent:
            parse_percent(each.percent, ".")


def _check_lengths(observed: Observed) -> None:
    texts = [observed.person, observed.place, observed.reference, observed.quantity]
    texts += [text for each in observed.findings for text in (each.name, each.cas, each.substance)]
    for text in texts:
        if len(text) > _SHORT:
            _refuse(f"a text has {len(text):,} characters", f"write at most {_SHORT}")
    if len(observed.note) > WORDS:
        _refuse(f"the note has {len(observed.note):,} characters", f"write at most {WORDS:,}")


def _refuse(what: str, hint: str) -> None:
    raise InputError(what, hint=hint)
