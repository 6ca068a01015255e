"""Roles and rights of accounts, from data/rules/roles.toml."""

from collections.abc import Mapping
from functools import cache
from typing import Literal, get_args

from tidewaiter.base.errors import RegistryError
from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml

Right = Literal[
    "see",
    "upload",
    "decide",
    "assign",
    "case",
    "approve",
    "overview",
    "audit",
    "exchange",
    "relate",
    "register",
    "feed",
    "match",
    "administer",
    "vouch",
    "connect",
]
"""A right of an account; data/rules/roles.toml describes each."""

Role = Literal["viewer", "analyst", "supervisor", "administrator"]


class RoleRule(Record, frozen=True, kw_only=True):
    """A row of [role]."""

    says: str
    rights: frozenset[Right]


class RoleRules(Record, frozen=True, kw_only=True):
    """Content of data/rules/roles.toml."""

    version: str
    right: Mapping[Right, str]
    role: Mapping[Role, RoleRule]


@cache
def load_roles() -> RoleRules:
    """Load the roles and their rights.

    Raises:
        RegistryError: The file is invalid, or a role or a right is missing.
    """
    rules = read_toml(data("rules", "roles.toml"), RoleRules)
    missing = {*get_args(Role)} - {*rules.role} | {*get_args(Right)} - {*rules.right}
    if missing:
        raise RegistryError("accounts/role-without-row", missing=min(missing), at="roles.toml")
    return rules


def rights_of(role: Role) -> frozenset[Right]:
    """Return the rights of a role."""
    return load_roles().role[role].rights
