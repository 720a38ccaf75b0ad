"""An image folder in, a clean set of aligned faces with labels and a report out. No torch, so that workers start fast;
the detectors come with `facedesigner[faces]` and are imported by `detector.py` and `attributes.py` alone."""
