"""The current face as a solid: preview, settings, and files for a workshop."""
