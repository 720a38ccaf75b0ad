"""What a curation leaves for training and for people: labels.csv, report.jsonl, report.html."""

from __future__ import annotations

import csv
import html
import json
import shlex
from collections import Counter
from collections.abc import Sequence
from dataclasses import asdict
from pathlib import Path
from urllib.parse import quote

from training.curation.contract import KEPT, LABELS, MENDED, PAGE, REASONS, REJECTED, REPORT, Row, parts_of
from training.files import replacing

LABEL_COLUMNS = (
    *("age", "age_confidence", "gender", "gender_confidence", "glasses", "glasses_probability"),
    *("mouth_width", "lip_thickness", "nose_width", "nose_length", "eye_opening", "eye_spacing", "smile", "mouth_open"),
    *("skin_tone", "hair_tone", "yaw", "pitch"),
)


def write_report(out: Path, source: str, rows: Sequence[Row]) -> None:
    with replacing(out / LABELS) as path, path.open("w", encoding="utf-8", newline="") as file:
        writer = csv.writer(file, lineterminator="\n")
        writer.writerow(("file", *LABEL_COLUMNS))
        for row in rows:
            if row.verdict != REJECTED:
                writer.writerow((row.picture, *(row.measures.get(column, "") for column in LABEL_COLUMNS)))
    with replacing(out / REPORT) as path, path.open("w", encoding="utf-8") as file:
        file.writelines(json.dumps(asdict(row)) + "\n" for row in rows)
    with replacing(out / PAGE) as path:
        path.write_text(page(out, source, rows), encoding="utf-8", errors="backslashreplace")


def count(rows: Sequence[Row]) -> tuple[int, int, dict[str, int]]:
    """(kept, mended, reason -> rejected), the reasons in their own order."""
    verdicts = Counter(row.verdict for row in rows)
    reasons = Counter(row.reason for row in rows if row.verdict == REJECTED)
    return verdicts[KEPT], verdicts[MENDED], {reason: reasons[reason] for reason in REASONS if reasons[reason]}


def extent(rows: Sequence[Row]) -> tuple[int, int]:
    """(pictures, faces found in them)."""
    return len({parts_of(row.name)[0] for row in rows}), sum(bool(row.measures) for row in rows)


def counted(number: int, what: str) -> str:
    return f"{number:,} {what}{'' if number == 1 else 's'}"


def page(out: Path, source: str, rows: Sequence[Row]) -> str:
    """What was rejected by reason, then what was kept. A click on faces makes up the command that overrules them."""
    groups = [(title, [r for r in rows if r.verdict == REJECTED and r.reason == key]) for key, title in REASONS.items()]
    groups += [("Mended: turned upright", [r for r in rows if r.verdict == MENDED])]
    groups += [("Kept", [r for r in rows if r.verdict == KEPT])]
    kept, mended, rejected = count(rows)
    command = shlex.join(("python", "-m", "training", "curate", source, str(out.resolve())))
    body = "".join(
        f"<h2>{html.escape(title)} <small>{len(group)}</small></h2><main>{''.join(map(card, group))}</main>"
        for title, group in groups
        if group
    )
    pictures, faces = extent(rows)
    found = f"{counted(pictures, 'picture')}, {counted(faces, 'face')} found in them"
    head = f"{found}: {kept + mended} kept, {mended} of them mended; {sum(rejected.values())} rejected"
    return PAGE_TEMPLATE.format(head=html.escape(head), body=body, command=html.escape(command, quote=True))


def card(row: Row) -> str:
    word = "accept" if row.verdict == REJECTED else "reject"
    picture = f'<img loading="lazy" src="{quote(row.picture, errors="replace")}">' if row.picture else "<i></i>"
    hand = " (by hand)" if row.overruled else ""
    return (
        f'<figure data-name="{html.escape(row.name, quote=True)}" data-word="{word}">{picture}'
        f"<figcaption><b>{html.escape(row.name)}</b>{html.escape(row.message)}{hand}</figcaption></figure>"
    )


PAGE_TEMPLATE = """<!doctype html>
<html lang="en"><meta charset="utf-8"><title>Curation</title>
<style>
body {{ font: 14px system-ui, sans-serif; margin: 2em 2em 8em; background: #1c1d20; color: #ddd }}
main {{ display: grid; grid-template-columns: repeat(auto-fill, 160px); gap: 12px }}
figure {{ margin: 0; cursor: pointer; border-radius: 6px; overflow: hidden; background: #2a2c31 }}
figure.chosen {{ outline: 3px solid #4aa3ff }}
img, i {{ display: block; width: 160px; height: 160px; object-fit: contain; background: #111 }}
figcaption {{ padding: 6px; font-size: 12px; overflow-wrap: anywhere }} b {{ display: block }}
footer {{ position: fixed; inset: auto 0 0 0; background: #111; padding: 1em 2em }} small {{ color: #999 }}
textarea {{ width: 100%; height: 3.5em; background: #222; color: #ddd }}
</style>
<h1>Curation</h1><p>{head}. Click what should be otherwise, then run the command below.</p>
{body}
<footer><textarea readonly data-command="{command}"></textarea></footer>
<script>
const box = document.querySelector("textarea");
const word = text => "'" + text.replaceAll("'", "'\\\\''") + "'";
function show() {{
  const chosen = [...document.querySelectorAll(".chosen")].map(f => ` --${{f.dataset.word}}=${{word(f.dataset.name)}}`);
  box.value = chosen.length ? box.dataset.command + chosen.join("") : "";
}}
document.addEventListener("click", event => {{
  const figure = event.target.closest("figure");
  if (figure) {{ figure.classList.toggle("chosen"); show(); }}
}});
</script>
"""
