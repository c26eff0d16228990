"""The summary of findings: one table in the Cochrane form for the selection, to read and to take away."""

import streamlit as st

from evidence.export import summary_of_findings as summary_export
from evidence.report.tables import summary_of_findings as summary_tables
from evidence.ui import cache as cached
from evidence.ui import filters, window
from evidence.ui import page as pages
from evidence.ui.components import cite as cite_panel
from evidence.ui.components import heading, published
from evidence.ui.components.citation_card import escaped, reference_list
from evidence.ui.sections import made
from evidence.ui.sections import missing as missing_section

view = pages.current()
heading.question("What do the trials show, outcome by outcome?")
if not view.results:
    filters.empty_notice(view.evidence.results, view.selection)
    st.stop()

summary, section, absent = cached.once(view, made.summarised)
if section is None:
    st.info(
        "For this selection, these data have no comparable numbers on any outcome of this table. "
        "Choose a wider selection above."
    )
    st.stop()

heading.headline(section.sentence.large, section.sentence.below)
columns = [0, 1, 2, 3, 4, 5, 6]
names = summary_tables.headings(summary)
rows = summary_tables.summary_rows(summary)
if window.is_narrow():
    # A table of seven columns does not fit a phone: each outcome is a card with its certainty in full.
    for row in rows:
        with st.container(border=True):
            lines = "  \n".join(f"{escaped(names[i])}: **{escaped(row[i])}**" for i in columns[1:] if row[i] != "—")
            st.markdown(f"**{escaped(row[0])}**  \n{lines}")
else:
    st.table(
        {names[i]: [f"**{escaped(row[i])}**" if i == 0 else escaped(row[i]) for row in rows] for i in columns},
        border="horizontal",
        hide_index=True,
        alt=section.alt,
    )
st.header("In plain words", anchor=False)
reasons = {line.reason for line in summary.lines}
for line in summary.lines:
    st.markdown(f"**{line.title}.** {escaped(line.statement)}")
    if len(reasons) == 1 and len(summary.lines) > 1:
        continue
    source = view.links.get(line.review.citation) if line.review is not None else None
    published.quiet_with_link(escaped(line.reason), source)
if len(reasons) == 1 and len(summary.lines) > 1:
    st.caption(f"Certainty, for all of them: {escaped(reasons.pop())}")

missing_section.show(absent)

st.header("Download and cite", anchor=False)
keys = list(dict.fromkeys(result.citation for result in summary.results))
keys += [line.review.citation for line in summary.lines if line.review is not None]
references = [view.evidence.references[key] for key in dict.fromkeys(keys) if key in view.evidence.references]
name, short = f"summary-of-findings-{view.evidence.short}", view.evidence.short
WORD = "application/vnd.openxmlformats-officedocument.wordprocessingml.document"
with st.container(horizontal=True):
    for label, suffix, mime, make in (
        ("Web page (HTML)", "html", "text/html", lambda: summary_export.to_html(summary, references, short, absent)),
        ("Word (DOCX)", "docx", WORD, lambda: summary_export.to_docx(summary, references, short, absent)),
        ("Spreadsheet (CSV)", "csv", "text/csv", lambda: summary_export.summary_csv(summary)),
    ):
        st.download_button(
            label,
            make,
            file_name=f"{name}.{suffix}",
            mime=mime,
            key=f"sof-{suffix}",
            on_click="ignore",
            icon=":material/download:",
        )
cite_panel.cite(view, "sof", references)
for note in section.notes:
    st.caption(escaped(note))
with st.expander("References of everything pooled", key="sof-references"):
    reference_list(view.evidence, summary.results)
