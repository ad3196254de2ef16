"""The rota: who is on call, as a calendar; who may change it does so here."""

from collections.abc import Sequence
from datetime import UTC, date, datetime, timedelta
from typing import Any
from urllib.parse import urlencode

from django.contrib import messages
from django.core.exceptions import PermissionDenied, ValidationError
from django.http import Http404, HttpResponse
from django.shortcuts import get_object_or_404, redirect, render
from django.urls import reverse
from django.utils import timezone
from django.utils.translation import gettext as _
from django.utils.translation import ngettext
from django.views.decorators.http import require_GET, require_http_methods, require_POST

from vigie.accounts.guards import SignedRequest, needs
from vigie.accounts.rules import Permission
from vigie.establishments import operations
from vigie.establishments import queries as establishments
from vigie.establishments.models import Duty, Rota
from vigie.establishments.queries import Spot
from vigie.establishments.rules import Stretch, Territory, month_weeks, week_of
from vigie.kernel import clock
from vigie.portal.forms.rota import (
    DutyForm,
    GapForm,
    NewDutyForm,
    PeriodForm,
    RepeatForm,
    StandingForm,
)
from vigie.portal.queries import rota as queries
from vigie.portal.views.registering import keep, posted
from vigie.ui import moments
from vigie.ui.calendar import Span, Week, draw_week

READ, MANAGE = Permission.READ_ROTA, Permission.MANAGE_ROTA
ROWS = {1: 0, 2: 1}
KINDS = {1: "duty", 2: "deputy"}


@needs(READ)
@require_GET
def rotas(request: SignedRequest) -> HttpResponse:
    """Show the rotas of the reader: who is there now, and when nobody will be."""
    now = clock.now()
    context = {
        "now": now,
        "lines": queries.lines(request.user, now),
        "days": queries.LOOK_AHEAD.days,
        "horizon": now + queries.LOOK_AHEAD,
        "may_answer": request.user.may(Permission.ANSWER_CALLS),
    }
    return render(request, "portal/rota/list.html", context)


@needs(READ)
@require_GET
def rota(request: SignedRequest, at: str) -> HttpResponse:
    """Show the calendar of a territory, its gaps, and whom to call now."""
    spot, now = _spot(request, at), clock.now()
    stored = establishments.rota_at(spot)
    weeks, is_month = _period(request, now)
    duties = establishments.duties_between(stored, weeks[0].start, weeks[-1].end)
    ahead = establishments.duties_between(stored, now, now + queries.LOOK_AHEAD)
    context = {
        "now": now,
        "at": at,
        "name": queries.name_of(spot.territory),
        "place": spot.establishment,
        "rota": stored,
        "weeks": [_drawn(week, duties, at, now, links=_may(request, spot)) for week in weeks],
        "duties": duties,
        "gaps": [
            (gap, _filling_url(at, gap))
            for gap in establishments.gaps_between(ahead, now, now + queries.LOOK_AHEAD)
        ],
        "days": queries.LOOK_AHEAD.days,
        "horizon": now + queries.LOOK_AHEAD,
        "on_call": establishments.on_call_at(spot.territory, now),
        "fallback": _fallback(spot, stored),
        "may_manage": _may(request, spot),
        "minutes": stored.minutes if stored else None,
        "repeat": RepeatForm(initial={"week": timezone.localdate(weeks[0].start), "times": 4}),
        **_navigation(weeks, is_month, now),
    }
    return render(request, "portal/rota/rota.html", context)


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def new_duty(request: SignedRequest, at: str) -> HttpResponse:
    """Put somebody on call, with a deputy if one is named."""
    spot = _managed(request, at)
    start = GapForm(request.GET).proposed() or _first_gap(spot, clock.now())
    form = NewDutyForm(posted(request), initial=start)
    return keep(
        request,
        form,
        lambda: operations.add_duty(
            by=request.user,
            territory=spot.territory,
            slot=form.slot,
            facts=form.facts,
            deputy=form.deputy,
            now=clock.now(),
        ),
        title=_("Inscrire une astreinte"),
        about=queries.name_of(spot.territory),
        back=_page(at),
        done=_("L’astreinte est inscrite."),
    )


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def duty(request: SignedRequest, pk: int) -> HttpResponse:
    """Change a duty, or take it out from here."""
    found = _duty(request, pk)
    form = DutyForm.of(found, posted(request))
    return keep(
        request,
        form,
        lambda: operations.amend_duty(
            by=request.user, duty=found, slot=form.slot, facts=form.facts, now=clock.now()
        ),
        title=_("Changer une astreinte"),
        about=queries.name_of_rota(found.rota),
        back=_page(str(found.rota.territory)),
        done=_("L’astreinte est changée."),
        remove=reverse("portal:end_duty", args=[found.pk]),
    )


