"""`report.html`: how far `prepare` has come, with pictures. It is written anew after each stage."""

from __future__ import annotations

import html
from urllib.parse import quote

from training.files import replacing
from training.preparing.ledger import Entry, Ledger
from training.preparing.plan import STAGES, STATES

PAGE = "report.html"
STYLE = """
body { font: 15px/1.5 system-ui, sans-serif; max-width: 70em; margin: 2em auto; padding: 0 1em; color: #222 }
table { border-collapse: collapse; margin: 1em 0 } td, th { padding: .3em .8em; text-align: left; vertical-align: top }
tr { border-bottom: 1px solid #ddd } td.number { text-align: right; white-space: nowrap }
img { max-width: 100%; margin: .5em 0 } .failed, .left { color: #a40 } .done { color: #272 }
@media (prefers-color-scheme: dark) { body { background: #1d1f23; color: #ddd } tr { border-color: #444 } }
"""


def write_report(ledger: Ledger) -> None:
    """OSError when the folder cannot be written."""
    name = html.escape(str(ledger.about.get("name", "model")))
    stages = [(stage, ledger.entries.get(stage.name, Entry("waiting"))) for stage in STAGES]
    rows = "".join(row(stage.title, stage.makes, entry) for stage, entry in stages)
    parts = [
        f"<!doctype html><html lang=en><meta charset=utf-8><title>{name}</title><style>{STYLE}</style><h1>{name}</h1>",
        f"<p>From {html.escape(str(ledger.about.get('generator', '')))}"
        f"{', with the pictures of ' + html.escape(ledger.about['data']) if ledger.about.get('data') else ''}.</p>",
        f"<table><tr><th>Stage<th>State<th>Time<th>Faces a second<th>What is known{rows}</table>",
    ]
    for stage, entry in stages:
        for picture in entry.pictures:
            words = html.escape(f"{stage.title}: {picture}")
            parts.append(
                f'<h2>{html.escape(stage.title)}</h2><img src="{quote(picture)}" alt="{words}" title="{words}">'
            )
    with replacing(ledger.folder / PAGE) as temporary:
        temporary.write_text("\n".join(parts) + "\n", encoding="utf-8", errors="xmlcharrefreplace")


def row(title: str, makes: str, entry: Entry) -> str:
    speed = f"{entry.faces / entry.seconds:.0f}" if entry.faces and entry.seconds else ""
    time = f"{entry.seconds / 60:.1f} min" if entry.seconds else ""
    kind = entry.state.split()[0]
    return (
        f"<tr><td>{html.escape(title)}<td class={kind}>{html.escape(STATES.get(entry.state, entry.state))}"
        f"<td class=number>{time}<td class=number>{speed}<td>{html.escape(entry.note or makes)}"
    )
