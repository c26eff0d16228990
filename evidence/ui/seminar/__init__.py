"""The seminar on stage."""
