"""Generators that others trained, brought into a weights file of ours, and ours brought out to ONNX."""
