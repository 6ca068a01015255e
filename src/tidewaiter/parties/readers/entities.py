"""Entities of FollowTheMoney as JSON has them."""

from collections.abc import Mapping

FtmEntity = Mapping[str, object]
"""With id, schema and properties; a property is a list of texts, or of nested entities."""


def looks_like_ftm(text: str) -> bool:
    """Tell whether the beginning of a file is that of an entity."""
    return text.lstrip()[:1] in ("{", "[") and all(
        f'"{word}"' in text for word in ("id", "schema", "properties")
    )


def is_entity(item: object) -> bool:
    """Tell whether a value of JSON is an entity."""
    return (
        isinstance(item, dict)
        and isinstance(item.get("id"), str)
        and isinstance(item.get("properties"), dict)
    )


def properties(entity: FtmEntity) -> dict[str, object]:
    """Return the properties of an entity."""
    found = entity.get("properties")
    return found if isinstance(found, dict) else {}


def texts(entity: FtmEntity, name: str) -> list[str]:
    """Return the values of a property; of a nested entity its id."""
    value = properties(entity).get(name)
    held = value if isinstance(value, list) else [value]
    return [each if isinstance(each, str) else _id(each) for each in held if each]


def first(entity: FtmEntity, name: str) -> str:
    """Return the first value of a property; "" where there is none."""
    return next(iter(texts(entity, name)), "")


def _id(value: object) -> str:
    return str(value.get("id", "")) if isinstance(value, dict) else str(value)
