"""A signed-in session for the bench, made as the sign-in makes one."""

from importlib import import_module

from django.conf import settings
from django.contrib.auth import BACKEND_SESSION_KEY, HASH_SESSION_KEY, SESSION_KEY

from vigie.accounts.models import User
from vigie.establishments.models import Instance
from vigie.incidents.models import Contact, Declaration, Episode, Incident, Revision
from vigie.kernel import clock


def signed_in(user: User) -> dict[str, str]:
    """Return the header of a session. The instance is a demo: no second factor is forced."""
    Instance.objects.update_or_create(
        pk=1, defaults={"is_demo": True, "created_at": clock.now(), "name": "Bench"}
    )
    store = import_module(settings.SESSION_ENGINE).SessionStore()
    store[SESSION_KEY] = str(user.pk)
    store[BACKEND_SESSION_KEY] = settings.AUTHENTICATION_BACKENDS[-1]
    store[HASH_SESSION_KEY] = user.get_session_auth_hash()
    store.save()
    return {"Cookie": f"{settings.SESSION_COOKIE_NAME}={store.session_key}"}


def clear_files() -> None:
    """Throw away the declarations of the measure before."""
    for table in (Episode, Contact, Revision, Declaration, Incident):
        table.objects.all().delete()
