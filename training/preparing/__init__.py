"""`prepare`: everything that belongs to a generator, from one command. See `plan` for its stages."""
