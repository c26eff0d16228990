"""Measurements for people: side by side, nothing asserted, no part of the tests."""
