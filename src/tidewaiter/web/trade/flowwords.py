"""What is added up, in words."""

from tidewaiter.base.quantities import MG_PER_KG
from tidewaiter.casework.flows import Measure, Sum
from tidewaiter.report.languages import counted, country, number, words

_FINE = 10  # kilograms below which grams are told


def value_of(found: Sum, measure: Measure) -> int:
    """Return what makes a route large: alerts, or milligrams of known net mass."""
    return found.alerts if measure == "alerts" else found.net_mg


def value_in_words(value: int, measure: Measure) -> str:
    """Write a value: "1,234", or "1,234 kg"."""
    return number(value) if measure == "alerts" else mass(value)


def mass(net_mg: int) -> str:
    """Write a mass in kilograms, to the gram where it is small."""
    kg = net_mg / MG_PER_KG
    return f"{number(round(kg, 3) if kg < _FINE else round(kg))} kg"


def alerts_in_words(count: int) -> str:
    """Count alerts."""
    return counted("%(num)s alert", "%(num)s alerts", count) % {"num": number(count)}


def sum_in_words(found: Sum) -> str:
    """Say what is counted somewhere; what has no mass is never in the mass."""
    lines = counted("on %(num)s line", "on %(num)s lines", found.lines)
    said = f"{alerts_in_words(found.alerts)} {lines % {'num': number(found.lines)}}"
    if found.lines > found.unweighed:
        said += f"; {words('net mass')} {mass(found.net_mg)}"
    if found.unweighed:
        without = counted(
            "%(num)s line without net mass", "%(num)s lines without net mass", found.unweighed
        )
        said += f"; {without % {'num': number(found.unweighed)}}"
    return said


def place(code: str) -> str:
    """Name a country, or say that none is given."""
    return country(code) if code else words("not given")


def way(codes: tuple[str, ...]) -> str:
    """Name the countries between both ends."""
    return " › ".join(map(country, codes))
