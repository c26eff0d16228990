"""The evidence on ketamine in depression: data in, frozen values, functions, sentences and figures out.

Modules in the order in which they depend on each other; each imports only from lines above its own.

- `words`: numbers as a reader sees them.
- `times`: time bins, and hours in words.
- `vocabulary`, `outcomes`: the closed word lists.
- `findings`: what can be wrong with a file: the closed table of finding codes.
- `cells`: types of one cell: text in, value or a coded error out.
- `records`: what one valid row of each file is.
- `encoding`: bytes to text.
- `reading`: bytes to rows of text with line numbers.
- `rules`: the cells of one row against each other.
- `table_rules`: rows against each other and against other files.
- `validation`: rows of text to records and findings.
- `references`: references.json to frozen references and findings.
- `dataset`: the whole evidence as one frozen value, with its hash.
- `citations`: references as Vancouver text, links, RIS, BibTeX and CSL-JSON.
- `selection`: a frozen selection: apply it, say it, explain what it leaves out.
- `effects`, `proportions`: one study's effect and variance; intervals of proportions.
- `absolute`: a pooled effect as risk, people of 100 and number needed to treat.
- `paule_mandel`, `synthesis`: effects to one pooled effect with its intervals.
- `sensitivity`, `regression`: leave-one-out, cumulative, Egger, subgroups, Mantel-Haenszel; a line on a moderator.
- `scale`: axes of effects, intervals cut at the edge, effects in words.
- `arms`: from the arms of one measurement to one effect.
- `comparisons`: one effect a trial, and why the rest is left out.
- `answers`: a question answered: every trial's effect and what is pooled.
- `statements`, `people`: numbers to sentences.
- `subgroups`, `certainty`: ways to split trials; certainty as published reviews rate it.
- `response`, `robustness`: for how many, and what that hangs on.
- `dose`, `onset`, `duration`: how much, how soon, for how long.
- `overview`: the answer on one screen.
- `trial_tables`, `tables`: the DataFrames shown and exported.
- `quality`, `methods`: what is wrong or thin in the data; where numbers come from.
- `figures`: numbers to Plotly figures.
- `exports`: one file a format.
- `quality`: findings in groups, printed against recomputed, what is still to be checked.
- `literature`, `methods`, `citing`: what the methods cite, the methods themselves, how to cite all this.
- `exports`: what leaves the dashboard to be used elsewhere, one file a format.
- `cli`: `python -m evidence check` and `python -m evidence pool`.
- `ui`: the frame, the filter bar, charts with their citation cards; the only part that imports Streamlit.
"""

__version__ = "0.1.0"
