"""What the parts of a certificate call its formats and fields."""

from __future__ import annotations

FORMAT = "facedesigner-certificate-2"
UNSIGNED_FORMAT = "facedesigner-certificate-1"  # says nothing of its PDF, and was never signed
CHECKSUM, PDF, SIGNER, SIGNATURE = "checksum", "pdf", "signer", "signature"
