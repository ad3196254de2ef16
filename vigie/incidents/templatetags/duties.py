"""How templates say duties and draw their clocks."""

from dataclasses import dataclass
from datetime import datetime, timedelta

from django import template
from django.utils.functional import Promise
from django.utils.safestring import SafeString
from django.utils.translation import gettext, ngettext

from vigie.incidents.models import DutyAct, Incident
from vigie.incidents.models import duty_words as words
from vigie.incidents.queries.duties import FileDuties
from vigie.incidents.queries.duties_page import Question
from vigie.incidents.rules.duties.clocks import Clock, State
from vigie.incidents.rules.duties.predicates import Because
from vigie.incidents.rules.duties.reading import Duty, Standing
from vigie.incidents.rules.duties.record import Act, ActKind, Channel
from vigie.reference.catalogue import Title
from vigie.reference.duties import DueKind, Regime, Stage, StartKind, duty_facts
from vigie.reference.duties import law as duties_law
from vigie.ui import moments
from vigie.ui.templatetags.ui import state as draw_state

register = template.Library()
Words = str | Promise
IN_HOURS = timedelta(hours=100)  # below, time left is told in hours: the law counts them


@register.filter
def said(title: Title | None) -> str:
    """Say a text of the reference in the reader's language."""
    return words.said(title)


@register.filter
def facts_said(because: tuple[Because, ...]) -> str:
    """Say the facts that decide on a duty."""
    return words.because(because)


@register.filter
def state_said(state: State) -> Words:
    """Say the state of a clock."""
    return words.STATES[state]


@register.filter
def standing_said(standing: Standing) -> Words:
    """Say how a duty stands."""
    return words.STANDINGS[standing]


@register.filter
def kind_said(kind: str) -> Words:
    """Say what was recorded."""
    return words.KINDS[ActKind(kind)]


@register.filter
def channel_said(channel: str) -> Words:
    """Say how a notice was sent."""
    return words.CHANNELS[Channel(channel)]


@register.filter
def to_whom(stage: Stage) -> str:
    """Say to whom a stage goes."""
    return words.recipients(stage)


@register.filter
def answer_said(act: Act) -> str:
    """Say the answer that somebody gave."""
    return words.fact_said(act.fact, act.answer) if act.answer else ""


@register.filter
def duty_of(duties: FileDuties, clock: Clock) -> Duty | None:
    """Return the duty that a clock belongs to."""
    return duties.duty(clock.regime.code)


@register.simple_tag
def retracted(duties: FileDuties, act: DutyAct) -> bool:
    """Return whether a record was taken back."""
    return duties.is_retracted(act)


@register.filter
def act_title(act: DutyAct, incident: Incident) -> str:
    """Say what a record is about: its stage, else its whole regime."""
    law = duties_law(incident.country)
    found = law and (law.stage(act.regime, act.stage) or law.regime(act.regime))
    return words.said(found.title) if found else act.regime


@register.filter
def fact_title(code: str) -> str:
    """Say a question that duties depend on."""
    return words.said(duty_facts()[code].title)


@register.filter
def question_answer(question: Question) -> str:
    """Say the answer to a question as it stands."""
    return words.fact_said(question.code, question.answer)


@register.simple_tag
def state_mark(state: State) -> SafeString:
    """Draw the state of a stage: icon, word and colour."""
    return draw_state(words.TONES[state], str(words.STATES[state]), icon=words.ICONS[state])


@dataclass(frozen=True, slots=True)
class Face:
    """What one clock shows. bar: percent of the time gone, None without a bar."""

    icon: str
    tone: str  # class of the time left
    left: str
    due: str
    why: str
    bar: int | None = None


@register.simple_tag
def face(clock: Clock, now: datetime) -> Face:
    """Return what a clock shows at a moment."""
    state = clock.state
    has_bar = clock.due is not None and state in (State.LATE, State.SOON, State.RUNNING)
    tones = {State.LATE: "late", State.SOON: "soon"}
    tone = "" if words.TONES[state] in ("plain", "quiet") else f"v-{words.TONES[state]}"
    return Face(
        icon=words.ICONS[state],
        tone=f"{tone} {tones.get(state, '')}".strip(),
        left=_left(clock, now),
        due=_due(clock, now),
        why=_why(clock, now),
        bar=clock.share(now) if has_bar else None,
    )


