from __future__ import annotations

import os
import subprocess
import sys


def test_all_texts_fit_in_both_themes_on_a_screen_of_double_scale():
    """At single scale in the dark every window test looks."""
    environment = os.environ | {"QT_SCALE_FACTOR": "2", "QT_QPA_PLATFORM": "offscreen"}
    command = [sys.executable, "-m", "tests.e2e.walk", "light", "dark"]
    done = subprocess.run(command, capture_output=True, text=True, env=environment, check=False, timeout=300)
    *problems, count = done.stdout.splitlines() or [done.stderr]
    assert problems == [] and done.returncode == 0
    assert int(count.removesuffix(" pages and dialogs")) >= 44
