"""Read settings from the environment; nonsense stops the start with a sentence."""

import contextlib
import json
import os
import re
import secrets
from pathlib import Path
from typing import Any
from urllib.parse import parse_qsl, unquote, urlsplit

LEAST_SECRET = 16  # characters
# "Declared" means on the disk, whatever the server's own default is. Questions that are planned
# once (vigie.kernel.prepared, from the first time on) are not planned again for each value.
POSTGRESQL = "-c synchronous_commit=on -c plan_cache_mode=force_generic_plan"


class BadSetting(Exception):  # noqa: N818 - reads as a sentence where it is raised
    """An environment variable holds something that Vigie cannot use."""


def env_text(name: str, default: str = "") -> str:
    """Return the variable, or the content of the file that NAME_FILE points at."""
    pointed = os.environ.get(f"{name}_FILE")
    if pointed:
        try:
            return Path(pointed).read_text(encoding="utf-8").strip()
        except OSError as reason:
            raise BadSetting(f"{name}_FILE: {reason}") from reason
    return os.environ.get(name, default)


def env_bool(name: str, default: bool = False) -> bool:
    """Return whether the variable says yes. Raises BadSetting on anything but yes and no."""
    text = env_text(name).strip().lower()
    if not text:
        return default
    if text in {"1", "true", "yes", "on"}:
        return True
    if text in {"0", "false", "no", "off"}:
        return False
    raise BadSetting(f"{name} must be 1 or 0, not {text!r}")


def env_choice(name: str, default: str, choices: tuple[str, ...]) -> str:
    """Return the variable, in capitals. Raises BadSetting when it is none of the choices."""
    chosen = env_text(name, default).strip().upper()
    if chosen not in choices:
        raise BadSetting(f"{name} must be one of {', '.join(choices)}, not {chosen!r}")
    return chosen


def env_int(name: str, default: int, *, least: int = 0) -> int:
    """Return the variable as a whole number. Raises BadSetting when it is none or too small."""
    text = env_text(name).strip()
    if not text:
        return default
    try:
        number = int(text)
    except ValueError as reason:
        raise BadSetting(f"{name} must be a whole number, not {text!r}") from reason
    if number < least:
        raise BadSetting(f"{name} must be at least {least}, not {number}")
    return number


def env_list(name: str, default: str = "") -> list[str]:
    """Return the variable's parts, which commas separate."""
    return [part.strip() for part in env_text(name, default).split(",") if part.strip()]


def env_https(name: str) -> str:
    """Return the variable as an address. Raises BadSetting unless it is https, or on loopback."""
    return https(name, env_text(name).strip().rstrip("/"))


def https(name: str, text: str) -> str:
    """Return the address. Raises BadSetting unless it is https, or on loopback, or empty."""
    parts = urlsplit(text)
    inside = parts.hostname in {"localhost", "127.0.0.1", "::1"}
    if text and not (parts.hostname and (parts.scheme == "https" or inside)):
        raise BadSetting(f"{name} must begin with https://, not {text!r}")
    return text


def env_json(name: str, default: str) -> Any:
    """Return the variable read as JSON. Raises BadSetting when it is none."""
    try:
        return json.loads(env_text(name).strip() or default)
    except ValueError as reason:
        raise BadSetting(f"{name} is not JSON: {reason}") from reason


def env_numbers(name: str, default: str) -> frozenset[int]:
    """Return the variable's whole numbers, which commas separate. Raises BadSetting."""
    try:
        return frozenset(int(part) for part in env_list(name, default))
    except ValueError as reason:
        raise BadSetting(f"{name} must be numbers separated by commas") from reason


def env_webhooks(name: str) -> dict[str, dict[str, str]]:
    """Return the webhooks that may be called, by name: {"duty": {"url": "…", "secret": "…"}}.

    Raises BadSetting for anything else, a weak secret or an address that is not https.
    """
    said = env_json(name, "{}")
    if not isinstance(said, dict):
        raise BadSetting(f"{name} must be an object: names, each with url and secret")
    for called, hook in said.items():
        fits = isinstance(hook, dict) and set(hook) == {"url", "secret"}
        if not fits or not all(isinstance(value, str) for value in hook.values()):
            raise BadSetting(f"{name}: {called} must have a url and a secret, nothing else")
        if not re.fullmatch(r"[a-z0-9][a-z0-9-]{0,39}", called):
            raise BadSetting(f"{name}: {called!r} may hold small letters, digits and - only")
        if len(hook["secret"]) < LEAST_SECRET:
            raise BadSetting(f"{name}: the secret of {called} is shorter than {LEAST_SECRET}")
        https(f"{name}: {called}", hook["url"])
    return said


def openid_connect(issuer: str, acr: list[str]) -> dict[str, object]:
    """Return the provider of sign-in by directory (Pro Santé Connect, the hospital's own), if any.

    acr: the levels of sign-in to ask for, of which one must be reached to count as second factor.
    """
    if not issuer:
        return {}
    app = {
        "provider_id": "directory",
        "name": env_text("VIGIE_OIDC_NAME", "Pro Santé Connect"),
        "client_id": env_text("VIGIE_OIDC_CLIENT_ID", "vigie"),
        "secret": env_text("VIGIE_OIDC_CLIENT_SECRET"),
        "settings": {
            "server_url": issuer,
            "scope": env_text("VIGIE_OIDC_SCOPE", "openid profile email").split(),
            "oauth_pkce_enabled": True,
            "auth_params": {"acr_values": " ".join(acr)} if acr else {},
        },
    }
    return {"openid_connect": {"APPS": [app]}}


def secret_kept_in(path: Path) -> str:
    """Return the secret of a file, made at the first start; it appears whole or not at all."""
    if not path.exists():
        path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
        draft = path.with_name(f".{path.name}.{secrets.token_hex(8)}")
        draft.touch(mode=0o600)
        draft.write_text(secrets.token_urlsafe(48), encoding="utf-8")
        with contextlib.suppress(FileExistsError):  # another process was first
            os.link(draft, path)
        draft.unlink()
    return path.read_text(encoding="utf-8").strip()


def database(url: str) -> dict[str, object]:
    """Return the database of a URL such as postgresql://user:password@host:5432/name.

    A folder with a socket may stand in the query: postgresql://user@/name?host=/run/postgresql.
    Raises BadSetting when the URL names another kind of database.
    """
    parts = urlsplit(url)
    if parts.scheme not in {"postgres", "postgresql"}:
        raise BadSetting(f"DATABASE_URL must begin with postgresql://, not {parts.scheme!r}")
    asked = dict(parse_qsl(parts.query))
    return {
        "ENGINE": "vigie.kernel.postgresql",  # Django's, with questions planned once
        "NAME": unquote(parts.path.lstrip("/")),
        "USER": unquote(parts.username or ""),
        "PASSWORD": unquote(parts.password or ""),
        "HOST": asked.pop("host", unquote(parts.hostname or "")),
        "PORT": asked.pop("port", str(parts.port or "")),
        "CONN_MAX_AGE": 600,
        "CONN_HEALTH_CHECKS": True,
        "OPTIONS": {**asked, "options": POSTGRESQL, "prepare_threshold": 0},
    }
