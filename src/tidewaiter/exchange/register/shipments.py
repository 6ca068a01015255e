"""Shipments that no notice tells of: what a person says of one, as a movement of the register."""

from datetime import date
from decimal import Decimal

from tidewaiter.base.errors import InputError
from tidewaiter.base.records import Record
from tidewaiter.consignments.asking import amount_of
from tidewaiter.consignments.naming import Names
from tidewaiter.exchange.notices.types import Amount, NoticeLine
from tidewaiter.exchange.register.goods import content_in
from tidewaiter.exchange.register.types import Direction, Movement
from tidewaiter.substances.registry import Registry

_PPM = 10_000  # in one percent
_WHOLE = 100  # percent


class Shipment(Record, frozen=True, kw_only=True):
    """What a person says of a shipment."""

    substance: str  # slug, name or CAS number; that of a salt too
    amount: str  # of the goods, like "25 kg"
    percent: Decimal | None = None  # content, where they are a mixture
    direction: Direction
    on: date
    operator: str = ""  # id of who sent or got them
    permit: str = ""  # number
    issuer: str = ""  # country
    site: str = ""  # id
    source: str


def movement_of(told: Shipment, name: str, country: str, registry: Registry) -> Movement:
    """Make the movement of a shipment, with the content of a salt or a mixture.

    Args:
        told: The shipment.
        name: Id of the movement.
        country: Whose register it is.
        registry: That knows the substance.

    Raises:
        InputError: The registry does not know the substance, or the amount or the content is none.
    """
    if told.percent is not None and not 0 <= told.percent <= _WHOLE:
        raise InputError(f"{told.percent} is no content", at="percent", hint="from 0 to 100")
    found = Names(registry).whole(told.substance)
    if not found or found[0].substance is None:
        hint = "write its slug, its name or its CAS number"
        raise InputError(f'the registry has no "{told.substance}"', at="substance", hint=hint)
    slug, form = found[0].substance.slug, found[0].form
    mass, volume = amount_of(told.amount)
    net = Amount(mass_mg=mass, volume_ul=volume)
    ppm = None if told.percent is None else int(told.percent * _PPM)
    line = NoticeLine(number=1, cas=(form.cas or "") if form else "", net=net, content_ppm=ppm)
    content, why = content_in(line, slug, told.on, registry)
    return Movement(
        id=name,
        direction=told.direction,
        country=country,
        on=told.on,
        operator=told.operator,
        permit=told.permit,
        issuer=told.issuer,
        substance=slug,
        net=net,
        content=content,
        why_no_content=why,
        site=told.site,
        source=told.source,
    )
