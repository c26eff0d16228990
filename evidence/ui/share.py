"""Sharing a view: the button that copies title and link, and what of a link was left out, in words.

The button works without the network and by keyboard. Where the browser keeps the clipboard shut (a page that is neither
https nor on this computer), title and link stand in a field, selected, to be copied by hand.
"""

import base64
import hashlib
import html
from collections.abc import Iterable, Mapping
from types import MappingProxyType
from typing import Any

from evidence.dataset.outcomes import OUTCOMES
from evidence.questions import onset, response
from evidence.questions import options as page_options
from evidence.selection.selection import PRESETS, Selection
from evidence.selection.url import FILTERS, parameters, parse_view
from evidence.stats.effect_sizes import MEASURES

# No “<” before a letter: the sanitizer of st.html drops a script that looks as if it held tags.
SCRIPT = """
(() => {
    const root = document.currentScript.parentNode;
    const [button, said, field] = ['button', '[role=status]', 'textarea'].map(name => root.querySelector(name));
    // A click on the menu while a link is still being opened drops the filters from the address: put them back.
    const here = new URL(location.href);
    const wanted = new URLSearchParams(root.dataset.view);
    const lost = [...new Set(wanted.keys())].filter(name => !here.searchParams.has(name));
    lost.forEach(name => wanted.getAll(name).forEach(value => here.searchParams.append(name, value)));
    if (lost.length) history.replaceState(history.state, '', here);
    const show = (words, text) => {
        said.textContent = words;
        field.hidden = !text;
        field.value = text;
        if (text) { field.focus(); field.select(); }
    };
    button.addEventListener('click', async () => {
        const title = document.querySelector('h1')?.innerText ?? document.title;
        const text = `${title} (Ketamine in depression: the evidence)\\n${location.href}`;
        try {
            await navigator.clipboard.writeText(text);
            show('Title and link copied', '');
        } catch {
            show('Copy this:', text);
            if (document.execCommand('copy')) {
                show('Title and link copied', '');
                button.focus();
            }
        }
    });
})();
"""
_STYLE = """
.share { display: flex; flex-wrap: wrap; align-items: center; gap: .25rem .5rem; justify-content: flex-end }
.share button { font: inherit; color: inherit; background: transparent; cursor: pointer; min-height: 2.4rem;
  padding: 0 .75rem; border: 1px solid color-mix(in srgb, currentColor 45%, transparent); border-radius: .25rem }
.share button:hover { border-color: currentColor }
.share button:focus-visible { outline: 2px solid #0072B2; outline-offset: 2px }
.share [role=status]:empty { display: none } .share [role=status] { font-size: .85rem }
.share textarea { width: 100%; min-height: 4rem; font: inherit; font-size: .8rem }
.share [hidden] { display: none }
"""


def button(selection: Selection, page: str, is_plain: bool = False) -> str:
    """The button as HTML for a view of a page, with the filters and the switch that its address must hold."""
    held = "&".join(part for part in (parameters(selection), "plain=true" if is_plain else "") if part)
    view, name = (html.escape(text, quote=True) for text in (held, page))
    return (
        f"<style>{_STYLE}</style>"
        f'<div class="share" data-view="{view}" data-page="{name}">'
        '<button type="button" title="Copy the title and the link of this view">Share</button>'
        '<span role="status"></span><textarea readonly hidden aria-label="Title and link"></textarea>'
        f"<script>{SCRIPT}</script></div>"
    )


def script_source() -> str:
    """The button's script as a source of the Content-Security-Policy: it alone is allowed, by its hash.

    >>> script_source().startswith("'sha256-")
    True
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}'"


# Read by pages themselves, without a widget of that name: of trials, of icons, of a seminar; and Streamlit's own.
UNBOUND = frozenset({"trial", "rate", "present", "notes", "step", "data", "lecture", "embed", "embed_options"})
# The page of exports holds the options of the other pages in its address, without their widgets.
_OWNED: Mapping[str, frozenset[str]] = MappingProxyType({"export": frozenset(page_options.LABELS)})
# What a page's options say where they first stand: these leave the address, being the default.
DEFAULTS: Mapping[str, str] = MappingProxyType(
    {
        "outcome": OUTCOMES[response.OUTCOME_CHOICES[0]].label,
        "time": next(iter(response.TIME_CHOICES.values())),
        "effect": MEASURES[response.MEASURE_CHOICES[0]].label,
        "order": next(iter(response.ORDERS)),
        "model": next(iter(response.METHODS.values())),
        "interval": next(iter(response.TESTS.values())),
        "measure": onset.MEASURE_LABELS["MD"],
    }
)
_ONE_VALUE = ("preset", *DEFAULTS)
Asked = Mapping[str, tuple[str, ...]]


def tidied(asked: Asked) -> dict[str, tuple[str, ...]]:
    """The parameters that hold a value more often than it counts, as they ought to be: of one choice the last.

    >>> tidied({"preset": ("Everything", "Everything"), "route": ("Oral", "Oral", "Rectal"), "dose": ("0.5", "0.5")})
    {'preset': ('Everything',), 'route': ('Oral', 'Rectal')}
    """
    found = {}
    for name, values in asked.items():
        kept = values[-1:] if name in _ONE_VALUE else tuple(dict.fromkeys(values))
        if name != "dose" and kept != values:
            found[name] = kept
    return found


def left_out(
    asked: Asked, kept: Asked, state: Mapping[str, Any], is_whole: bool = True, page: str = ""
) -> tuple[str, ...]:
    """What a link asked for and this page does not know, in words.

    `asked` are the parameters of the link, `kept` those that stand in the address after the page has run, `state` the
    values of the page's widgets by name. Where the page ended early (`is_whole` is False) its own options were not
    drawn, and nothing is said of them. `page` is the page's address.
    """
    notes = []
    for name, values in asked.items():
        known = tidied({name: values}).get(name, values)
        if name == "preset" or name == "dose" or name in FILTERS:
            notes += _of_filter(name, known)
        elif _is_owned(name, page):
            continue
        elif name in state:
            notes += [_said(name, v) for v in known if v not in kept.get(name, ()) and not _is_default(name, v, state)]
        elif is_whole:
            notes += [_said(name, value) for value in known]
    return tuple(notes)


def unknown(asked: Iterable[str], state: Mapping[str, Any], page: str = "") -> tuple[str, ...]:
    """The names in an address that neither the frame nor the page knows.

    >>> unknown(["route", "utm_source", "trial"], {"route": []})
    ('utm_source',)
    """
    return tuple(name for name in asked if name not in state and not _is_owned(name, page))


def _is_owned(name: str, page: str) -> bool:
    return name in UNBOUND or name in _OWNED.get(page, ())


def _of_filter(name: str, values: tuple[str, ...]) -> list[str]:
    if name == "dose":
        return list(parse_view("&".join(f"dose={value}" for value in values)).notes)
    labels = [item.label for item in (PRESETS if name == "preset" else FILTERS[name]).values()]
    return [_said(name, value) for value in values if value and value not in labels]


def _is_default(name: str, value: str, state: Mapping[str, Any]) -> bool:
    held = state[name]
    return not value or value in (DEFAULTS.get(name), str(held), str(held).lower())


def _said(name: str, value: str) -> str:
    return f"“{name}={value}” is not known here; left out."
