"""A thing that a generator does not draw, taught as one more slider."""
