"""Transport: what is wrong with numbers of containers, waybills, postal items, places, traders."""

from collections.abc import Iterator

from tidewaiter.consignments.checks import reason
from tidewaiter.consignments.digits import (
    awb_digit,
    container_digit,
    is_eori,
    is_locode,
)
from tidewaiter.consignments.messages.s10 import problem_of
from tidewaiter.consignments.modes import mode_of
from tidewaiter.consignments.rules import AlertRules
from tidewaiter.consignments.types import Evidence, Line, Reason
from tidewaiter.parties.identifiers.numbers import check_number

_IMO_DIGITS = 7
_MOST = 3  # numbers told of one line


def check_transport(line: Line, rules: AlertRules) -> Iterator[Reason]:
    """Yield what is wrong with the numbers of transport of a line, three at most."""
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
    if problem_of(line.consignment).startswith("has a wrong"):
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
