"""Roles and rights: what an account may do, as data/rules/roles.toml says it."""

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
    "administer",
    "vouch",
    "connect",
]
"""One thing that an account may do; data/rules/roles.toml says each in words."""

Role = Literal["viewer", "analyst", "supervisor", "administrator"]


class RoleRule(Record, frozen=True, kw_only=True):
    """A row of [role]."""

    says: str
    rights: frozenset[Right]


class RoleRules(Record, frozen=True, kw_only=True):
    """data/rules/roles.toml, read."""

    version: str
    right: Mapping[Right, str]
    role: Mapping[Role, RoleRule]


@cache
def load_roles() -> RoleRules:
    """Load the roles and their rights.

    Raises:
        RegistryError: The file is malformed, or a role or a right is missing.
    """
    rules = read_toml(data("rules", "roles.toml"), RoleRules)
    missing = {*get_args(Role)} - {*rules.role} | {*get_args(Right)} - {*rules.right}
    if missing:
        raise RegistryError("accounts/role-without-row", missing=min(missing), at="roles.toml")
    return rules


def rights_of(role: Role) -> frozenset[Right]:
    """Return what a role may do."""
    return load_roles().role[role].rights
