"""A scope as the fields of a form: read from an address or a form, and written into one."""

from typing import Annotated
from urllib.parse import urlencode

import msgspec

from tidewaiter.base.records import Record
from tidewaiter.base.severity import Severity
from tidewaiter.casework.suppression.scope import Scope, Trader, Way, check_scope

Few = Annotated[str, msgspec.Meta(max_length=400)]


class ScopeForm(Record, frozen=True, kw_only=True):
    """A scope, a field for each of its parts; what is empty does not matter."""

    substances: tuple[Few, ...] = ()
    ways: tuple[Way, ...] = ()
    rules: tuple[Few, ...] = ()
    phrase: Few = ""
    heading: Few = ""
    shipper: Few = ""
    shipper_id: Few = ""
    consignee: Few = ""
    consignee_id: Few = ""
    most: Severity = "medium"


def scope_of_form(form: ScopeForm) -> Scope:
    """Read a scope.

    Raises:
        InputError: It is too broad, names a country, or something is not as it should be.
    """
    return check_scope(
        Scope(
            substances=form.substances,
            ways=form.ways,
            rules=form.rules,
            phrase=form.phrase,
            heading=form.heading,
            shipper=_trader(form.shipper, form.shipper_id),
            consignee=_trader(form.consignee, form.consignee_id),
            most=form.most,
        )
    )


def form_of(scope: Scope) -> ScopeForm:
    """Write a scope."""
    shipper, consignee = scope.shipper, scope.consignee
    return ScopeForm(
        substances=scope.substances,
        ways=scope.ways,
        rules=scope.rules,
        phrase=scope.phrase,
        heading=scope.heading,
        shipper=shipper.name if shipper else "",
        shipper_id=shipper.id if shipper else "",
        consignee=consignee.name if consignee else "",
        consignee_id=consignee.id if consignee else "",
        most=scope.most,
    )


def fields_of(form: ScopeForm) -> tuple[tuple[str, str], ...]:
    """Return the fields that are not empty, a name as often as it has values."""
    told: list[tuple[str, str]] = []
    for name in ScopeForm.__struct_fields__:
        value = getattr(form, name)
        told += [(name, each) for each in ((value,) if isinstance(value, str) else value) if each]
    return tuple(told)


def query_of(scope: Scope) -> str:
    """Write a scope as the query of an address."""
    return urlencode(fields_of(form_of(scope)))


def _trader(name: str, number: str) -> Trader | None:
    return Trader(name=name, id=number) if name or number else None
