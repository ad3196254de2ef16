"""What needs a person now: each source answers one question with a card, or has none for them."""

from collections.abc import Callable
from datetime import datetime
from typing import Any, cast

from django.db.models import Count, Exists, Max, OuterRef, Q, QuerySet, Window
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.accounts.models import User
from vigie.accounts.queries import scoped
from vigie.accounts.rules import Permission
from vigie.establishments.models import Callout
from vigie.establishments.rules import CallReason
from vigie.incidents.models import Declaration, Draft, Incident, Message, ReadMark
from vigie.incidents.models.duty_words import STATES
from vigie.incidents.queries import my_drafts, visible_incidents
from vigie.incidents.queries.duties_due import Due, listed, pressing
from vigie.incidents.queries.search import SHOWN as LISTED
from vigie.incidents.rules.words import Endangerment, Waiting
from vigie.portal.queries import upkeep
from vigie.portal.queries.calls import alerts
from vigie.portal.queries.rota import name_of_rota
from vigie.portal.queries.upkeep import SHOWN
from vigie.portal.rules import Card, Item
from vigie.reports.models import Report
from vigie.reports.queries import picture_title, waiting_reports

LASTS = "last_of_files"
Source = Callable[[User, datetime], Card | None]
Since = Callable[[], datetime | None]


def needs(reader: User, *, now: datetime) -> list[Card]:
    """Return the cards of a person's home page, the most pressing first, empty ones last.

    Costs one SQL query a card, two for an empty one.
    """
    cards = [card for source in SOURCES if (card := source(reader, now))]
    return sorted(cards, key=lambda card: not card.items)


def calls(reader: User, now: datetime) -> Card | None:
    """Return the calls that nobody took, for who answers them; no card where all is quiet."""
    if not reader.may(Permission.ANSWER_CALLS):
        return None
    waiting = alerts(reader)
    if not waiting:
        return None
    return Card(
        code="calls",
        title=_("Appels sans réponse"),
        icon="phone-call",
        empty="",
        items=[_call_item(call) for call in waiting[:SHOWN]],
        total=len(waiting),
        more="portal:calls",
    )


def late(reader: User, now: datetime) -> Card | None:
    """Return the files whose next action is late, for the desk."""
    if not reader.may(Permission.FOLLOW):
        return None
    return _files_card(
        "late",
        _("Actions en retard"),
        icon="clock-exclamation",
        files=_open_files(reader).filter(next_action_at__lt=now).order_by("next_action_at", "id"),
        empty=_("Aucune action n’est en retard."),
        more="incidents:queue",
    )


def duties(reader: User, now: datetime) -> Card | None:
    """Return the legal notices that are late, without delay or soon due, for who sends them."""
    if not reader.may(Permission.RECORD_LEGAL):
        return None
    rows = list(pressing(reader, now=now).annotate(of_all=Window(Count("pk")))[:SHOWN])
    return Card(
        code="duties",
        title=_("Échéances légales"),
        icon="scale",
        empty=_("Aucune échéance légale n’attend."),
        items=[_duty_item(one) for one in listed(rows, now)],
        total=rows[0].of_all if rows else 0,
        more="incidents:due",
    )


def mine(reader: User, now: datetime) -> Card | None:
    """Return the files that the analyst follows."""
    if not reader.may(Permission.FOLLOW):
        return None
    return _files_card(
        "mine",
        _("Mes dossiers"),
        icon="briefcase",
        files=_by_danger(_open_files(reader).filter(assignee=reader)),
        empty=_("Aucun dossier ouvert ne vous est affecté."),
        more="incidents:queue",
    )


def unassigned(reader: User, now: datetime) -> Card | None:
    """Return the files that nobody follows yet."""
    if not reader.may(Permission.FOLLOW):
        return None
    return _files_card(
        "unassigned",
        _("Sans analyste"),
        icon="user-question",
        files=_by_danger(_open_files(reader).filter(assignee=None)),
        empty=_("Chaque dossier ouvert a son analyste."),
        more="incidents:queue",
    )


def unread(reader: User, now: datetime) -> Card | None:
    """Return the files with messages from the other side that the person has not read."""
    if not reader.may(Permission.WRITE_MESSAGES):
        return None
    at_desk = reader.may(Permission.FOLLOW)
    read = ReadMark.objects.filter(
        incident=OuterRef("incident"), user=reader, read_at__gte=OuterRef("at")
    )
    new = Message.objects.filter(incident=OuterRef("pk"), from_desk=not at_desk)
    files = _open_files(reader).filter(Exists(new.filter(~Exists(read))))
    return _files_card(
        "unread",
        _("Messages non lus"),
        icon="messages",
        files=_by_danger(files),
        empty=_("Tous les messages de vos dossiers ouverts sont lus."),
        more="incidents:list",
        since=_last(ReadMark.objects.filter(user=reader), "read_at"),
    )


def drafts(reader: User, now: datetime) -> Card | None:
    """Return what the person began to declare and did not send."""
    if not reader.may(Permission.DECLARE):
        return None
    rows = my_drafts(reader)
    items = [_draft_item(draft) for draft in rows[:SHOWN]]
    if not items and reader.may(Permission.FOLLOW):
        return None  # the desk seldom declares: no empty card for it
    sent = _last(Declaration.objects.filter(declared_by=reader), "incident__declared_at")
    return Card(
        code="drafts",
        title=_("Mes brouillons"),
        icon="pencil",
        empty=_("Aucun brouillon : toutes vos déclarations sont envoyées."),
        items=items,
        total=len(items) if len(items) < SHOWN else rows.count(),
        since=None if items else sent(),
    )


