"""One picture into another: a sketch into a photo (pix2pix), grey into colours (colorize)."""
