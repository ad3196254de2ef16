"""Acts on duties to notify: what people record, the clocks that lists read, reminders."""

from vigie.incidents.operations.duties.acts import record_duty, retract_duty
from vigie.incidents.operations.duties.refresh import refresh_duties, refresh_open
from vigie.incidents.operations.duties.starts import set_regime_start

__all__ = [
    "record_duty",
    "refresh_duties",
    "refresh_open",
    "retract_duty",
    "set_regime_start",
]
