"""Where messages go while no service is set for their channel: our own log. Nothing is sent."""

import logging
from datetime import datetime
from pathlib import Path

from django.conf import settings

from vigie.kernel import keys
from vigie.messages.rules import Fault, Outcome, Parcel, State

logger = logging.getLogger(__name__)


def send(parcel: Parcel, now: datetime) -> Outcome:
    """Print a message; a secret one goes to a file that its owner alone may read."""
    text = f"see {kept(parcel)}" if parcel.secret else parcel.text
    logger.info(
        "Not sent, no service is set for %s. To %s: %s\n%s",
        parcel.channel,
        parcel.to,
        parcel.subject,
        text.strip(),
    )
    return Outcome(State.PRINTED, Fault.NOT_SET)


def kept(parcel: Parcel) -> Path:
    """Write a message to a file of its own and return where."""
    folder = Path(settings.MAIL_DIR)
    folder.mkdir(parents=True, exist_ok=True, mode=0o700)
    path = folder / f"{parcel.message_id.strip('<>').partition('@')[0]}.txt"
    if not path.exists():
        words = f"{parcel.to}\n{parcel.subject}\n\n{parcel.text}"
        keys.write_private(path, [words.encode()])
    return path
