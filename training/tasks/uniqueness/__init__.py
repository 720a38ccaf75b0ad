"""Whether a face is one of the data set: embeddings of all of them, and what their distances mean."""
