"""Reading instants that a person types."""

from __future__ import annotations

import math
from datetime import datetime, timezone


def parse_instant(text: str) -> float:
    """Return epoch seconds for an ISO 8601 time (UTC unless it says otherwise) or a number. ValueError if neither."""
    try:
        instant = float(text)
    except ValueError:
        try:
            moment = datetime.fromisoformat(text.strip().upper().replace("Z", "+00:00"))
        except ValueError:
            raise ValueError(f"'{text}' is no time; write 2026-03-05T00:00:00Z or seconds since the epoch") from None
        instant = (moment if moment.tzinfo else moment.replace(tzinfo=timezone.utc)).timestamp()
    if not math.isfinite(instant) or instant < 0:
        raise ValueError(f"'{text}' is no time after 1970")
    return instant
