"""Read settings from the environment; nonsense stops the start with a sentence."""

import os
from pathlib import Path


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
