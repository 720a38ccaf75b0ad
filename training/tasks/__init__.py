"""What is trained beside generators."""

TRANSLATIONS = ("colorize", "pix2pix")  # tasks that `run` trains as if they were variants
