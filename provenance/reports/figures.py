"""Shares, chances and times as they are printed: no rounding says that all is meant where not all is."""

from __future__ import annotations

from datetime import time
from typing import TYPE_CHECKING

if TYPE_CHECKING:
    from datetime import datetime


def shown_share(share: float) -> str:
    """A share in percent, to print: what is not all is never 100%, and what is not nothing never 0%.

    >>> shown_share(1.0), shown_share(0.996), shown_share(0.004), shown_share(0.0)
    ('100%', 'over 99%', 'under 1%', '0%')
    """
    shown = f"{share:.0%}"
    if shown == "100%" and share < 1:
        return "over 99%"
    return "under 1%" if shown == "0%" and share > 0 else shown


def shown_chance(confidence: float) -> str:
    """A confidence, to print: one under 1 is never 1.00, which says that nothing is left to doubt.

    >>> shown_chance(0.995), shown_chance(1.0), shown_chance(0.8149)
    ('0.99', '1.00', '0.81')
    """
    return f"{confidence if confidence == 1 else min(confidence, 0.99):.2f}"


def shown_time(published: datetime) -> str:
    """When an article was published, to print: midnight to the second is a day, as tracing.statements.dates has it.

    >>> from datetime import datetime
    >>> shown_time(datetime(2024, 5, 1)), shown_time(datetime(2024, 5, 1, 12))
    ('2024-05-01', '2024-05-01 12:00')
    """
    return f"{published:%Y-%m-%d}" if published.time() == time() else f"{published:%Y-%m-%d %H:%M}"
