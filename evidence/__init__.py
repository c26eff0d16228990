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
- `mapping`, `worksheet`, `ingest`: other people's column names; CSV, workbooks and pasted blocks to rows of text.
- `csl`, `ris_files`, `reference_files`: CSL items from fields and identifiers; RIS, nbib, BibTeX and CSL-JSON files.
- `registry_words`, `registry`: a ClinicalTrials.gov results record to draft rows.
- `fixes`, `appending`, `duplicates`: safe changes to cells; new rows behind the old ones; what is there already.
- `dictionary`: the data dictionary and the Frictionless description, made from the records.
- `selection`: a frozen selection: apply it, say it, explain what it leaves out.
- `addresses`: links to filtered pages.
- `views`: a view's URL parameters to a selection.
- `effects`, `proportions`: one study's effect and variance; intervals of proportions.
- `absolute`: a pooled effect as risk, people of 100 and number needed to treat.
- `paule_mandel`, `synthesis`: effects to one pooled effect with its intervals.
- `sensitivity`, `regression`: leave-one-out, cumulative, Egger, subgroups, Mantel-Haenszel; a line on a moderator.
- `scale`: axes of effects, intervals cut at the edge, effects in words.
- `arms`: from the arms of one measurement to one effect.
- `comparisons`: one effect a trial, and why the rest is left out.
- `answers`: a question answered: every trial's effect and what is pooled.
- `statements`, `result_words`, `people`, `scores`: numbers to sentences; one result in words; of 100 people; change
  and end scores in one pool.
- `widening`: the nearest trials to a question of harm that its own trials cannot answer.
- `blinding`: how far people could tell their treatment, beside the effect.
- `bias`, `bias_weights`: risk of bias as reviews judged it; how much of a pool’s weight it touches.
- `bias_tables`, `bias_import`: both as tables; judgements read from other files.
- `subgroups`, `certainty`: ways to split trials; certainty as published reviews rate it.
- `response`, `robustness`: for how many, and what that hangs on.
- `dose`, `onset`, `duration`: how much, how soon, for how long.
- `harms`, `harm_words`, `harm_view`, `reporting`, `timeline`: at what cost; who counted what; benefit and harm on one
  time axis.
- `headlines`, `preview`: every headline number and how two versions differ; what new rows would do.
- `history`, `editing`: versions kept beside the data; save and undo under a lock.
- `merging`, `plausibility`: new rows as whole files and as a patch; what the numbers typed come to.
- `snapshots`, `differences`: a version from a folder, the history or git; two of them compared.
- `overview`: the answer on one screen.
- `summary_of_findings`, `summary_table`: the answer outcome by outcome, and as a table.
- `claim_numbers`, `claims`: the popular article's statements, their numbers computed again.
- `patient`, `background`: the trials behind a patient's particulars; what to know before the numbers.
- `trial_tables`, `tables`, `harm_tables`: the DataFrames shown and exported.
- `aloud`: charts as a screen reader says them.
- `quality`, `completeness`, `quality_report`: what is wrong or thin in the data; which trial reports what and when;
  both at once for a page.
- `page_options`: the options of pages as they stand in an address.
- `glossary`, `literature`, `methods`, `citing`: words, sources, formulas and decisions; how to cite.
- `plain_words`, `plain_answers`, `plain`: each page in plain words, for readers of about twelve.
- `qr`, `sharing`: an address as a QR code; the button that copies a link, and what of a link was left out.
- `figures`: numbers to Plotly figures.
- `exports`: one file a format.
- `seminar`: a view as a lesson in steps: sentences, notes, guesses, figures for a hall.
- `cli`: `python -m evidence`: check, pool, add, diff, export, template, dictionary, import-registry.
- `api`: the read-only interface: resources, parameters, routes; security headers.
- `ui`: the frame, the filter bar, charts with their citation cards; the only part that imports Streamlit.
"""

__version__ = "0.1.0"
