"""Checks of one line: contradictory documents, invalid transport numbers, vague descriptions."""

import re
from collections.abc import Iterator, Sequence
from functools import cache
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from tidewaiter.base.plain_text import plain
from tidewaiter.law.types import Substance
from tidewaiter.parties.identifiers.validation import check_number
from tidewaiter.trade.check_digits import (
    awb_digit,
    check_postal_number,
    container_digit,
    is_eori,
    is_locode,
)
from tidewaiter.trade.mentions import Find, Flaw
from tidewaiter.trade.rules.alert_rules import AlertRules, Vague
from tidewaiter.trade.transport_modes import mode_of
from tidewaiter.trade.types import Evidence, Line, Reason
from tidewaiter.trade.unmapped_columns import OTHER

_NAMED = frozenset({"exact", "squeezed", "disguised", "fuzzy", "name", "structure"})
_SOURCE = "tidewaiter-rules"
_HEADING, _SUBHEADING = 4, 6  # digits of an HS code


def is_named(find: Find) -> bool:
    """Return whether a find is a name in the text without mitigating evidence."""
    return find.finding.how in _NAMED and not find.finding.downgraded


def is_sure(find: Find) -> bool:
    """Return whether a find is an exact full name, so that other data can contradict it.

    A close spelling, a short name, or a word of other text may be something else: a code that does
    not match is then evidence against the find, not against the document.
    """
    return (
        is_named(find)
        and find.field != OTHER
        and find.finding.how != "fuzzy"
        and find.finding.tier == "strong"
    )


def evidence_of(find: Find) -> Evidence:
    """Return the position of a find."""
    found = find.finding
    return Evidence(
        field=find.field, start=found.start, end=found.end, text=found.text, column=find.column
    )


def reason(rules: AlertRules, rule: str, evidence: Evidence | None, **told: Any) -> Reason:
    """Return the reason for a failed check, with the parameters of its sentence."""
    made = rules.check[rule]
    says = made.says(rule, **told)
    return Reason(rule=rule, says=says, points=made.points, source=_SOURCE, evidence=evidence)


def check_line(
    line: Line,
    substance: Substance | None,
    finds: Sequence[Find],
    flaws: Sequence[Flaw],
    rules: AlertRules,
) -> Iterator[Reason]:
    """Yield the inconsistencies of a line.

    Args:
        line: The line.
        substance: The most important substance, if the text certainly names it; otherwise None.
        finds: Finds of the whole line.
        flaws: CAS numbers that are invalid or of other chemicals.
        rules: Points and sentences.
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
    """Compare the HS code with those of the substance, to the shorter length."""
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
            own=substance.hs,
        )


def _check_cas(
    substance: Substance, finds: Sequence[Find], flaws: Sequence[Flaw], rules: AlertRules
) -> Iterator[Reason]:
    """Compare the CAS numbers of a line with the only substance that it names."""
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
    """Compare the UN number with that of the substance."""
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
            own=substance.un,
        )


def _check_hidden(finds: Sequence[Find], rules: AlertRules) -> Iterator[Reason]:
    """Report letters of other scripts and invisible characters inside a name."""
    for find in finds:
        for said in find.finding.reasons:
            if is_named(find) and said.code.startswith("spelling/"):
                yield reason(rules, "hidden", evidence_of(find), what=said)
                return


def check_imprints(
    line: Line, finds: Sequence[Find], known: Sequence[Substance], rules: AlertRules
) -> Iterator[Reason]:
    """Yield the first imprint of counterfeit tablets beside the name of a press, punch or die.

    Args:
        line: The line.
        finds: Its finds.
        known: Substances of the registry.
        rules: Imprints, points and sentences.
    """
    tools = [
        find.field
        for find in finds
        if is_named(find)
        and find.field != OTHER
        and known[find.finding.substance].kind == "equipment"
    ]
    for field in dict.fromkeys(tools):
        text = getattr(line, field) or ""
        for each in rules.imprints:
            found = _imprint(each.mark).search(text)
            if found:
                start, end = found.span()
                evidence = Evidence(field=field, start=start, end=end, text=found[0])
                names = (one.name for one in known if one.slug == each.imitates)
                name = next(names, each.imitates)
                yield reason(rules, "imprint", evidence, mark=each.mark, name=name)
                return


@cache
def _imprint(mark: str) -> re.Pattern[str]:
    """Match the letters and the digits of a mark, whatever signs stand between: "M" "30"."""
    parts = r"[\W_]{0,5}".join(map(re.escape, _RUN.findall(mark)))
    return re.compile(rf"(?<![^\W_]){parts}(?![^\W_])", re.IGNORECASE)


_RUN = re.compile(r"[A-Za-z]+|\d+")
_IMO_DIGITS = 7
_MOST = 3  # reported numbers per line


def check_transport(line: Line, rules: AlertRules) -> Iterator[Reason]:
    """Yield invalid transport numbers of a line, at most three."""
    for place, (rule, what, field, number) in enumerate(_flaws(line)):
        if place == _MOST:
            return
        evidence = Evidence(field=field, start=0, end=len(number), text=number)
        yield reason(rules, rule, evidence, what=what, number=number)


def _flaws(line: Line) -> Iterator[tuple[str, str, str, str]]:
    for container in line.containers or ():
        if container_digit(container) is False:
            yield "number-digit", "container number", "containers", container
    if awb_digit(line.consignment, air=mode_of(line.mode) == "air") is False:
        yield "number-digit", "air waybill number", "consignment", line.consignment
    error = check_postal_number(line.consignment)
    if error is not None and error.code == "trade/postal-number-wrong":
        yield "number-digit", "number of a postal item", "consignment", line.consignment
    if line.imo and check_number("IMO", line.imo)[1] == "not valid":
        seven = line.imo.isdecimal() and len(line.imo) == _IMO_DIGITS
        yield "number-digit" if seven else "number-form", "IMO number", "imo", line.imo
    for stop in line.route or ():
        if stop.locode and not is_locode(stop.locode):
            yield "number-form", "UN/LOCODE", "route", stop.locode
    for party in line.parties or ():
        if party.id and (party.id_scheme or "").upper() == "EORI" and not is_eori(party.id):
            yield "number-form", "EORI", "parties", party.id


_WORD = re.compile(r"[^\W\d_]+")
_LONGEST = 200  # characters of a description that may still be vague
_UNITS = frozenset(
    (
        "kg",
        "kgs",
        "g",
        "l",
        "ltr",
        "mt",
        "drums",
        "drum",
        "bags",
        "bag",
        "ctn",
        "ctns",
        "cartons",
        "carton",
        "pallets",
        "pallet",
        "pcs",
        "box",
        "boxes",
        "x",
        "net",
    )
)


def vague_lines(batch: pa.RecordBatch, rules: Vague) -> Iterator[int]:
    """Yield the indices of lines with descriptions that lack what their chapter requires."""
    chapters = pc.utf8_slice_codeunits(batch.column("hs"), 0, 2)
    asked = pc.is_in(chapters, pa.array(rules.chapters))
    goods = batch.column("goods")
    words = frozenset(plain(word) for word in rules.words)
    phrases = frozenset(plain(phrase) for phrase in rules.phrases)
    for line in pc.indices_nonzero(asked).to_pylist():
        text = goods[line].as_py()
        if _is_vague(text or "", words, phrases):
            yield line


def _is_vague(text: str, words: frozenset[str], phrases: frozenset[str]) -> bool:
    if len(text) > _LONGEST:
        return False
    found = [word for word in _WORD.findall(plain(text)) if word not in _UNITS]
    return all(word in words or word in phrases for word in found)
