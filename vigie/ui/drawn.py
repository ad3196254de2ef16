"""Draw the same small picture once: a page holds dozens of icons and states, all pages the same."""

from collections.abc import Callable
from functools import lru_cache, wraps
from typing import Any

from django.utils.safestring import SafeString
from django.utils.translation import get_language

KEPT = 1000  # pictures of each kind


def drawn_once(draw: Callable[..., SafeString]) -> Callable[..., SafeString]:
    """Return the function, which draws what it was asked before once in each language.

    draw: depends on its arguments and on the language alone. They are told apart by their type
    too: a text that may hold HTML is not one that holds none.
    """

    @lru_cache(maxsize=KEPT, typed=True)
    def kept(_language: str | None, *args: Any, **named: Any) -> SafeString:
        return draw(*args, **named)

    @wraps(draw)
    def drawn(*args: Any, **named: Any) -> SafeString:
        return kept(get_language(), *args, **named)

    return drawn