@needs(MANAGE)
@require_POST
def end_duty(request: SignedRequest, pk: int) -> HttpResponse:
    """End a duty that runs, or take out one to come."""
    found = _duty(request, pk)
    try:
        operations.end_duty(by=request.user, duty=found, now=clock.now())
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _("L’astreinte est retirée."))
    return redirect(_page(str(found.rota.territory)))


@needs(MANAGE)
@require_POST
def repeat(request: SignedRequest, at: str) -> HttpResponse:
    """Repeat a week over those that follow."""
    spot, form = _managed(request, at), RepeatForm(request.POST)
    if not form.is_valid():
        messages.error(request, _("Dites combien de semaines répéter, de 1 à 26."))
        return redirect(_page(at))
    week = form.cleaned_data["week"]
    try:
        done = operations.repeat_week(
            by=request.user,
            territory=spot.territory,
            week=week_of(week, timezone.get_current_timezone()),
            times=form.cleaned_data["times"],
            zone=timezone.get_current_timezone(),
            now=clock.now(),
        )
    except ValidationError as refused:
        messages.error(request, refused.messages[0])
    else:
        messages.success(request, _told(done))
    return redirect(f"{_page(at)}?day={week:%Y-%m-%d}")


@needs(MANAGE)
@require_http_methods(["GET", "POST"])
def set_rota(request: SignedRequest, at: str) -> HttpResponse:
    """State the permanent contact of a territory and how its calls go on."""
    spot = _managed(request, at)
    form = StandingForm.of(establishments.rota_at(spot), posted(request))
    return keep(
        request,
        form,
        lambda: operations.set_standing(
            by=request.user, territory=spot.territory, facts=form.facts, now=clock.now()
        ),
        title=_("Contact permanent et délai d’appel"),
        about=queries.name_of(spot.territory),
        back=_page(at),
        done=_("Le contact permanent est enregistré."),
    )


def _spot(request: SignedRequest, at: str) -> Spot:
    spot = queries.visible_spot(request.user, at)
    if spot is None:
        raise Http404
    return spot


def _first_gap(spot: Spot, now: datetime) -> dict[str, datetime]:
    """Return the next time that nobody stands in, as a proposal."""
    stored, horizon = establishments.rota_at(spot), now + queries.LOOK_AHEAD
    ahead = establishments.duties_between(stored, now, horizon)
    holes = establishments.gaps_between(ahead, now, horizon)
    if not holes:
        return {}
    end = holes[0].end if holes[0].end < horizon else holes[0].start + timedelta(hours=12)
    return {"starts_at": holes[0].start, "ends_at": end}


def _may(request: SignedRequest, spot: Spot) -> bool:
    return request.user.may(MANAGE, at=spot.place)


def _managed(request: SignedRequest, at: str) -> Spot:
    spot = _spot(request, at)
    if not _may(request, spot):
        raise PermissionDenied
    return spot


def _duty(request: SignedRequest, pk: int) -> Duty:
    found = get_object_or_404(queries.visible_duties(request.user), pk=pk)
    if not request.user.may(MANAGE, at=found.rota.place):
        raise PermissionDenied
    return found


def _page(at: str) -> str:
    return reverse("portal:rota", args=[at])


def _period(request: SignedRequest, now: datetime) -> tuple[list[Stretch], bool]:
    """Return the weeks to show; nonsense in the address shows the present."""
    form = PeriodForm(request.GET)
    form.is_valid()
    zone = timezone.get_current_timezone()
    day: date = form.cleaned_data.get("day") or timezone.localdate(now)
    is_month = form.cleaned_data.get("show") == "month"
    return (month_weeks(day, zone) if is_month else [week_of(day, zone)]), is_month


