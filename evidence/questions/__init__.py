"""One module per question that a reader asks: its value and its headline."""
