"""The MISP object templates of ours, by data/exchange/misp, as a MISP itself loads them."""

from collections.abc import Mapping
from functools import cache
from typing import Literal

import msgspec

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data

Name = Literal["trade-incident", "trade-goods", "alleged-party", "watched-substance"]


class Relation(Record, frozen=True, kw_only=True, rename="kebab"):
    """One attribute of a template."""

    description: str
    misp_attribute: Literal["text", "counter", "datetime", "boolean"]
    ui_priority: float = msgspec.field(name="ui-priority")
    disable_correlation: bool = msgspec.field(name="disable_correlation", default=False)
    multiple: bool = False
    values_list: tuple[str, ...] = msgspec.field(name="values_list", default=())


class Template(Record, frozen=True, kw_only=True, rename="kebab"):
    """An object template."""

    name: Name
    uuid: str
    version: int
    description: str
    meta_category: str
    required: tuple[str, ...]
    attributes: Mapping[str, Relation]


@cache
def load_template(name: Name) -> Template:
    """Load a template.

    Raises:
        RegistryError: The file is malformed.
    """
    file = data("exchange", "misp", name, "definition.json")
    try:
        return msgspec.json.decode(file.read_bytes(), type=Template)
    except msgspec.MsgspecError as error:
        hint = "mend the file; the record's docstring names its keys"
        raise RegistryError(str(error), at=f"{name}/definition.json", hint=hint) from error
