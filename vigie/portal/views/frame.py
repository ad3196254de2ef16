"""What surrounds every page: menu, who, settings, law, demonstration. A context processor."""

from dataclasses import dataclass
from datetime import datetime
from functools import cache, cached_property
from importlib import metadata
from types import SimpleNamespace
from typing import Any

from django.conf import settings
from django.http import HttpRequest
from django.shortcuts import resolve_url
from django.urls import reverse
from django.utils import timezone
from django.utils.functional import SimpleLazyObject
from django.utils.translation import get_language, gettext, gettext_noop, pgettext

from vigie.accounts.models import Membership, User
from vigie.accounts.queries import scope_choices
from vigie.accounts.rules import ROLES, Permission
from vigie.establishments import queries as establishments
from vigie.establishments.queries import ShownPortal
from vigie.establishments.rules import CallReason, TerritoryKind
from vigie.kernel import clock
from vigie.portal import rules
from vigie.portal.queries import calls
from vigie.portal.queries.rota import name_of_rota

THEME_COOKIE = "vigie_theme"
HOME_COUNTRY = "FR"
PROFILE_ICON = "user"
ADMINISTRATION_ICON = "settings"
ALERT_WORDS = {
    "danger": gettext_noop("Appel : patient en danger"),
    "urgent": gettext_noop("Appel : incident urgent"),
    "report": gettext_noop("Appel : signalement"),
}


def frame(request: HttpRequest) -> dict[str, Any]:
    """Give every template `now`, `menu` and `frame`; nothing is read before it is drawn."""
    now = clock.now()
    surround = Frame(request, now)
    return {"now": now, "menu": SimpleLazyObject(lambda: surround.menu), "frame": surround}


