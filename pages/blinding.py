"""Could people tell? The effect by how the treatment was hidden, with the event that tells beside it."""

import streamlit as st

from evidence.ui import filters
from evidence.ui import page as pages
from evidence.ui.components import heading
from evidence.ui.sections import blinding as blinding_section

view = pages.current()
heading.question("Could people tell what they got?")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

body = st.container()
options = blinding_section.options(view)
with body:
    blinding_section.draw(view, options)
