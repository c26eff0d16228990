"""Add a trial: file, form, registry record, preview and save."""
