"""What is done to the register: entries loaded, shipments written off and cancelled, a name erased.

Who reads the exchange need not write here: a permit that is loaded changes what screening says.
"""

from datetime import date
from typing import Annotated, Any

from litestar import Response, post
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body, JSONBody

from tidewaiter.base.countries import find_country
from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.exchange.register.readinglines import read_any
from tidewaiter.exchange.register.shipments import Shipment, movement_of
from tidewaiter.parties.readers.types import ListFile
from tidewaiter.store.noticerows import notices
from tidewaiter.store.notices import enter_notices
from tidewaiter.store.register import add_entries, erase_operator, keeper
from tidewaiter.store.registerledger import Written, cancel, find_movement, new_id, write_off
from tidewaiter.store.sessions import User
from tidewaiter.web.asking import Asked
from tidewaiter.web.given import Number, TheNode, TheUser
from tidewaiter.web.node import Node
from tidewaiter.web.register import entry_of
from tidewaiter.web.registerpages import (
    FILE_BYTES,
    Cancelling,
    Erased,
    LoadedPage,
    Loading,
    WriteOff,
)
from tidewaiter.web.replies import done, reply
from tidewaiter.web.security import may

_AROUND = 65_536  # bytes of a form around its file
_KNOWN = set(Shipment.__struct_fields__)


@post("/register/entries", guards=[may("register")], sync_to_thread=True, makes=True)
def load_entries(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[Loading]
) -> Response[LoadedPage]:
    """Load a file of entries, given as text; rows that cannot be read are told, all others kept."""
    file = ListFile(name=data.name, content=data.text.encode())
    page = _load(node, user, file, data.country)
    return reply(request, "register-loaded.html", page, status=201)


@post(
    "/register/files",
    guards=[may("register")],
    sync_to_thread=True,
    include_in_schema=False,
    request_max_body_size=FILE_BYTES + _AROUND,
)
def load_file(
    request: Asked,
    node: TheNode,
    user: TheUser,
    data: Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)],
) -> Response[LoadedPage]:
    """Load a file of entries that a browser sends."""
    sent = data.get("file")
    if not isinstance(sent, UploadFile) or not sent.filename:
        raise MissingError("no file was sent", hint="choose one first")
    file = ListFile(name=sent.filename, content=sent.file.read())
    page = _load(node, user, file, str(data.get("country", "")))
    return reply(request, "register-loaded.html", page, status=201)


@post("/register/movements", guards=[may("register")], sync_to_thread=True, makes=True)
def write_off_shipment(
    request: Asked, node: TheNode, user: TheUser, data: JSONBody[WriteOff]
) -> Response[Written]:
    """Write off a shipment that no notice tells of; one of the same id is written off once."""
    told = {name: getattr(data, name) for name in _KNOWN}
    shipment = Shipment(**{**told, "issuer": _country(data.issuer)})
    with node.change(user) as work:
        movement = movement_of(shipment, data.id or new_id(), keeper(work), node.registry)
        write_off(work, movement, reason=data.reason)
        written = find_movement(work, movement.id)
    return done(request, written, _back(data.entry), status=201)


@post("/register/movements/{number:int}/cancel", guards=[may("register")], sync_to_thread=True)
def cancel_movement(
    request: Asked, node: TheNode, user: TheUser, number: Number, data: JSONBody[Cancelling]
) -> Response[Written]:
    """Say that a movement did not take place: what it took is given back."""
    with node.change(user) as work:
        row = cancel(work, str(number), data.on, source=data.source, reason=data.reason)
    return done(request, row, _back(data.entry))


@post("/register/{number:int}/erase", guards=[may("register")], sync_to_thread=True)
def erase_entry(request: Asked, node: TheNode, user: TheUser, number: Number) -> Response[Erased]:
    """Erase what an operator is called and where it is, in all versions; its id stays."""
    kind, name = entry_of(node, number)
    if kind != "operator":
        raise InputError(f"entry {number} is no operator", hint="a paper names nobody")
    with node.change(user) as work:
        count = erase_operator(work, name)
    return done(request, Erased(versions=count), f"/register/{number}")


def _load(node: Node, user: User, file: ListFile, country: str) -> LoadedPage:
    """Read a file and keep what it holds; notices that were there before are entered too."""
    read = read_any(file, node.registry)
    with node.change(user) as work:
        added = add_entries(work, _country(country), read.entries)
    with node.read() as work:
        some = bool(notices(work, date.max, rows=1))
    if some:
        with node.exchange(user) as (desk, work):
            enter_notices(work, desk.ring.lock)
    return LoadedPage(
        name=file.name,
        rows=read.rows,
        added=added.added,
        known=added.known,
        refused=read.refused,
        clashes=added.clashes,
        together=added.together,
    )


def _country(text: str) -> str:
    """Read a country; "": none is named.

    Raises:
        InputError: We know none of that name.
    """
    found = find_country(text) if text.strip() else ""
    if found is None:
        raise InputError(f'"{text[:60]}" is no country', at="country", hint="two letters, like MX")
    return found


def _back(entry: int) -> str:
    return f"/register/{entry}#moved" if entry > 0 else "/register"


HANDLERS = [load_entries, load_file, write_off_shipment, cancel_movement, erase_entry]
