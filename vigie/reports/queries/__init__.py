"""Read reports, the places they come from, and whom to call there."""

from vigie.reports.queries.linked import picture_title, reports_of_file
from vigie.reports.queries.links import link_to_print, links_of, open_links, sites_to_keep
from vigie.reports.queries.officer import (
    OneReport,
    files_to_attach,
    one_report,
    state_of,
    visible_reports,
    waiting_reports,
)
from vigie.reports.queries.places import (
    Whereabouts,
    found_places,
    whereabouts_of,
    whereabouts_of_code,
    whereabouts_of_report,
)
from vigie.reports.queries.public import Followed, followed
from vigie.reports.queries.telephone import Telephone, printed_telephone, telephone_at
from vigie.reports.queries.woken import Woken, about

__all__ = [
    "Followed",
    "OneReport",
    "Telephone",
    "Whereabouts",
    "Woken",
    "about",
    "files_to_attach",
    "followed",
    "found_places",
    "link_to_print",
    "links_of",
    "one_report",
    "open_links",
    "picture_title",
    "printed_telephone",
    "reports_of_file",
    "sites_to_keep",
    "state_of",
    "telephone_at",
    "visible_reports",
    "waiting_reports",
    "whereabouts_of",
    "whereabouts_of_code",
    "whereabouts_of_report",
]
