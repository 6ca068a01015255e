"""What the network draws and follows: data/rules/network.toml, read."""

from functools import cache

from tidewaiter.base.records import Record
from tidewaiter.base.resources import data, read_toml
from tidewaiter.store.counting import Sides


class NetworkRules(Record, frozen=True, kw_only=True):
    """All of the file."""

    version: str
    senders: frozenset[str]
    receivers: frozenset[str]
    drawn: int
    first: int
    more: int
    busy: int
    shared: int
    steps: int
    paths: int
    looked: int

    @property
    def sides(self) -> Sides:
        """Return who sends and who receives."""
        return Sides(self.senders, self.receivers)


@cache
def network_rules() -> NetworkRules:
    """Load the file once.

    Raises:
        RegistryError: It is malformed.
    """
    return read_toml(data("rules", "network.toml"), NetworkRules)
