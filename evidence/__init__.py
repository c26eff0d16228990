"""The evidence on ketamine in depression: data in, frozen values, functions, sentences and figures out.

Modules in the order in which they depend on each other; each imports only from lines above its own.

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
- `cli`: `python -m evidence check` and `python -m evidence pool`.

Nothing here imports Streamlit except `evidence.ui`, which nothing else here imports.
"""