def awaited(reader: User, now: datetime) -> Card | None:
    """Return the files where the CERT waits for the structure."""
    if not reader.may(Permission.WRITE_MESSAGES) or reader.may(Permission.FOLLOW):
        return None
    mine = _open_files(reader)
    files = mine.filter(waiting=Waiting.STRUCTURE)
    return _files_card(
        "awaited",
        _("Le CERT attend votre réponse"),
        icon="hourglass",
        files=files.order_by("waiting_since", "id"),
        empty=_("Le CERT n’attend rien de vous."),
        more="incidents:list",
        since=lambda: _lasts(reader)["waited"],
    )


def ongoing(reader: User, now: datetime) -> Card | None:
    """Return the open files of a structure or a region, the gravest first."""
    if not reader.may(Permission.READ_INCIDENTS) or reader.may(Permission.FOLLOW):
        return None
    return _files_card(
        "ongoing",
        _("Incidents en cours"),
        icon="activity",
        files=_by_danger(_open_files(reader)),
        empty=_("Aucun incident en cours sur votre territoire."),
        more="incidents:list",
        since=lambda: _lasts(reader)["closed"],
    )


def reports(reader: User, now: datetime) -> Card | None:
    """Return the reports from the wards that nobody dealt with, danger first."""
    if not reader.may(Permission.HANDLE_REPORTS):
        return None
    rows = waiting_reports(reader).filter(scoped(reader))
    found = list(rows.annotate(of_all=Window(Count("pk")))[:SHOWN])
    return Card(
        code="reports",
        title=_("Signalements à traiter"),
        icon="bell",
        empty=_("Aucun signalement n’attend."),
        items=[_report_item(report) for report in found],
        total=found[0].of_all if found else 0,
        more="reports:list",
    )


SOURCES: tuple[Source, ...] = (
    calls,
    reports,
    duties,
    late,
    awaited,
    unread,
    drafts,
    mine,
    unassigned,
    ongoing,
    upkeep.invitations,
    upkeep.contacts,
    upkeep.outbox,
)


def _open_files(reader: User) -> QuerySet[Incident]:
    return visible_incidents(reader).filter(scoped(reader), is_open=True)


def _by_danger(files: QuerySet[Incident]) -> QuerySet[Incident]:
    return files.order_by("-danger_rank", "next_action_at", "id")


def _files_card(
    code: str,
    title: str,
    *,
    icon: str,
    files: QuerySet[Incident],
    empty: str,
    more: str,
    since: Since | None = None,
) -> Card:
    # One question for the first files and for how many there are.
    rows = list(files.only(*LISTED).annotate(of_all=Window(Count("pk")))[:SHOWN])
    items = [_file_item(file) for file in rows]
    return Card(
        code=code,
        title=title,
        icon=icon,
        empty=empty,
        items=items,
        total=rows[0].of_all if rows else 0,
        more=more,
        since=since() if since and not items else None,
    )


def _last(rows: QuerySet[Any], column: str) -> Since:
    """Return a way to ask for the latest moment of a column, used only where it is shown."""

    def ask() -> datetime | None:
        latest: datetime | None = rows.aggregate(latest=Max(column))["latest"]
        return latest

    return ask


def _lasts(reader: User) -> dict[str, datetime | None]:
    """Return when the turn last changed in an open file, and when one was last closed.

    Two empty cards ask the same files: one question answers both.
    """
    kept: dict[str, Any] = vars(reader)
    if LASTS not in kept:
        kept[LASTS] = (
            visible_incidents(reader)
            .filter(scoped(reader))
            .aggregate(waited=Max("waiting_since", filter=Q(is_open=True)), closed=Max("closed_at"))
        )
    return cast(dict[str, datetime | None], kept[LASTS])


def _file_item(file: Incident) -> Item:
    return Item(
        text=file.title,
        route="incidents:file",
        key=(file.pk,),
        note=f"{file.reference} · {file.site or file.establishment}",
        danger=file.endangerment,
        due=file.next_action_at,
    )


def _duty_item(one: Due) -> Item:
    file = one.incident
    place = str(file.site or file.establishment)
    return Item(
        text=one.title.in_(get_language() or "fr"),
        route="incidents:duties",
        key=(file.pk,),
        note=f"{STATES[one.state]} · {file.reference} · {place}",
        due=one.clock.due_at,
    )


def _call_item(call: Callout) -> Item:
    words = {
        CallReason.DANGER: _("patient en danger"),
        CallReason.URGENT: _("incident urgent"),
        CallReason.REPORT: _("signalement"),
    }
    note = f"{words[CallReason(call.reason)]} · {name_of_rota(call.rota)}"
    return Item(call.title, "portal:call", (call.pk,), note, since=call.opened_at)


def _report_item(report: Report) -> Item:
    return Item(
        text=picture_title(report.picture),
        route="reports:one",
        key=(report.pk,),
        note=f"{report.reference} · {report.place_name}",
        danger=Endangerment.POTENTIAL if report.danger_rank else "",
        since=report.received_at,
    )


def _draft_item(draft: Draft) -> Item:
    return Item(
        text=draft.title or _("Déclaration sans titre"),
        route="incidents:draft",
        key=(draft.key,),
        note=str(draft.establishment or _("établissement à choisir")),
        since=draft.updated_at,
    )
