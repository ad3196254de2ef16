"""Let programs in by token, and the pages' own scripts by the session that signed them in."""

from django.http import HttpRequest
from ninja.security import HttpBearer, SessionAuth

from vigie.accounts import operations, queries
from vigie.accounts.models import User
from vigie.kernel import clock


class BearerToken(HttpBearer):
    """Take `Authorization: Bearer vig_…` for its owner, narrowed to the scopes of the token."""

    def authenticate(self, request: HttpRequest, token: str) -> User | None:
        """Return the owner, None where the token is unknown, over, or its owner gone."""
        now = clock.now()
        found = queries.token_in_force(token, now=now)
        if found is None:
            return None
        operations.note_token_use(token=found, now=now)
        found.user.token_scopes = found.permissions
        request.user = found.user
        return found.user


class PageSession(SessionAuth):
    """Take the session of a signed-in page; a request that changes something needs its CSRF token.

    Whoever still owes a second factor is turned away before, by the middleware.
    """

    def authenticate(self, request: HttpRequest, key: str | None) -> User | None:
        """Return the person of the session, None for anybody else."""
        return request.user if isinstance(request.user, User) else None
