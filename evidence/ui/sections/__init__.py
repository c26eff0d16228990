"""The options and extra views of single pages."""
