"""How near a face comes to its model's training data: the certificate, and what watches the gallery."""
