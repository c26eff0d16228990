"""Clinical-trial evidence on ketamine in depression: load it, select from it, pool it.

The rooms, from the ground up: `dataset` reads the files, `selection` says which results, `stats` is arithmetic,
`synthesis` makes one answer, `questions` asks what readers ask, `content` is what the authors wrote, `curation`
changes the data, `report` shows answers; `export`, `seminar`, `api`, `cli` and `ui` are the doors. Imports point
downwards only; the contracts in pyproject.toml say so.
"""

__version__ = "0.1.0"
