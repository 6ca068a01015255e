"""Checks: what the papers of one line say against each other."""

from collections.abc import Iterator, Sequence

from tidewaiter.consignments.finds import Find, Flaw
from tidewaiter.consignments.othertext import OTHER
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Evidence, Line, Reason
from tidewaiter.substances.types import Substance

_NAMED = frozenset({"exact", "squeezed", "fuzzy", "name", "structure"})
_SOURCE = "tidewaiter-rules"
_HEADING, _SUBHEADING = 4, 6  # digits of an HS code


def is_named(find: Find) -> bool:
    """Tell whether a find is a name in the text that nothing speaks against."""
    return find.finding.how in _NAMED and not find.finding.downgraded


def is_sure(find: Find) -> bool:
    """Tell whether a find is a full name as it is written, so that other papers can contradict it.

    A word that is near to a name, a short name, or a word of other text may be something else: a
    code that does not fit is then evidence against the find, not against the papers.
    """
    return (
        is_named(find)
        and find.field != OTHER
        and find.finding.how != "fuzzy"
        and find.finding.tier == "strong"
    )


def evidence_of(find: Find) -> Evidence:
    """Return where a find stands."""
    found = find.finding
    return Evidence(
        field=find.field, start=found.start, end=found.end, text=found.text, column=find.column
    )


def reason(rules: AlertRules, rule: str, evidence: Evidence | None, **words: str) -> Reason:
    """Fill in the sentence of one check."""
    made = rules.check[rule]
    text = made.text.format(**words)
    return Reason(rule=rule, text=text, points=made.points, source=_SOURCE, evidence=evidence)


def check_line(
    line: Line,
    substance: Substance | None,
    finds: Sequence[Find],
    flaws: Sequence[Flaw],
    rules: AlertRules,
) -> Iterator[Reason]:
    """Yield what speaks against the papers of a line.

    Args:
        line: The line.
        substance: The one that matters most, where the text surely names it; else None.
        finds: Of the whole line.
        flaws: Its CAS numbers that are wrong or of other chemicals.
        rules: The points and sentences.
    """
    if substance is not None:
        declared = [find for find in finds if find.field != OTHER]
        yield from _check_hs(line, substance, rules)
        yield from _check_cas(substance, declared, flaws, rules)
        yield from _check_un(line, substance, declared, rules)
    yield from _check_hidden(finds, rules)
    for flaw in flaws:
        if flaw.defect.kind == "cas-digit":
            yield reason(rules, "cas-digit", _stands(flaw), cas=flaw.defect.text)


def _stands(flaw: Flaw) -> Evidence:
    defect = flaw.defect
    return Evidence(field=flaw.field, start=defect.start, end=defect.end, text=defect.text)


def _check_hs(line: Line, substance: Substance, rules: AlertRules) -> Iterator[Reason]:
    """Compare the HS code with those that the substance belongs in, as far as both go."""
    code = line.hs or ""
    own = [hs.replace(".", "") for hs in substance.hs]
    if len(code) < _HEADING or not own or code[:2] in rules.groups.hs:
        return
    width = _SUBHEADING if len(code) >= _SUBHEADING else _HEADING
    if not any(code[:width] == hs[:width] for hs in own):
        evidence = Evidence(field="hs", start=0, end=len(code), text=code)
        yield reason(
            rules,
            "hs-mismatch",
            evidence,
            hs=code,
            name=substance.name,
            own=" or ".join(substance.hs),
        )


def _check_cas(
    substance: Substance, finds: Sequence[Find], flaws: Sequence[Flaw], rules: AlertRules
) -> Iterator[Reason]:
    """Compare the CAS numbers of a line with the one substance that it names."""
    named = {find.finding.substance for find in finds if is_named(find)}
    numbers = [find for find in finds if find.finding.how == "cas"]
    if len(named) != 1 or any(find.finding.substance in named for find in numbers):
        return
    for find in numbers[:1]:
        yield reason(
            rules, "cas-mismatch", evidence_of(find), name=substance.name, cas=find.finding.text
        )
    others = [flaw for flaw in flaws if flaw.defect.kind == "cas-other"]
    for flaw in others[: 0 if numbers else 1]:
        yield reason(
            rules, "cas-mismatch", _stands(flaw), name=substance.name, cas=flaw.defect.text
        )


def _check_un(
    line: Line, substance: Substance, finds: Sequence[Find], rules: AlertRules
) -> Iterator[Reason]:
    """Compare the UN number with the substance's own."""
    if line.un is None or not substance.un or line.un in substance.un:
        return
    named = {find.finding.substance for find in finds if is_named(find)}
    if line.un not in rules.groups.un and len(named) == 1:
        evidence = Evidence(field="un", start=0, end=len(line.un), text=line.un)
        yield reason(
            rules,
            "un-mismatch",
            evidence,
            un=line.un,
            name=substance.name,
            own=" or ".join(substance.un),
        )


def _check_hidden(finds: Sequence[Find], rules: AlertRules) -> Iterator[Reason]:
    """Point at letters of other scripts and invisible characters inside a name."""
    for find in finds:
        for text in find.finding.reasons:
            if is_named(find) and text.startswith(("letters of another", "invisible")):
                yield reason(rules, "hidden", evidence_of(find), what=text)
                return
