"""Put people on call, hang posters in wards, and let one night happen through the real acts."""

from collections.abc import Callable, Iterator, Sequence
from datetime import date, datetime, timedelta, tzinfo
from hashlib import sha256
from pathlib import Path
from typing import Any

import yaml

from vigie.accounts.models import User
from vigie.demo.operations.population import HOME_REGION, Named
from vigie.demo.rules import people, shifts
from vigie.demo.rules.shifts import Shift
from vigie.establishments.models import Establishment, Ward
from vigie.establishments.operations import add_duties, set_standing
from vigie.establishments.operations.rota import DutyFacts, NewDuty, StandingFacts
from vigie.establishments.rules import Territory, TerritoryKind
from vigie.establishments.rules.rota import Level, Slot
from vigie.incidents.feeds import observables as feed
from vigie.incidents.models import Incident
from vigie.incidents.operations import store
from vigie.incidents.operations.observables import Seen, add_sightings
from vigie.incidents.operations.wording import Wording, save_template
from vigie.incidents.rules.words import SightingSource
from vigie.reports import operations as reports
from vigie.reports.models import Report
from vigie.reports.queries import Whereabouts
from vigie.reports.rules import Told

NIGHT = Path(__file__).parents[1] / "night.yaml"
Staff = dict[str, list[User]]
Plan = Callable[[date, tzinfo], Iterator[Shift]]


def watch(named: Named, staff: Staff, now: datetime) -> None:
    """Fill the rotas, open the short links, and tell the reports and observables of the night."""
    told: dict[str, Any] = yaml.safe_load(NIGHT.read_text(encoding="utf-8"))
    _roster(named, staff, now)
    officer = staff["rssi"][0]
    for structure in (named.home, named.second, named.third):
        for site in structure.sites.order_by("id")[:1]:
            reports.open_short_links(by=officer, site=site, now=now)
    for report in told["reports"]:
        _report(named.home, officer, report, now)
    for noted in told["observables"]:
        _note(staff["cert_analyst"][0], noted, now)
    for answer in told["templates"]:
        words = Wording(answer["title"], answer["fr"], answer["en"])
        save_template(by=staff["cert_lead"][0], country="FR", words=words, now=now)


def _roster(named: Named, staff: Staff, now: datetime) -> None:
    officer, lead = staff["rssi"][0], staff["cert_lead"][0]
    team = [officer, *staff["dsi"], *staff["director"][:1]]
    home = Territory(TerritoryKind.EJ, named.home.code)
    standing = StandingFacts(
        name="Standard, demander l’astreinte informatique", phone=people.phone(900)
    )
    set_standing(by=officer, territory=home, facts=standing, now=now)
    _put(officer, home, team, "Astreinte informatique", shifts.by_the_day, now)
    region = Territory(TerritoryKind.REGION, HOME_REGION)
    _put(
        staff["ars_officer"][0],
        region,
        [*staff["ars_officer"], *staff["grades_officer"]],
        "Point focal régional",
        shifts.office_hours,
        now,
    )
    nation = Territory(TerritoryKind.NATION, "FR")
    _put(lead, nation, staff["cert_analyst"], "Analyste CERT", shifts.round_the_clock, now)


def _put(
    by: User, territory: Territory, team: Sequence[User], function: str, plan: Plan, now: datetime
) -> None:
    """Put a team on call in turns, the next one as deputy."""
    today = now.astimezone(store.zone()).date()
    duties = []
    for shift in plan(today, store.zone()):
        for level, person in ((Level.FIRST, shift.turn), (Level.DEPUTY, shift.turn + 1)):
            facts = _facts(team[person % len(team)], function)
            duties.append(NewDuty(Slot(shift.start, shift.end, level), facts))
    add_duties(by=by, territory=territory, duties=duties, now=now)


def _facts(person: User, function: str) -> DutyFacts:
    return DutyFacts(function, person.full_name, phone=person.phone, email=person.email)


def _report(home: Establishment, officer: User, told: dict[str, Any], now: datetime) -> None:
    """Send one report from a ward's poster, and let the officer do with it what the story says."""
    ward = Ward.objects.select_related("site").get(site__establishment=home, name=told["ward"])
    link = ward.short_links.get(revoked_at=None)
    when = now - timedelta(minutes=told["ago"])
    key = sha256(f"{now.date()} {told['ward']} {told['ago']}".encode()).hexdigest()[:48]
    report = reports.receive(
        where=Whereabouts(home, ward.site, ward, link),
        told=Told(
            danger=told["danger"],
            device=told["device"],
            picture=told["picture"],
            text=told["text"],
            where=told["where"],
            name=told["name"],
            phone=people.phone(700 + told["ago"]),
        ),
        key=key,
        language="fr",
        now=when,
    ).report
    _handle(officer, report, told, when)


def _handle(officer: User, report: Report, told: dict[str, Any], when: datetime) -> None:
    later = when + timedelta(minutes=4)
    if "answer" in told:
        reports.mark_seen(by=officer, report=report, now=later)
        reports.answer(
            by=officer, report=report, text=told["answer"], key=f"demo {report.pk}", now=later
        )
    if "reject" in told:
        reports.reject(by=officer, report=report, reason=told["reject"], now=later)


def _note(analyst: User, noted: dict[str, Any], now: datetime) -> None:
    """Note what a text left in the files whose titles begin as told."""
    seen = [Seen(named) for named in feed.read([noted["text"]]).found]
    for title in noted["files"]:
        for incident in Incident.objects.filter(title__startswith=title).order_by("id")[:2]:
            add_sightings(
                by=analyst,
                incident=incident,
                seen=seen,
                source=SightingSource.PASTED,
                now=now - timedelta(minutes=20),
            )
