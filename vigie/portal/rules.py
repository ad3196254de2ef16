"""What the menu offers to whom, and what a card of the home page is made of. Pure."""

from collections.abc import Sequence
from dataclasses import dataclass, field
from datetime import date, datetime

from vigie.accounts.rules import Permission


def gettext_noop(text: str) -> str:
    """Mark a label for translation without needing Django; views translate it."""
    return text


@dataclass(frozen=True, slots=True)
class Entry:
    """A place of the menu. Open to whoever holds one of the permissions; none: to all signed in."""

    label: str
    route: str
    permissions: frozenset[Permission] = frozenset()

    def is_open_to(self, held: frozenset[str]) -> bool:
        """Return whether somebody who holds these permissions sees the entry."""
        return not self.permissions or bool(self.permissions & held)


MENU = (
    Entry(gettext_noop("À faire"), "portal:home"),
    Entry(gettext_noop("Déclarer"), "incidents:declare", frozenset({Permission.DECLARE})),
    Entry(gettext_noop("Signalements"), "reports:list", frozenset({Permission.READ_REPORTS})),
    Entry(gettext_noop("File"), "incidents:queue", frozenset({Permission.FOLLOW})),
    Entry(gettext_noop("Événements"), "incidents:events", frozenset({Permission.FOLLOW})),
    Entry(gettext_noop("Incidents"), "incidents:list", frozenset({Permission.READ_INCIDENTS})),
    Entry(
        gettext_noop("Établissements"),
        "portal:places",
        frozenset({Permission.READ_ESTABLISHMENTS}),
    ),
    Entry(gettext_noop("Astreintes"), "portal:rotas", frozenset({Permission.READ_ROTA})),
    Entry(gettext_noop("Applications"), "inventory:list", frozenset({Permission.READ_INVENTORY})),
    Entry(
        gettext_noop("Observatoire"), "observatory:figures", frozenset({Permission.READ_FIGURES})
    ),
)
# Under the person's name.
PROFILE = Entry(gettext_noop("Mon profil"), "accounts:profile")
ADMINISTRATION = Entry(
    gettext_noop("Administration"),
    "accounts:administration",
    frozenset(
        {
            Permission.MANAGE_PEOPLE,
            Permission.MANAGE_ESTABLISHMENTS,
            Permission.MANAGE_REFERENCE,
            Permission.READ_JOURNAL,
        }
    ),
)


def current_place(path: str, urls: Sequence[str]) -> int | None:
    """Return which of the addresses the path lies in, the longest that fits; home only itself."""
    fitting = [
        (len(url), number)
        for number, url in enumerate(urls)
        if path == url or (url != "/" and path.startswith(url))
    ]
    return max(fitting)[1] if fitting else None


@dataclass(frozen=True, slots=True)
class Step:
    """Something to set up once, why, and where."""

    title: str
    why: str
    act: str
    route: str


@dataclass(frozen=True, slots=True)
class Item:
    """One thing that waits for the reader; route and key lead to it."""

    text: str
    route: str
    key: tuple[object, ...] = ()
    note: str = ""
    danger: str = ""  # as the declaration says it; "" where it has no place
    due: datetime | None = None
    since: date | datetime | None = None


@dataclass(frozen=True, slots=True)
class Card:
    """One question of the home page with its answer; an empty one says so in words."""

    code: str
    title: str
    icon: str
    empty: str
    items: list[Item] = field(default_factory=list)
    total: int = 0  # of which the items are the first
    more: str = ""  # route to the whole list
    since: datetime | None = None  # since when it is empty, where somebody can tell