def _navigation(weeks: Sequence[Stretch], is_month: bool, now: datetime) -> dict[str, Any]:
    middle = timezone.localdate(weeks[len(weeks) // 2 if is_month else 0].start)
    first, after = timezone.localdate(weeks[0].start), timezone.localdate(weeks[-1].end)
    if is_month:
        before, later = middle.replace(day=1) - timedelta(days=1), _next_month(middle)
    else:
        before, later = first - timedelta(days=7), after
    return {
        "is_month": is_month,
        "month": middle,
        "first_day": first,
        "last_day": after - timedelta(days=1),
        "previous_url": _to(before, is_month),
        "next_url": _to(later, is_month),
        "today_url": _to(timezone.localdate(now), is_month),
        "week_url": _to(middle if is_month else first, False),
        "month_url": _to(middle, True),
    }


def _next_month(day: date) -> date:
    return (day.replace(day=1) + timedelta(days=31)).replace(day=1)


def _to(day: date, is_month: bool) -> str:
    return "?" + urlencode({"day": day.isoformat()} | ({"show": "month"} if is_month else {}))


def _drawn(
    week: Stretch, duties: Sequence[Duty], at: str, now: datetime, *, links: bool
) -> dict[str, Any]:
    """Return one week of the calendar: the drawing and, for ears and print, its text."""
    inside = [d for d in duties if d.starts_at < week.end and d.ends_at > week.start]
    holes = establishments.gaps_between(inside, week.start, week.end)
    spans = [_span(duty, links) for duty in inside]
    spans += [_gap(hole, at, now, links) for hole in holes]
    drawing: Week = draw_week(
        [_("Premier appelé"), _("Suppléant")],
        spans,
        start=week.start,
        end=week.end,
        now=now,
        zone=timezone.get_current_timezone(),
    )
    return {"week": week, "drawing": drawing, "duties": inside, "gaps": holes}


def _span(duty: Duty, links: bool) -> Span:
    said = {
        "who": f"{duty.name}, {duty.function}",
        "start": moments.short(duty.starts_at),
        "end": moments.short(duty.ends_at),
    }
    return Span(
        start=duty.starts_at,
        end=duty.ends_at,
        kind=KINDS[duty.level],
        words=duty.name,
        more=duty.function,
        title=_("%(who)s, du %(start)s au %(end)s") % said,
        url=reverse("portal:duty", args=[duty.pk]) if links else "",
        row=ROWS[duty.level],
    )


def _gap(hole: Stretch, at: str, now: datetime, links: bool) -> Span:
    said = {"start": moments.short(hole.start), "end": moments.short(hole.end)}
    return Span(
        start=hole.start,
        end=hole.end,
        kind="gap" if hole.end > now else "past",
        words=_("personne") if hole.end > now else "",
        title=_("Personne du %(start)s au %(end)s") % said,
        url=_filling_url(at, hole) if links and hole.end > now else "",
        row=None,
    )


def _filling_url(at: str, hole: Stretch) -> str:
    """Return the form that fills a gap."""
    bounds = {
        name: at_.astimezone(UTC).strftime("%Y-%m-%dT%H:%M:00Z")
        for name, at_ in (("start", hole.start), ("end", hole.end))
    }
    return reverse("portal:new_duty", args=[at]) + "?" + urlencode(bounds)


def _fallback(spot: Spot, stored: Rota | None) -> list[str]:
    """Return who is called, in order, where nobody is on duty."""
    names = []
    if stored and (stored.standing_phone or stored.standing_email):
        contact = f"{stored.standing_name} {stored.standing_phone}".strip()
        names.append(_("contact permanent (%s)") % contact)
    place = spot.place
    above = [
        Territory.parse(f"region:{place.region}") if place.region else None,
        Territory.parse(f"nation:{place.country}"),
    ]
    return names + [queries.name_of(one) for one in above if one and one != spot.territory]


def _told(done: operations.Repeated) -> str:
    words = ngettext("%(n)s astreinte inscrite.", "%(n)s astreintes inscrites.", done.created) % {
        "n": done.created
    }
    if not done.taken:
        return words
    taken = ngettext(
        "%(n)s était déjà prise et n’a pas changé.",
        "%(n)s étaient déjà prises et n’ont pas changé.",
        done.taken,
    )
    return f"{words} {taken % {'n': done.taken}}"
