"""The read-only interface on the dashboard's own server: plain functions, routes at the edge, security headers."""
