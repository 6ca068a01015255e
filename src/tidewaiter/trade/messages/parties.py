"""Parties of telegrams: names and addresses on lines of their own."""

import re

from tidewaiter.consignments.messages.cargoimp.telegrams import Section

_COUNTRY = re.compile(r"[A-Z]{2}")
_CONTACTS = frozenset({"TE", "FX", "TL"})  # telephone, fax, telex: no country has these letters
_LABELS = ("NAM", "ADR", "LOC")
_ACCOUNTS = frozenset({"SHP", "CNE", "AGT"})  # whose first line may have an account


def party_of(section: Section, role: str) -> dict[str, str | None] | None:
    """Read a party: name, street, place, then country, postcode and contacts; None: no name.

    Args:
        section: SHP, CNE, NFY or AGT.
        role: Its role here.
    """
    first, *rest = section.lines
    head = [part for part in first if part]
    if any(line[0] in _LABELS for line in rest):
        name, address, country = _labelled(rest)
        account = head
    else:
        has_name = bool(head) and not (
            section.tag in _ACCOUNTS and len(rest) > 1 and _is_code(head)
        )
        lines = [tuple(head), *rest] if has_name else list(rest)
        account = [] if has_name else head
        name, address, country = _plain(lines)
    if not name:
        return None
    return {
        "role": role,
        "name": name,
        "address": ", ".join(filter(None, address)) or None,
        "country": country or None,
        "id_scheme": None,
        "id": account[0] if account else None,
    }


def _is_code(head: list[str]) -> bool:
    """Tell whether the first line has an account and not a name: it has digits and no spaces."""
    return all(any(c.isdigit() for c in part) and " " not in part for part in head)


def _plain(lines: list[tuple[str, ...]]) -> tuple[str, list[str], str]:
    """Read lines in their order; the last that begins with two letters is that of the country."""
    if not lines:
        return "", [], ""
    name = " ".join(filter(None, lines[0]))
    at = next((i for i in range(len(lines) - 1, 0, -1) if _is_country(lines[i][0])), None)
    address = [" ".join(filter(None, line)) for line in lines[1:at]]
    if at is None:
        return name, address, ""
    address.append(" ".join(filter(None, lines[at][1:])))
    address += [" ".join(filter(None, line)) for line in lines[at + 1 :]]
    return name, address, lines[at][0]


def _is_country(text: str) -> bool:
    return _COUNTRY.fullmatch(text) is not None and text not in _CONTACTS


def _labelled(lines: list[tuple[str, ...]]) -> tuple[str, list[str], str]:
    """Read lines with labels: NAM, ADR, LOC, and those that follow each of them."""
    parts: dict[str, list[str]] = {label: [] for label in _LABELS}
    label, country = "NAM", ""
    for line in lines:
        told = line[0] in _LABELS
        label = line[0] if told else label
        fields = line[1:] if told else line
        if label == "LOC" and not told and fields and _COUNTRY.fullmatch(fields[0]):
            country, fields = fields[0], fields[1:]
        parts[label].append(" ".join(filter(None, fields)))
    return " ".join(parts["NAM"]), [*parts["ADR"], *parts["LOC"]], country
