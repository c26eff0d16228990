"""How answers are read: sections, charts, tables, plain language."""
