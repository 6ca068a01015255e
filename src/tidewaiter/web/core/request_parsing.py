"""Request parsing: forms and JSON as one record, nested form fields, and the query."""

from collections.abc import Collection, Iterable, Mapping, Sequence
from typing import Annotated, Any, TypeVar, get_args, get_origin
from urllib.parse import parse_qsl

import msgspec
from litestar import Request
from litestar.datastructures import UploadFile
from litestar.enums import RequestEncodingType
from litestar.params import Body

from tidewaiter.base.errors import InputError, MissingError
from tidewaiter.base.records import Record
from tidewaiter.web.core.client_paths import is_matching

FORM = "application/x-www-form-urlencoded"
CSRF_FIELD = "csrf"
_FIELDS = 2_000  # maximum fields of a form
_JSON = "wants_json"  # key in the scope
R = TypeVar("R", bound=Record)


FileForm = Annotated[dict[str, Any], Body(media_type=RequestEncodingType.MULTI_PART)]
"""The body of a form with a file."""


def sent_file(form: Mapping[str, Any]) -> UploadFile:
    """Return the file of a form.

    Raises:
        MissingError: No file was chosen.
    """
    file = form.get("file")
    if not isinstance(file, UploadFile) or not file.filename:
        raise MissingError("web/no-file-sent")
    return file


class Asked(Request[Any, Any, Any]):
    """A request with a form or JSON body: one record for both."""

    async def json(self) -> Any:
        """Read the body; a form is converted to the equivalent JSON."""
        if self.headers.get("content-type", "").partition(";")[0].strip() != FORM:
            return await super().json()
        body = (await self.body()).decode("utf-8", "replace")
        pairs = parse_qsl(body, keep_blank_values=True, max_num_fields=_FIELDS)
        field = self.route_handler.parsed_data_field
        kind = field.annotation if field is not None else None
        return formed([pair for pair in pairs if pair[0] != CSRF_FIELD], kind)

    @property
    def wants_json(self) -> bool:
        """Return whether the record is requested, not the page.

        Requests with a token or JSON come from programs; otherwise the address decides.
        """
        sent = self.headers.get("content-type", "").partition(";")[0].strip()
        is_program = sent == "application/json" or "authorization" in self.headers
        return bool(self.scope.get(_JSON)) or is_program


def formed(pairs: Sequence[tuple[str, str]], kind: Any) -> dict[str, Any]:
    """Convert form or query fields to record values.

    Args:
        pairs: Names and values; names may repeat. "parties.broker.name" is a field of a nested
            record, "lines.0.name" one of a record in a list; indexes may have gaps.
        kind: The record; empty optional fields, and nested records without values, are treated
            as missing.
    """
    wanted = _fields(kind)
    made: dict[str, Any] = {}
    inner: dict[str, list[tuple[str, str]]] = {}
    for name, value in pairs:
        head, point, rest = name.partition(".")
        if point and head in wanted:
            inner.setdefault(head, []).append((rest, value))
            continue
        field = wanted.get(name)
        if field is not None and _is_several(field.type):
            made[name] = [*made.get(name, ()), *([value] if value else ())]
        elif value or field is None or field.required:
            made[name] = value
    for name, held in inner.items():
        if wanted[name].required or _is_filled(held):
            made[name] = _inside(held, wanted[name].type)
    return made


def _inside(pairs: Sequence[tuple[str, str]], kind: Any) -> Any:
    """Convert the values of a nested record or list."""
    if not _is_several(kind):
        return formed(
            pairs, next((each for each in (kind, *get_args(kind)) if _fields(each)), None)
        )
    rows: dict[int, list[tuple[str, str]]] = {}
    for name, value in pairs:
        place, _, rest = name.partition(".")
        if place.isdecimal():
            rows.setdefault(int(place[:9]), []).append((rest, value))
    each, filled = get_args(kind)[0], [rows[place] for place in sorted(rows)]
    if not _fields(each):
        return [value for row in filled for _, value in row if value]
    return [formed(row, each) for row in filled if _is_filled(row)]


def _is_filled(pairs: Sequence[tuple[str, str]]) -> bool:
    return any(value.strip() for _, value in pairs)


def read_query(request: Request[Any, Any, Any], kind: type[R]) -> R:
    """Parse the query of an address as a record.

    Raises:
        InputError: Invalid value, or unknown field.
    """
    pairs = [(name, value) for name, value in request.query_params.multi_items()]
    check_names((name for name, _ in pairs), kind)
    try:
        return msgspec.convert(formed(pairs, kind), kind, strict=False)
    except msgspec.ValidationError as error:
        raise InputError("web/address-wrong", error=error, at="address") from error


def check_names(names: Iterable[str], kind: type[Record], ignored: Collection[str] = ()) -> None:
    """Check the names of query fields against those of a record.

    Raises:
        InputError: Unknown field; the hint names the allowed ones.
    """
    known = _fields(kind)
    if not kind.__struct_config__.forbid_unknown_fields:
        return
    for name in names:
        if name not in ignored and name.partition(".")[0] not in known:
            allowed = ", ".join(known)
            raise InputError("web/parameter-unknown", parameter=name, known=allowed, at=name)


def json_path(scope: Any) -> None:
    """Remove ".json" from a request path, and record that the record is requested."""
    path: str = scope["path"]
    if is_matching(path):
        scope[_JSON] = True
        return  # an id of a list entry may end so
    if path.endswith(".json") and path != "/openapi.json":
        scope["path"] = path.removesuffix(".json")
        raw: bytes = scope.get("raw_path") or b""
        scope["raw_path"] = raw.removesuffix(b".json")
        scope[_JSON] = True


def _fields(kind: Any) -> Mapping[str, msgspec.structs.FieldInfo]:
    if not (isinstance(kind, type) and issubclass(kind, msgspec.Struct)):
        return {}
    fields = msgspec.structs.fields(kind)
    return {
        each.encode_name: msgspec.structs.replace(each, type=_bare(each.type)) for each in fields
    }


def _bare(kind: Any) -> Any:
    """Return a type without its annotation."""
    return get_args(kind)[0] if get_origin(kind) is Annotated else kind


def _is_several(kind: Any) -> bool:
    return get_origin(kind) in {tuple, list, frozenset, set} or any(
        get_origin(each) in {tuple, list, frozenset, set} for each in get_args(kind)
    )


def flat(told: Any, name: str = "") -> dict[str, str]:
    """Return form fields for a value: the inverse of `formed`.

    Args:
        told: Mappings, sequences, texts, numbers and booleans.
        name: Name of the value itself.
    """
    if isinstance(told, Mapping):
        parts: Iterable[tuple[str, Any]] = told.items()
    elif isinstance(told, list | tuple):
        parts = ((str(number), each) for number, each in enumerate(told))
    else:
        text = str(told).lower() if isinstance(told, bool) else str(told)
        return {} if told is None or told == "" else {name: text}
    found: dict[str, str] = {}
    for part, each in parts:
        found |= flat(each, f"{name}.{part}" if name else part)
    return found
