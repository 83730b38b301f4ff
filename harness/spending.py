"""Money: adding up what replies cost, and ending a command at its limit."""

from collections.abc import Mapping, Sequence

from rbench.errors import CostLimitReached
from rbench.harness.journal import Entry
from rbench.harness.prices import Price


class Spending:
    """What one command has spent so far, over all its models and tasks.

    `limit` is in US dollars; None counts without an end. `unpriced` counts replies for which the
    server named no tokens: their price is not known and cannot be limited.
    """

    def __init__(self, limit: float | None) -> None:
        self.limit = limit
        self.dollars = 0.0
        self.unpriced = 0

    def add(self, entries: Sequence[Entry], prices: Mapping[str, Price | None]) -> None:
        """Count replies at the price of their role.

        Raises `CostLimitReached` once the limit is passed.
        """
        for entry in entries:
            price = prices.get(entry.role)
            if price is None:
                continue
            self.unpriced += entry.reply.error is None and not entry.reply.usage
            self.dollars += price.cost(entry.reply.usage)
        if self.limit is not None and self.dollars >= self.limit:
            raise CostLimitReached(
                f"this command has spent ${self.dollars:.4f} and --cost-limit is "
                f"${self.limit:g}; what was answered is kept, and the same command goes on from "
                f"there with as much again."
            )
