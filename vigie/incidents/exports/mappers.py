"""Write a mapping as YAML, to keep, to send, or to use at the command line."""

import yaml

from vigie.incidents.rules.mapping import Mapping


def as_yaml(mapping: Mapping) -> str:
    """Return a mapping as YAML, without what is as usual."""
    content = mapping.model_dump(mode="json", exclude_defaults=True)
    return yaml.safe_dump(content, allow_unicode=True, sort_keys=False, width=100)
