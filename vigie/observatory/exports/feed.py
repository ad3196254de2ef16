"""The publications as Atom (RFC 4287), for whoever wants to be told of the next."""

from collections.abc import Callable, Iterable

from django.utils.feedgenerator import Atom1Feed
from django.utils.translation import get_language
from django.utils.translation import gettext as _

from vigie.observatory.rules.shown import Issue

MEDIA_TYPE = "application/atom+xml; charset=utf-8"


def write(
    issues: Iterable[Issue], *, here: str, page: str, address: Callable[[Issue], str]
) -> bytes:
    """Return the feed. here: its own address; page: that of the observatory; newest first."""
    feed = Atom1Feed(
        title=_("Observatoire des incidents de cybersécurité en santé"),
        link=page,
        feed_url=here,
        description=_("Ce que l’observatoire publie et corrige."),
        language=get_language() or "fr",
    )
    for one in issues:
        feed.add_item(
            title=_title(one),
            link=address(one),
            unique_id=f"{page}#{one.year}-{one.revision}",
            description=_summary(one),
            pubdate=one.published_at,
            updateddate=one.published_at,
        )
    return feed.writeString("utf-8").encode()


def _title(issue: Issue) -> str:
    if issue.revision == 1:
        return _("Chiffres de %(year)s") % {"year": issue.year}
    numbers = {"year": issue.year, "revision": issue.revision}
    return _("Chiffres de %(year)s, révision %(revision)s") % numbers


def _summary(issue: Issue) -> str:
    proof = _("Empreinte SHA-256 : %(hash)s") % {"hash": issue.sha256}
    return f"{issue.note}\n{proof}" if issue.note else proof
