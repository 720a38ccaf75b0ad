"""Named sliders of a generator: what its faces measure, directions that change it, the path of age."""
