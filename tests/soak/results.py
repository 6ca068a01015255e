"""Results of a run, and their output."""

from tests.soak.checks import VIOLATIONS
from tests.soak.world import Plan

from tidewaiter.base.records import Record


class Result(Record, frozen=True, kw_only=True):
    """What a run found."""

    plan: Plan
    violations: dict[str, int]
    kills: dict[str, int]  # by where
    line: dict[str, int]  # by what was done
    messages: int  # sent, those of relations among them
    seconds: float
    settled: float  # seconds after the faults ended
    cpu: float  # seconds of the processor, of all nodes and lines
    load: float

    @property
    def is_green(self) -> bool:
        """Say whether all was as it must be."""
        return not self.violations

    @property
    def is_seen(self) -> bool:
        """Return whether a fault was detected; a long run is not evidence."""
        return bool(self.violations.keys() - {"never settled"})


def table(result: Result) -> str:
    """Write a result for people."""
    plan = result.plan
    head = f"{plan.exchanges:,} exchanges ({result.messages:,} messages), {plan.nodes} nodes"
    where = "PostgreSQL" if plan.postgresql else "SQLite"
    rows = [f"{head}, {where}, seed {plan.seed}, fault: {plan.fault or 'none'}"]
    rows += [f"  killed {where}: {count}" for where, count in sorted(result.kills.items())]
    rows += [f"  line: {what}: {count:,}" for what, count in result.line.items()]
    rows += [f"  {what}: {result.violations.get(what, 0)}" for what in VIOLATIONS]
    verdict = "green" if result.is_green else "RED"
    rows.append(
        f"  {sum(result.kills.values())} kills, {result.seconds} s, settled {result.settled} s"
        f" after the faults, {result.cpu} CPU s, load {result.load}: {verdict}"
    )
    return "\n".join(rows)
