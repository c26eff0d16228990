"""Arithmetic only: effect sizes, pooling, sensitivity. It knows no trial, no file and no word."""
