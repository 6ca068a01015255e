"""Suspicious transaction reports: legal basis and required contents."""

from collections.abc import Mapping
from datetime import date
from functools import cache
from typing import Literal

from tidewaiter.base.errors import InputError, RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Fill = Literal[
    "",
    "parties",
    "substances",
    "goods",
    "dates",
    "route",
    "transfer",
    "consignments",
    "values",
    "reasons",
]
"""Case data that fills a field; "": none, the user fills it in."""


class FieldRule(Record, frozen=True, kw_only=True):
    """A row of [[form.NAME.field]]."""

    key: str
    says: str
    cite: str  # requirement in the source; "": ours
    fill: Fill = ""


class FormRule(Record, frozen=True, kw_only=True):
    """A row of [form]."""

    says: str
    law: str
    asks: str
    mark: Literal["read", "second-hand", "unverified"]
    sources: tuple[str, ...]
    read: date
    field: tuple[FieldRule, ...]


class SuspicionRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/suspicions.toml."""

    version: str
    form: Mapping[str, FormRule]

    def find(self, slug: str) -> FormRule:
        """Return a form.

        Raises:
            InputError: No form has that name.
        """
        if slug not in self.form:
            raise InputError("casework/no-form", slug=slug, form=", ".join(self.form))
        return self.form[slug]


@cache
def load_suspicions() -> SuspicionRules:
    """Load the forms.

    Raises:
        RegistryError: The file is malformed, or a form has a duplicate key.
    """
    rules = read_toml(data("rules", "suspicions.toml"), SuspicionRules)
    for slug, form in rules.form.items():
        keys = [field.key for field in form.field]
        if len(set(keys)) != len(keys):
            raise RegistryError("casework/form-key-twice", slug=slug, at="suspicions.toml")
    return rules
