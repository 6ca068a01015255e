"""Chinese: what ideographs beside a name make of it, as no space separates them."""

from collections.abc import Iterator

from tidewaiter.identify.rules import Chinese


def beside(
    rules: Chinese, before: str, name: str, after: str, listed: frozenset[str]
) -> Iterator[str]:
    """Say what the text before and after a Chinese name speaks against it.

    Args:
        rules: What ideographs do.
        before: The text before the name.
        name: The name as written.
        after: The text after it.
        listed: Names of two ideographs in the registry: one that follows is none of the name.
    """
    last, first = before[-1:], after[:1]
    if last and last in rules.before:
        yield f'"{last}" before it makes it another chemical'
    elif first and first in rules.after:
        yield f'"{first}" after it makes it another chemical'
    elif _is_chain(rules, after[:2]) and after[:2] not in listed:
        yield f'"{after[:2]}" after it makes it another chemical'
    elif found := next((word for word in rules.things if after.startswith(word)), None):
        yield f'"{found}" after it makes it another thing'
    elif name[-1] in rules.acids and _is_ideograph(first) and first not in rules.trade:
        yield f'"{first}" after the acid makes it a salt, perhaps of another substance'
    if any(before.endswith(word) for word in rules.negation):
        yield "the text says that the goods are free of it"


def _is_chain(rules: Chinese, pair: str) -> bool:
    """Tell whether two ideographs go on with a name: a length of carbon and what hangs on it."""
    return len(pair) == 2 and pair[0] in rules.chains and pair[1] in rules.after


def _is_ideograph(sign: str) -> bool:
    return "\u3400" <= sign < "\ua000"
