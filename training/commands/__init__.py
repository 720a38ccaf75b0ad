"""The commands of `python -m training`. One file each: `add(commands)` declares its arguments, and nothing heavy is
imported before a command runs, so that --help answers at once."""
