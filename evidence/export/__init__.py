"""One file a format: what leaves the dashboard to be used elsewhere."""
