"""What to know before the numbers, as the topic has it; each sentence marked with what it rests on."""

import streamlit as st

from evidence.bibliography.links import links
from evidence.content import background
from evidence.ui import cache as cached
from evidence.ui import data as app_data
from evidence.ui.components.citation_card import escaped, reference_text

evidence = app_data.current().evidence
parts = cached.background_sections(evidence)
keys = [key for key in background.cited(parts) if key in evidence.references]
numbers = {key: number for number, key in enumerate(keys, 1)}

st.title("What should I know before the numbers?", anchor=False)
if not parts:
    st.info("These data have no background text. Its sentences belong in topic.toml, each with its sources.")
    st.stop()
st.caption("For reading and teaching, not medical advice. Every sentence names its source.")
for section in parts:
    st.header(section.title, anchor=False)
    lines = []
    for one in section.sentences:
        marks = ", ".join(str(numbers[key]) for key in one.citations if key in numbers)
        basis = f" [{marks}]" if marks else ""
        kind = "" if one.kind == background.CITED else f" :gray[— {one.kind}]"
        lines.append(f"- {escaped(one.text)}{escaped(basis)}{kind}")
    st.markdown("\n".join(lines))

if keys:
    st.header("References", anchor=False)
for key in keys:
    places = " · ".join(f"[{link.label}]({link.url})" for link in links(evidence.references[key]))
    st.markdown(f"{numbers[key]}\\. {reference_text(evidence, key)} {places}")
