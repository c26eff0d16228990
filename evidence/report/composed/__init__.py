"""Sections of a report beside the answers themselves: single trials, robustness, trust, harms by trial, the summary."""
