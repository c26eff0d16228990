"""From results to one pooled answer, and the phrases that any answer uses."""
