"""Render the HTML files of the exports from the templates beside this module; every value is escaped."""

from functools import cache
from typing import Any

from jinja2 import Environment, PackageLoader, StrictUndefined


@cache
def _environment() -> Environment:
    return Environment(
        loader=PackageLoader("evidence.export"),
        autoescape=True,
        undefined=StrictUndefined,
        trim_blocks=True,
        lstrip_blocks=True,
        keep_trailing_newline=True,
    )


def render(template: str, **values: Any) -> bytes:
    """Return a template filled with values, as UTF-8; text is escaped unless it is `markupsafe.Markup`."""
    return _environment().get_template(template).render(values).encode("utf-8", "xmlcharrefreplace")
