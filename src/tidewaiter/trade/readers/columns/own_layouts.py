"""A user's own mapping as a layout file: written from the settings of a file, applied to others."""

from collections.abc import Iterator, Mapping, Sequence

import msgspec

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.trade.readers.columns.candidates import field_of
from tidewaiter.trade.readers.columns.header_meaning import find_columns
from tidewaiter.trade.readers.columns.layouts import Layout, Settings, as_written, check_names
from tidewaiter.trade.readers.columns.vocabulary import load_aliases
from tidewaiter.trade.types import ReadOptions

LARGEST = 1 << 20
"""Largest size of a layout file, in bytes."""

_MOST = 400  # names that identify a table without a mapped column


def make_layout(options: ReadOptions, header: Sequence[str], title: str, source: str) -> Layout:
    """Make a layout of the settings for a file.

    Args:
        options: The settings.
        header: Names of its columns; without a mapped column they identify it.
        title: What it describes.
        source: What wrote it.
    """
    mapped = tuple(options.columns.values())
    needed = mapped or tuple(name for name in header[:_MOST] if name.strip())
    return Layout(
        title=title,
        source=source,
        columns={field: (column,) for field, column in options.columns.items()},
        needed=needed,
        least=len(set(mapped)),
        units=dict(options.units),
        settings=msgspec.structs.replace(Settings(), **_stated(options)),
    )


def _stated(said: ReadOptions | Settings) -> dict[str, str]:
    named = {name: getattr(said, name) for name in Settings.__struct_fields__}
    return {name: value for name, value in named.items() if value is not None}


def with_settings(layout: Layout, options: ReadOptions) -> ReadOptions:
    """Return options with the settings of a layout; those already given take precedence."""
    return msgspec.structs.replace(options, **{**_stated(layout.settings), **_stated(options)})


def apply_layout(layout: Layout, header: Sequence[str], options: ReadOptions) -> ReadOptions | None:
    """Read a file in a layout; what is already given takes precedence.

    Args:
        layout: The layout.
        header: Names of the columns of the file.
        options: The settings given for it.

    Returns:
        The settings with those of the layout; None: the file has another layout.
    """
    written = {as_written(name): name for name in reversed(header)}
    if not written.keys() >= set(map(as_written, layout.needed)):
        return None
    columns: dict[str, str] = {}
    units: dict[str, str] = {}
    hits = 0
    for meaning, names in layout.columns.items():
        held = [written[name] for name in map(as_written, names) if name in written]
        hits += len(held)
        field, unit = _read_meaning(meaning)
        if held and field:
            columns.setdefault(field, held[0])
            units |= {field: unit} if unit else {}
    if hits < layout.least:
        return None
    return msgspec.structs.replace(
        with_settings(layout, options),
        columns={**columns, **options.columns},
        units={**units, **layout.units, **options.units},
    )


def _read_meaning(meaning: str) -> tuple[str, str]:
    """Return the field of a meaning, with the unit that it names; "": none."""
    field = field_of(meaning, load_aliases().known)
    if field is not None:
        return field, ""
    found = [each for each in find_columns(meaning) if not each.known_only]
    return (found[0].field, found[0].unit) if found else ("", "")


def parse_layout(content: bytes, at: str) -> Layout:
    """Parse a layout file.

    Args:
        content: TOML.
        at: Its name, for errors.

    Raises:
        InputError: It is not such a file, or a name in it has two meanings.
    """
    if len(content) > LARGEST:
        raise InputError("trade/not-a-layout", error=f"{len(content):,} bytes", at=at)
    try:
        layout = msgspec.toml.decode(content, type=Layout)
        check_names(layout, at=at)
    except (msgspec.MsgspecError, ValueError, RegistryError) as error:
        raise InputError("trade/not-a-layout", error=error, at=at) from None
    return layout


def write_layout(layout: Layout) -> bytes:
    """Write a layout as a file, which `parse_layout` reads."""
    plain = msgspec.to_builtins(layout)
    defaults = msgspec.to_builtins(Layout(title="", source="", columns={}))
    del defaults["title"], defaults["source"]  # these are always written
    simple = {name: value for name, value in plain.items() if not isinstance(value, Mapping)}
    lines = [
        f"{name} = {_toml(value)}" for name, value in simple.items() if value != defaults.get(name)
    ]
    for name in ("columns", "units", "settings"):
        stated = {key: value for key, value in plain[name].items() if value is not None}
        if stated or name == "columns":
            lines.extend(("", f"[{name}]", *_pairs(stated)))
    return "\n".join((*lines, "")).encode()


def _pairs(table: Mapping[str, object]) -> Iterator[str]:
    for key, value in table.items():
        yield f"{key if key.isidentifier() and key.isascii() else _toml(key)} = {_toml(value)}"


def _toml(value: object) -> str:
    """Write a text, a number or a list: in JSON they are spelled as in TOML, but for one letter."""
    return msgspec.json.encode(value).decode().replace("\x7f", "\\u007f")
