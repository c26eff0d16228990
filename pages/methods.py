"""Where the numbers come from: decisions, formulas, words, limits, versions, and how to cite."""

from datetime import UTC, datetime

import streamlit as st

from evidence import __version__
from evidence.api import examples
from evidence.bibliography import self_citation
from evidence.content import glossary, methods
from evidence.content.formulas import CHAPTERS
from evidence.report.figures.interval_widths import interval_widths
from evidence.report.figures.style import INKS
from evidence.ui import data as app_data
from evidence.ui import window
from evidence.ui.components.citation_card import escaped

evidence = app_data.current().evidence
ADDRESS = {"Address": st.column_config.LinkColumn(display_text="open", width="small")}

st.title("Where do the numbers come from?", anchor=False)
st.markdown(
    "Every number on every page is computed from one version of the data by the formulas below. They are tested "
    "against the R package metafor 3.8 to six decimals, and an R script beside a pooled chart reproduces its numbers."
)

st.header("Decisions", anchor=False)
st.markdown(
    "Another analyst might have chosen differently. These are the choices, with their sources; the formulas are for "
    "those who want them."
)
st.markdown(methods.decisions_text())

st.subheader("Why the interval of few trials is Bayesian", anchor=False)
widths = methods.widths()
by_trials = {width.trials: width for width in widths}
two, three = by_trials[2], by_trials[3]
st.markdown(
    "Suppose that all trials have the same result and effects do not differ between settings. Each further trial "
    "should then narrow the interval. Under the rule used before, the third trial widened it, from "
    f"{two.old:.2f} to {three.old:.2f} standard errors of a trial on either side. The Bayesian interval goes from "
    f"{two.now:.2f} to {three.now:.2f}."
)
in_words = "; ".join(f"{width.trials} trials: {width.old:.2f} before, {width.now:.2f} now" for width in widths)
st.plotly_chart(
    interval_widths(widths, INKS["dark" if window.is_dark() else "light"]),
    theme=None,
    key="interval-widths",
    alt=f"Half the width of the 95% interval by number of trials: {in_words}",
    config={"displayModeBar": False},
)
st.caption(in_words)

st.header("Formulas", anchor=False)
st.markdown("The line below each formula names the function that computes it and the tests that check it.")
for chapter in CHAPTERS:
    with st.expander(chapter.title, key=f"chapter-{chapter.title}"):
        st.markdown(methods.as_markdown(chapter.introduction))
        for formula in chapter.formulas:
            how = f"{formula.how} ({formula.source})." if formula.how else f"({formula.source})"
            st.markdown(f"**{methods.as_markdown(formula.statement)}**  \n{methods.as_markdown(how)}")
            st.caption(f"`evidence.{formula.function}`, tested in `{formula.tested}`")

st.header("Times that are pooled together", anchor=False)
st.table(glossary.times_frame(), border="horizontal", hide_index=True)

st.header("Priors on how far trials differ", anchor=False)
st.markdown(
    "Those of the data on screen, as `topic.toml` names them. Points take that of standardised differences times the "
    "standard deviation of the scale; a risk difference takes that of ratios times p(1 − p)."
)
st.table(glossary.priors_frame().map(escaped), border="horizontal", hide_index=True)

done_not, limits = st.columns(2, gap="large")
with done_not:
    st.header("What is not done", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in methods.NOT_DONE))
with limits:
    st.header("Limits", anchor=False)
    st.markdown("\n".join(f"- {line}" for line in methods.LIMITS))

st.header("Words", anchor=False)
st.markdown("The files, the pages and the exports use the same words; files contain the word in the last column.")
lists = glossary.words_frames()
chosen = st.selectbox("List of words", list(lists), key="words", bind="query-params", width=360)
st.dataframe(lists[chosen], hide_index=True, alt=f"{chosen}: definitions")

st.header("What is checked in the data", anchor=False)
st.markdown("Every row is checked when the files are read. A blocking problem leaves its row out; a note does not.")
problems = glossary.problems_frame()
with st.expander(f"All kinds of problem · {len(problems)}", key="finding-kinds"):
    st.dataframe(problems, hide_index=True, alt="Kinds of problem and what they mean")
st.page_link("../../pages/quality.py", label="See the problems in the present data", icon=":material/rule:")

st.header("For programs", anchor=False)
st.markdown(
    "Programs can query the same server for rows, pooled numbers, references and the schema. `/api/openapi.json` "
    "describes every path and parameter. The API is read-only."
)
# The address of the reader's own browser, so that the lines work as they stand.
base = (st.context.url or "").partition("?")[0].rpartition("/")[0] + "/"
codes = examples.snippets(base if base.startswith("http") else examples.USUAL)
for tab, code in zip(st.tabs(list(codes)), codes.values(), strict=True):
    tab.code(code, language=None, wrap_lines=True)  # the colours of Streamlit's highlighting are too faint to read

st.header("Versions", anchor=False)
st.markdown(f"Dashboard {__version__}, data version `{evidence.short}`.")
st.caption(f"SHA-256 of the data files: {evidence.digest}")
with st.expander("Software", key="software"):
    st.table(methods.versions_frame(), border="horizontal", hide_index=True)

st.header("How to cite", anchor=False)
today = datetime.now(UTC).date()
st.markdown(escaped(self_citation.in_words(__version__, evidence.short, today)))
st.markdown("Cite the trials as well: every chart offers their references as RIS, BibTeX and CSL-JSON.")
cff = self_citation.cff(__version__, evidence.short, today)
with st.expander("As a CITATION.cff file", key="cff"):
    st.code(cff, language=None, wrap_lines=True)
st.download_button(
    "Download CITATION.cff",
    cff,
    file_name="CITATION.cff",
    mime="text/yaml",
    on_click="ignore",
    icon=":material/download:",
)

st.header("Literature", anchor=False)
literature = methods.literature_frame()
with st.expander(f"What the methods cite · {len(literature)}", key="literature"):
    st.dataframe(literature, hide_index=True, alt="References of the methods", column_config=ADDRESS)
