"""The page that shows every part of the house, for the eye and for axe."""

from datetime import UTC, datetime, timedelta
from pathlib import Path
from types import SimpleNamespace

from django import forms
from django.contrib import messages
from django.http import HttpResponse
from django.shortcuts import redirect
from django.template import engines
from django.urls import include, path

from vigie.ui import fields, widgets

NOW = datetime(2026, 11, 22, 2, 41, tzinfo=UTC)
HOURS = timedelta(hours=1)
PAGES = Path(__file__).parent / "pages"
ANSWER_ICONS = {"yes": "heartbeat", "no": "check", "unknown": "help"}


class Declaration(forms.Form):
    """One field of each kind."""

    title = forms.CharField(label="Que se passe-t-il ?", help_text="Pas de nom de patient.")
    danger = forms.ChoiceField(
        label="Un patient est-il en danger ?",
        choices=[("yes", "Oui"), ("no", "Non"), ("unknown", "Je ne sais pas")],
        widget=widgets.Tiles(icons=ANSWER_ICONS, hot={"yes"}, flat=True),
    )
    kind = forms.ChoiceField(
        label="De quoi s’agit-il ?",
        choices=[("incident", "Un incident"), ("near_miss", "Presque un incident")],
        widget=widgets.Tiles(columns=2, helps={"near_miss": "Arrêté avant tout effet"}),
    )
    noticed = fields.PartialMomentField(
        label="Constaté", help_text="Ce que vous savez : l’année suffit.", read=lambda text, _: text
    )
    activities = forms.MultipleChoiceField(
        label="Activités touchées",
        choices=[("Soins", [("urg", "Urgences"), ("bio", "Biologie")]), ("Appui", [("si", "SI")])],
        widget=widgets.Ticks,
        required=False,
    )
    extent = forms.ChoiceField(
        label="Étendue", choices=[("", "Je ne sais pas"), ("one", "Un serveur")], required=False
    )
    story = forms.CharField(label="En quelques mots", widget=forms.Textarea, required=False)
    due = forms.DateTimeField(label="Prochain point", widget=widgets.Moment, required=False)
    day = forms.DateField(label="Jour", widget=widgets.Day, required=False)
    file = forms.FileField(label="Pièce", required=False)
    agree = forms.BooleanField(label="J’ai prévenu le directeur", required=False)


def episode(activity, kind, since, until=0.0, text=""):
    end = NOW - until * HOURS if until else None
    return {
        "activity": activity, "kind": kind, "start": NOW - since * HOURS, "end": end, "text": text
    }  # fmt: skip


def context():
    bound = Declaration({"danger": "yes", "noticed_day": "14", "kind": "near_miss"})
    return {
        "now": NOW,
        "declared": NOW - 26 * HOURS,
        "next": NOW + timedelta(minutes=4),
        "first_sign": NOW - 3.3 * HOURS,
        "steps": [
            {"label": "Reçu", "state": "done", "at": NOW - 2 * HOURS},
            {"label": "Qualifié", "state": "done", "at": NOW - HOURS},
            {"label": "Confinement en cours", "state": "current", "at": NOW - HOURS},
            {"label": "Résolu", "state": "later"},
            {"label": "Clos", "state": "later"},
        ],
        "episodes": [
            episode("Urgences", "degraded", 3, text="dossier papier"),
            episode("Biologie médicale", "degraded", 3.1, 1.9),
            episode("Biologie médicale", "interruption", 1.9, text="envois au CH voisin"),
            episode("Réanimation", "degraded", 2.5, text="1 soignant par box"),
            episode("Réanimation", "endangerment_proven", 1.5, 0.8),
            episode("Imagerie", "degraded", 2.9, 1.2),
            episode("Imagerie", "recovery", 1.2),
        ],
        "rows": [
            {"name": "CH de Valmont-sur-Adour (40)", "danger": "proven", "severity": 4},
            {"name": "CHU Rive-Haute (67)", "danger": "potential", "severity": 3},
            {"name": "EHPAD Les Tilleuls (59)", "danger": "none", "severity": 1},
        ],
        "page": SimpleNamespace(
            shown=25, total=1000, capped=True, previous_url="?before=1", next_url="?after=2"
        ),
        "form": bound,
        "menu": [
            {"label": "À faire", "url": "#", "count": 3},
            {"label": "File", "url": "#", "is_current": True},
            {"label": "Établissements", "url": "#"},
            {"label": "Observatoire", "url": "#"},
        ],
        "frame": {
            "is_demo": True,
            "who": "C. Morel",
            "role": "analyste, CERT Santé",
            "search_url": "/search",
            "legal": {"name": "portail des signalements", "url": "https://portail.example/"},
            "theme": "auto",
            "language": "fr",
            "languages": [{"code": "fr", "name": "Français"}, {"code": "en", "name": "English"}],
            "preferences_url": "/preferences",
            "sign_out_url": "/out",
            "sign_in_path": "/accounts/login/",
            "scopes": [{"code": "", "label": "Tous (3)", "is_current": True}],
            "links": [{"url": "#", "icon": "user", "label": "Mon profil"}],
            "foot_links": [{"url": "#", "label": "Accessibilité : partiellement conforme"}],
        },
    }


def page(request, name, **more):
    template = engines["django"].from_string((PAGES / name).read_text(encoding="utf-8"))
    return HttpResponse(template.render(context() | more, request), status=more.get("status", 200))


def style_page(request):
    messages.success(request, "Déclaration enregistrée : INC-2026-0417.")
    return page(request, "style.html")


class Short(forms.Form):
    """A form that arrives or comes back."""

    title = forms.CharField(label="Titre", min_length=3)
    story = forms.CharField(label="Récit", required=False, widget=forms.Textarea)


RECEIVED = []  # what the page of declaring was sent
SESSION = {"open": True}


def declare(request):
    form = Short(request.POST or None)
    if request.method != "POST":
        return page(request, "declare.html", form=form)
    if not SESSION["open"]:
        return redirect("/accounts/login/?next=/declare/")
    if not form.is_valid():
        return page(request, "declare.html", form=form, status=422)
    RECEIVED.append(request.POST.dict())
    return redirect("/sent/")


urlpatterns = [
    path("style/", style_page),
    path("declare/", declare),
    path("sent/", lambda request: page(request, "sent.html")),
    path("", include("config.urls")),
]
