"""The command `tidewaiter burden`: overdose deaths from official data."""

import click

from tidewaiter.cli.options import Commands

COMMANDS: dict[str, str] = {
    "add": "tidewaiter.cli.burdenadd",
    "ages": "tidewaiter.cli.burdenages",
    "backtest": "tidewaiter.cli.burdenbacktest",
    "brief": "tidewaiter.cli.burdenbrief",
    "changes": "tidewaiter.cli.burdenchanges",
    "claim": "tidewaiter.cli.burdenclaim",
    "code": "tidewaiter.cli.burdencode",
    "declare": "tidewaiter.cli.burdendeclare",
    "event": "tidewaiter.cli.burdenevent",
    "fetch": "tidewaiter.cli.burdenfetch",
    "figures": "tidewaiter.cli.burdenfigures",
    "leading": "tidewaiter.cli.burdenleading",
    "list": "tidewaiter.cli.burdenlist",
    "map": "tidewaiter.cli.burdenmap",
    "mix": "tidewaiter.cli.burdenmix",
    "months": "tidewaiter.cli.burdenmonths",
    "nowcast": "tidewaiter.cli.burdennowcast",
    "rates": "tidewaiter.cli.burdenrates",
    "supply": "tidewaiter.cli.burdensupply",
    "trends": "tidewaiter.cli.burdentrends",
}


@click.group(cls=Commands, modules=COMMANDS)
def burden() -> None:
    """Keep official counts of overdose deaths, and say what they show.

    Example: tidewaiter burden nowcast release.csv --out nowcast.csv
    """
