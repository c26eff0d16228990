"""Bring rows from other files into the data, save them, and compare versions."""