@dataclass
class Frame:
    """The surround of one page, read as it is drawn."""

    request: HttpRequest
    now: datetime

    @cached_property
    def person(self) -> User | None:
        """Return who is signed in."""
        user = getattr(self.request, "user", None)
        return user if isinstance(user, User) else None

    @cached_property
    def memberships(self) -> list[Membership]:
        """Return the roles that count now."""
        return self.person.memberships_shown if self.person else []

    @cached_property
    def held(self) -> frozenset[str]:
        """Return the permissions that the person holds somewhere, delegations included."""
        if self.person is None:
            return frozenset()
        return frozenset(p for p in Permission if self.person.may(p))

    @cached_property
    def menu(self) -> list[SimpleNamespace]:
        """Return the places open to the person, the current one marked."""
        if self.person is None:
            return []
        entries = [entry for entry in rules.MENU if entry.is_open_to(self.held)]
        places = [(entry.label, reverse(entry.route)) for entry in entries]
        current = rules.current_place(self.request.path, [url for _label, url in places])
        return [
            SimpleNamespace(label=gettext(label), url=url, is_current=number == current)
            for number, (label, url) in enumerate(places)
        ]

    @cached_property
    def is_demo(self) -> bool:
        """Return whether everything here is invented."""
        return self._surround[0]

    @cached_property
    def legal(self) -> SimpleNamespace | None:
        """Return where the law wants declarations, None where this Vigie is that place."""
        portal = self._surround[1]
        if portal.is_here:
            return None
        return SimpleNamespace(name=portal.name.in_(self.language), url=portal.url)

    @cached_property
    def _surround(self) -> tuple[bool, ShownPortal]:
        return establishments.surround(self.country)

    @cached_property
    def country(self) -> str:
        """Return the nation whose law is shown: that of the person's first territory."""
        for membership in self.memberships:
            if membership.territory_kind == TerritoryKind.NATION:
                return membership.territory_code
            named = membership.establishment or membership.site
            if named:
                return named.country
        return HOME_COUNTRY

    @cached_property
    def contacts(self) -> list[SimpleNamespace]:
        """Return the public emergency contacts in the reader's language."""
        today = timezone.localdate(self.now)
        return [
            SimpleNamespace(
                label=contact.title.in_(self.language),
                hours=contact.hours.in_(self.language),
                use=contact.use.in_(self.language),
                phone=contact.phone,
                dialled=contact.dialled,
                email=contact.email,
                url=contact.url,
                checked_on=contact.checked_on,
                is_stale=contact.is_stale,
            )
            for contact in establishments.emergency_contacts(self.country, today=today)
        ]

    @cached_property
    def alerts(self) -> list[SimpleNamespace]:
        """Return the calls that wait for the person, the oldest first."""
        if self.person is None or Permission.ANSWER_CALLS not in self.held:
            return []
        waiting = calls.alerts(self.person)[: calls.MOST_ALERTS + 1]
        return [
            SimpleNamespace(
                pk=call.pk,
                reason=call.reason,
                is_danger=call.reason == CallReason.DANGER,
                words=gettext(ALERT_WORDS[call.reason]),
                title=call.title,
                place=name_of_rota(call.rota),
                since=call.opened_at,
                url=reverse("portal:call", args=[call.pk]),
                take_url=reverse("portal:take_call", args=[call.pk]),
            )
            for call in waiting
        ]

    @property
    def alerts_url(self) -> str:
        """Return where the page asks again for calls, "" for who answers none."""
        if self.person is None or Permission.ANSWER_CALLS not in self.held:
            return ""
        return f"{reverse('portal:calling')}?seen={self.alerts_seen}"

    @property
    def alerts_seen(self) -> str:
        """Return which calls the page shows, so that nothing moves while nothing changes."""
        return "-".join(str(alert.pk) for alert in self.alerts)

    @property
    def calls_url(self) -> str:
        """Return the list of all calls."""
        return reverse("portal:calls")

    @property
    def who(self) -> str:
        """Return the person's name as lists show it."""
        return self.person.short_name if self.person else ""

    @cached_property
    def role(self) -> str:
        """Return the first role in words, and how many more there are."""
        if not self.memberships:
            return ""
        title = gettext(ROLES[self.memberships[0].role].title)
        more = len({m.role for m in self.memberships}) - 1
        return f"{title} (+{more})" if more else title

    @cached_property
    def place(self) -> str:
        """Return the territories of the person, the first and how many more."""
        if not self.memberships:
            return ""
        first = self.memberships[0]
        named = first.establishment or first.site or first.group
        name = str(named) if named else self._geography(first)
        more = len(self.memberships) - 1
        return f"{name} (+{more})" if more else name

    def _geography(self, membership: Membership) -> str:
        return establishments.territory_name(membership.territory, self.language)

    @property
    def language(self) -> str:
        """Return the two letters of the language of the page."""
        return (get_language() or settings.LANGUAGE_CODE)[:2]

    @property
    def languages(self) -> list[SimpleNamespace]:
        """Return the languages on offer, each named in itself."""
        return [SimpleNamespace(code=code, name=name) for code, name in settings.LANGUAGES]

    @property
    def theme(self) -> str:
        """Return the colours that the person wants: auto, light or dark."""
        wish = self.person.theme if self.person else self.request.COOKIES.get(THEME_COOKIE, "")
        return wish if wish in User.Theme.values else User.Theme.AUTO

    @cached_property
    def scopes(self) -> list[Any]:
        """Return the territories that the person may look at alone."""
        return list(scope_choices(self.person)) if self.person else []

    @property
    def scope_url(self) -> str:
        """Return where the switch of territory is sent."""
        return reverse("accounts:scope")

    @property
    def search_url(self) -> str:
        """Return where words are looked for."""
        return reverse("portal:search") if self.person else ""

    @property
    def preferences_url(self) -> str:
        """Return where language and colours are sent."""
        return reverse("portal:preferences")

    @property
    def home_url(self) -> str:
        """Return the home page."""
        return reverse("portal:home")

    @property
    def sign_out_url(self) -> str:
        """Return where a session is ended."""
        return reverse("account_logout") if self.person else ""

    @property
    def sign_in_url(self) -> str:
        """Return where somebody not signed in goes."""
        return "" if self.person else resolve_url(settings.LOGIN_URL)

    @property
    def sign_in_path(self) -> str:
        """Return the path by which scripts know that a session has ended."""
        return resolve_url(settings.LOGIN_URL)

    @property
    def links(self) -> list[SimpleNamespace]:
        """Return what a person finds under their name."""
        if self.person is None:
            return []
        entries = [(rules.PROFILE, PROFILE_ICON)]
        if rules.ADMINISTRATION.is_open_to(self.held):
            entries.append((rules.ADMINISTRATION, ADMINISTRATION_ICON))
        return [
            SimpleNamespace(url=reverse(entry.route), icon=icon, label=gettext(entry.label))
            for entry, icon in entries
        ]

    @property
    def foot_links(self) -> list[SimpleNamespace]:
        """Return the notices at the foot of every page."""
        return [
            SimpleNamespace(url=reverse("portal:about"), label=gettext("À propos et cadre légal")),
            SimpleNamespace(
                url=reverse("portal:accessibility"),
                label=gettext("Accessibilité : partiellement conforme"),
            ),
            SimpleNamespace(url=reverse("portal:contacts"), label=gettext("Contacts d’urgence")),
        ]

    @cached_property
    def zone_words(self) -> str:
        """Return in which time zone the page tells times."""
        zone = timezone.get_current_timezone_name().replace("_", " ")
        return pgettext("fuseau horaire", "Heures : %(zone)s") % {"zone": zone}

    @property
    def version(self) -> str:
        """Return the version that is installed."""
        return _version()


@cache
def _version() -> str:
    try:
        return metadata.version("vigie")
    except metadata.PackageNotFoundError:  # run from the sources, not installed
        return ""
