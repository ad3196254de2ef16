"""Read a mapping that somebody wrote as YAML or JSON."""

import yaml
from pydantic import ValidationError

from vigie.incidents.rules.mapping import Mapping

LONGEST = 1_000_000  # signs


class BadMapping(ValueError):  # noqa: N818 - reads as a sentence where it is raised
    """A text is no mapping; it says where and why."""


def load(text: str) -> Mapping:
    """Return the mapping that a text holds; JSON is YAML too. Raises BadMapping."""
    if len(text) > LONGEST:
        raise BadMapping("too long for a mapping")
    try:
        content = yaml.safe_load(text)
    except (yaml.YAMLError, RecursionError) as reason:
        raise BadMapping(" ".join(str(reason).split())) from reason
    try:
        return Mapping.model_validate(content)
    except ValidationError as reason:
        raise BadMapping(told(reason)) from reason


def told(reason: ValidationError) -> str:
    """Return where and why a mapping makes no sense, in one line."""
    error = reason.errors()[0]
    place = ".".join(str(part) for part in error["loc"])
    return ": ".join(part for part in (place, error["msg"].removeprefix("Value error, ")) if part)
