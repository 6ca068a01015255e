"""Suspicious transaction reports: which law asks for one, and what it must contain."""

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
"""What of a case fills a field; "": nothing, it is left to the user."""


class FieldRule(Record, frozen=True, kw_only=True):
    """A row of [[form.NAME.field]]."""

    key: str
    says: str
    cite: str  # where the source asks for it; "": ours
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
    """data/rules/suspicions.toml, read."""

    version: str
    form: Mapping[str, FormRule]

    def find(self, slug: str) -> FormRule:
        """Return a form.

        Raises:
            InputError: There is none of that name.
        """
        if slug not in self.form:
            raise InputError("casework/no-form", slug=slug, form=", ".join(self.form))
        return self.form[slug]


@cache
def load_suspicions() -> SuspicionRules:
    """Load the forms.

    Raises:
        RegistryError: The file is malformed, or a form has a key twice.
    """
    rules = read_toml(data("rules", "suspicions.toml"), SuspicionRules)
    for slug, form in rules.form.items():
        keys = [field.key for field in form.field]
        if len(set(keys)) != len(keys):
            raise RegistryError("casework/form-key-twice", slug=slug, at="suspicions.toml")
    return rules
