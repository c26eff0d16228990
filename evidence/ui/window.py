"""What the server cannot see of the reader's window: whether it is narrow, which theme it shows, and its history.

Two switches out of sight hold the answers; a script of a few lines sets them when the page is opened, when a phone is
turned, when a window is pulled narrow, and when the system changes between light and dark. A rerun follows only where
an answer changes. Until the script has spoken the browser's own name decides: phones are narrow.
"""

import base64
import hashlib
from functools import cache
from pathlib import Path

import streamlit as st

NARROW, DARK = "window-narrow", "window-dark"
NARROWEST_WIDE = 641  # pixels from which on a chart has its wide layout
# No “<” before a letter: the sanitizer of st.html drops a script that looks as if it held tags.
SCRIPT = f"""
(() => {{
    const narrow = matchMedia('(max-width: {NARROWEST_WIDE - 1}px)');
    const bright = () => {{
        const [r, g, b] = getComputedStyle(document.querySelector('[data-testid=stApp]')).backgroundColor
            .match(/[0-9.]+/g).map(Number);
        return r + g + b > 382;
    }};
    const set = (key, wanted) => {{
        const box = document.querySelector('.st-key-' + key + ' input');
        if (box && box.checked !== wanted) box.click();
    }};
    // While the script runs a click on a switch would be sent with the page before, and lead back to it.
    const isBusy = () => document.querySelector('[data-testid=stApp]').dataset.testScriptState !== 'notRunning';
    // The answer that came with the document stays until the page has drawn as much, and no part of it is a grey box.
    const painted = document.getElementById('first-paint');
    const clear = () => {{
        const isDrawn = document.querySelector('#root .picture')
            || (!isBusy() && document.querySelector('.st-key-frame-foot'));
        if (isDrawn && !document.querySelector('[data-testid=stSkeleton]')) painted.remove();
        else setTimeout(clear, 50);
    }};
    if (painted) clear();
    const look = () => {{
        const menu = document.querySelector('[data-testid=stExpandSidebarButton]');
        if (menu) menu.ariaLabel = 'Menu';
        if (isBusy()) return;
        set('{NARROW}', narrow.matches); set('{DARK}', !bright());
    }};
    // Plotly selects what it has last seen under the pointer: a finger has no pointer until it touches.
    const touched = event => {{
        const [finger] = event.touches;
        const target = document.elementFromPoint(finger.clientX, finger.clientY);
        if (target && target.closest('.js-plotly-plot')) target.dispatchEvent(new MouseEvent('mousemove',
            {{clientX: finger.clientX, clientY: finger.clientY, bubbles: true}}));
    }};
    // A mark of a picture in HTML is a button; the one that the server hears is out of sight beside it.
    const tapped = event => {{
        const mark = event.target.closest && event.target.closest('[data-mark]');
        if (!mark) return;
        const heard = mark.closest('.stVerticalBlock').querySelectorAll('[class*=-tapped] button');
        if (heard[mark.dataset.mark]) heard[mark.dataset.mark].click();
    }};
    // A page's options are parts of its address, not pages: Back leads to the page before in one press. Streamlit takes
    // them out of the address before it opens the next page: the page left gets them again, for whoever comes back.
    const push = history.pushState.bind(history);
    let left = location.href;
    const leaving = () => {{ left = location.href; }};
    const pushed = (state, title, url) => {{
        if (new URL(url, location.href).pathname === location.pathname) return history.replaceState(state, title, url);
        if (new URL(left).pathname === location.pathname) history.replaceState(history.state, title, left);
        push(state, title, url);
    }};
    // The camera of a chart saves what an export saves: finding and source stand round it while the picture is taken.
    const taken = event => {{
        const button = event.target.closest && event.target.closest('.modebar-btn');
        const chart = button && button.closest('.js-plotly-plot');
        const frame = chart && chart._context && (chart._context.toImageButtonOptions || {{}}).frame;
        if (!frame) return;
        const layout = chart.layout, {{title, margin, annotations}} = layout;
        Object.assign(layout, {{title: frame.title, margin: frame.margin,
            annotations: [...(annotations || []), frame.annotation]}});
        setTimeout(() => Object.assign(layout, {{title, margin, annotations}}), 0);
    }};
    if (!window.evidenceWindow) {{
        document.addEventListener('click', taken, {{capture: true}});
        document.addEventListener('click', leaving, {{capture: true}});
        document.addEventListener('click', tapped);
        document.addEventListener('touchstart', touched, {{capture: true, passive: true}});
        history.pushState = pushed;
    }}
    clearInterval(window.evidenceWindow);
    window.evidenceWindow = setInterval(look, 400);
    look();
}})();
"""


@cache
def style(paper: str, quiet: str) -> str:
    """Return the frame's style sheet with the theme's ground and its ink for notes."""
    sheet = (Path(__file__).parent / "static" / "frame.css").read_text("utf-8")
    return f"<style>:root {{ --paper: {paper}; --quiet: {quiet}; }}\n{sheet}</style>"


def watch() -> None:
    """Draw the two switches and their script; the frame does so on every page."""
    if NARROW not in st.session_state:
        st.session_state[NARROW] = names_a_phone(st.context.headers.get("User-Agent") or "")
    st.session_state.setdefault(DARK, st.context.theme.type == "dark")
    with st.container(key="window"):
        st.checkbox("Narrow window", key=NARROW)
        st.checkbox("Dark theme", key=DARK)
        st.html(f"<script>{SCRIPT}</script>", unsafe_allow_javascript=True)


def names_a_phone(agent: str) -> bool:
    """Return whether a browser says of itself that it runs on a phone."""
    return "Mobi" in agent


def is_narrow() -> bool:
    """Return whether charts and tables are laid out for a phone."""
    return bool(st.session_state.get(NARROW))


def is_dark() -> bool:
    """Return whether the browser shows the dark theme."""
    return bool(st.session_state.get(DARK))


def script_source() -> str:
    """Return the script's hash as a source for the Content-Security-Policy.

    >>> script_source().startswith("'sha256-")
    True
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}'"
