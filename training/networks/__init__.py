"""Networks that the program runs beside generators, and the files or packages that hold them. They only answer: what
trains them is in `training.tasks`."""
