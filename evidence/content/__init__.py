"""What the authors of the dashboard wrote: background, methods, glossary, claims."""
