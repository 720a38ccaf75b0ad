"""Encoders: from a photo or a sketch to the latent of a generator."""
