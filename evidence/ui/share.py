"""The button that copies the title and the link of a view.

It works without the network and by keyboard. If the browser refuses access to the clipboard (a page that is neither
https nor on this computer), title and link appear in a field, selected, to be copied by hand.
"""

import base64
import hashlib
import html

from evidence import __version__
from evidence.dataset.topic import topic
from evidence.selection.selection import Selection
from evidence.selection.url import parameters

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
        const link = new URL(location.href);
        if (!link.searchParams.has('data')) link.searchParams.set('data', root.dataset.version);
        const text = `${title} (${root.dataset.name})\\n${link}`;
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


def button(selection: Selection, page: str, is_plain: bool = False, version: str = "", digest: str = "") -> str:
    """Make the HTML button for a view of a page, with the filters and the switch that its address must contain.

    What is copied names the version of the data and of the program; the link has the beginning of the data's hash.
    """
    query = "&".join(part for part in (parameters(selection), "plain=true" if is_plain else "") if part)
    called = f"{topic().title}; data version {version}, program {__version__}" if version else topic().title
    view, name, title, made = (html.escape(text, quote=True) for text in (query, page, called, digest))
    return (
        f'<div class="share" data-view="{view}" data-page="{name}" data-name="{title}" '
        f'data-version="{made}">'
        '<button type="button" title="Copy the title and the link of this view">Share</button>'
        '<span role="status"></span><textarea readonly hidden aria-label="Title and link"></textarea>'
        f"<script>{SCRIPT}</script></div>"
    )


def script_source() -> str:
    """Return the script's hash as a source for the Content-Security-Policy, which allows this script alone.

    >>> script_source().startswith("'sha256-")
    True
    """
    return f"'sha256-{base64.b64encode(hashlib.sha256(SCRIPT.encode()).digest()).decode()}'"