def _left(clock: Clock, now: datetime) -> str:
    if clock.state is State.DONE and clock.first_sent:
        return gettext("faite, %(when)s") % {"when": moments.short(clock.first_sent.at, now)}
    if clock.state is State.LATE:
        late = hours(-clock.left(now))
        return gettext("en retard de %(duration)s") % {"duration": late}
    if clock.state in (State.SOON, State.RUNNING):
        return hours(clock.left(now)) if clock.due else gettext("sans échéance")
    return str(words.STATES[clock.state])


def hours(length: timedelta) -> str:
    """Return a length in hours as the law counts them, in days beyond a hundred hours."""
    if not timedelta(hours=10) <= length < IN_HOURS:
        return moments.duration(length)
    whole, minutes = divmod(int(length / timedelta(minutes=1)), 60)
    told = gettext("%(hours)d h %(minutes)02d") % {"hours": whole, "minutes": minutes}
    return told.replace(" ", moments.NBSP)


def _due(clock: Clock, now: datetime) -> str:
    if clock.state is State.DONE and clock.first_sent:
        receipt = clock.first_sent.receipt
        return gettext("reçu %(receipt)s") % {"receipt": receipt} if receipt else ""
    if clock.state is State.TO_CHECK:
        return gettext("aucun délai affiché")
    if clock.state is State.WITHOUT_DELAY:
        return gettext("à faire maintenant")
    return moments.full(clock.due) if clock.due else ""


def _why(clock: Clock, now: datetime) -> str:
    """Return what stands after the reason: what started it, or what it waits for."""
    parts = [
        str(words.DOUBTS[clock.doubt]) if clock.doubt else "",
        str(words.WAITS[clock.waits]) if clock.waits else "",
        _ended(clock, now),
        _started(clock, now),
    ]
    return ". ".join(part[:1].upper() + part[1:] for part in parts if part)


def _ended(clock: Clock, now: datetime) -> str:
    closed = clock.closed
    if closed is None:
        return str(words.ENDED[clock.ended]) if clock.ended else ""
    when = moments.short(closed.recorded_at or closed.at, now)
    told = {"reason": closed.reason, "who": closed.who, "when": when}
    return gettext("%(reason)s (%(who)s, %(when)s)") % told


def _started(clock: Clock, now: datetime) -> str:
    if clock.start is None:
        return ""
    told = {"what": start_words(clock.regime, clock.stage), "when": moments.short(clock.start, now)}
    if clock.is_assumed:
        return gettext("court depuis %(when)s : %(what)s (heure supposée, à noter)") % told
    return gettext("court depuis %(when)s : %(what)s") % told


def start_words(regime: Regime, stage: Stage) -> str:
    """Return what sets a stage running, in words."""
    start = stage.start
    if start.kind is StartKind.AWARE:
        return words.said(regime.aware)
    if start.kind is StartKind.RESOLVED:
        return gettext("fin de l’incident")
    if start.kind is StartKind.EVENT:
        return words.said(stage.event)
    other = {"stage": words.said(regime.stages[start.of].title)}
    if start.kind is StartKind.SENT:
        return gettext("envoi de « %(stage)s »") % other
    return gettext("échéance de « %(stage)s »") % other


@register.filter
def length_said(stage: Stage) -> str:
    """Say how long the law gives: 72 h, 1 mois, sans délai."""
    due = stage.due
    if due.kind is DueKind.WITHOUT_DELAY:
        return str(words.STATES[State.WITHOUT_DELAY])
    if due.kind is DueKind.NONE:
        return gettext("sans échéance")
    if due.months:
        return ngettext("%(n)s mois", "%(n)s mois", due.months) % {"n": due.months}
    return gettext("%(hours)d h") % {"hours": due.hours} if due.hours else gettext("à cette date")


@register.filter
def runs_from(stage: Stage, regime: Regime) -> str:
    """Say from what a stage runs."""
    return start_words(regime, stage)
