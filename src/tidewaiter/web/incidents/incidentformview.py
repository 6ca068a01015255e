"""The form of an incident in words: its fields, their choices, and how many places it has."""

from collections.abc import Mapping, Sequence
from typing import Any

from tidewaiter.base.countries import country_codes
from tidewaiter.base.records import Record
from tidewaiter.exchange.incidents.flags import load_flags
from tidewaiter.report.languages import country
from tidewaiter.store.groups import Group
from tidewaiter.web.incidentrows import IncidentForm
from tidewaiter.web.incidentwords import ALL, choices
from tidewaiter.web.markingwords import pap_choices, purpose_choices, tlp_choices

_LISTS = {"lines": 2, "equipment": 1, "route": 2, "packaging": 1, "parties": 2, "questions": 1}
"""Empty places of each list that the form offers."""

Pairs = tuple[tuple[str, str], ...]


class FormView(Record, frozen=True, kw_only=True):
    """The form in words."""

    choices: Mapping[str, Pairs]  # by what is chosen
    places: Mapping[str, int]  # of each list: those that are filled, and some more
    purposes: frozenset[str]  # that are chosen
    notifications: tuple[str, ...]
    peers: Pairs
    address: str  # where it is sent


def form_view(
    form: IncidentForm,
    names: Mapping[str, str],
    kept: Sequence[Group],
    substances: Sequence[tuple[str, str]],
) -> FormView:
    """Put the form into words.

    Args:
        form: What stands in it.
        names: Of peers, by node.
        kept: Groups of this node.
        substances: Slug and name of each of the registry.
    """
    named = {name: choices(said) for name, (said, _) in ALL.items()}
    peers = sorted(names.items(), key=lambda each: each[1].casefold())
    return FormView(
        choices={
            **named,
            "tlps": tlp_choices(),
            "paps": pap_choices(),
            "purposes": purpose_choices(),
            "groups": tuple((each.id, each.name) for each in kept),
            "countries": tuple(
                sorted(
                    ((code, country(code)) for code in country_codes()), key=lambda each: each[1]
                )
            ),
            "substances": tuple(sorted(substances, key=lambda each: each[1].casefold())),
            "flags": tuple(
                (code, f"{code}: {flag.says}")
                for code, flag in load_flags().flag.items()
                if flag.verified
            ),
        },
        places={
            name: _filled(form.fields, name) + more
            for name, more in {**_LISTS, "settled": 0}.items()
        },
        purposes=frozenset(_numbered(form.fields, "marking.purposes")),
        notifications=tuple(_numbered(form.fields, "notifications")),
        peers=tuple(peers),
        address=f"/incidents/{form.number}/versions" if form.number else "/incidents",
    )


def _filled(fields: Mapping[str, Any], name: str) -> int:
    """Count the places of a list that hold something."""
    used = {each.split(".")[1] for each in fields if each.startswith(f"{name}.")}
    return max((int(each) + 1 for each in used), default=0)


def _numbered(fields: Mapping[str, str], name: str) -> list[str]:
    return [value for each, value in fields.items() if each.startswith(f"{name}.")]
