"""Parse what people ask of the portal and what they state about establishments."""

from vigie.portal.forms.frame import OutboxForm, PreferencesForm, SearchForm
from vigie.portal.forms.places import (
    CloseForm,
    ContactForm,
    DayForm,
    DesignationForm,
    EstablishmentForm,
    GroupForm,
    JoinForm,
    NewGroupForm,
    PlaceFilterForm,
    PortalForm,
    SiteForm,
    WardForm,
)

__all__ = [
    "CloseForm",
    "ContactForm",
    "DayForm",
    "DesignationForm",
    "EstablishmentForm",
    "GroupForm",
    "JoinForm",
    "NewGroupForm",
    "OutboxForm",
    "PlaceFilterForm",
    "PortalForm",
    "PreferencesForm",
    "SearchForm",
    "SiteForm",
    "WardForm",
]
