from datetime import UTC, datetime, timedelta

from vigie.audit import operations

NOW = datetime(2026, 3, 14, 2, 10, 30, 123456, tzinfo=UTC)


def write(count=1, *, people=None, **details):
    """Record entries, a minute apart, as acts do."""
    return [
        operations.record(
            actor="user:42",
            verb="incident.declared",
            target=f"incident:{number}",
            at=NOW + timedelta(minutes=number),
            details={"number": number, **details},
            people=people,
        )
        for number in range(count)
    ]
