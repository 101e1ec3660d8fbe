"""Addresses of views, remembered: a list asks for two in each row."""

from functools import lru_cache

from django.urls import reverse
from django.utils.html import conditional_escape
from django.utils.safestring import SafeString


@lru_cache(maxsize=8192)
def address(view: str, *parts: str | int) -> SafeString:
    """The address of a view and its arguments, which is the same whoever asks; escaped for an attribute."""
    return conditional_escape(reverse(view, args=parts))
