"""Which results are shown: filters, presets, and their form in an address."""
