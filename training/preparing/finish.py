"""The last stage: the finished model, and the card beside it."""

from __future__ import annotations

from dataclasses import replace
from typing import Any

from training.files import replacing
from training.preparing.ledger import Ledger
from training.preparing.plan import STAGES
from training.preparing.work import Work, Yield
from training.weights import load_weights, save_weights

HOW = {True: "yes", False: "**no**"}


def model(work: Work) -> Yield:
    weights = load_weights(work.model)
    named = len(work.facts.get("sliders", {}).get("verdicts", []))
    card = {**weights.card, "sliders": f"{named} named ones, by python -m training prepare"} if named else weights.card
    save_weights(replace(weights, card=card, name=work.name), work.out, keep_hash=True)
    page = work.out.with_suffix(".md")
    with replacing(page) as temporary:
        temporary.write_text(written(work, card), encoding="utf-8")
    return Yield((work.out, page), work.out, note=f"{work.out.name}, {work.out.stat().st_size / 1e6:.1f} MB")


def written(work: Work, card: dict[str, str]) -> str:
    """The model card, in Markdown."""
    lines = [f"# {work.name}", "", "![Its faces](faces-psi07.jpg)", "", "*Seeds 0 to 63, none chosen, psi 0.7.*"]
    if card:
        lines += ["", "## What its maker says", "", *(f"- {key}: {value}" for key, value in card.items())]
    lines += sliders(work.facts.get("sliders", {}))
    ages = work.facts.get("ages", {})
    if "low" in ages:
        lines += ["", "## Age", "", f"Faces follow the slider from {ages['low']:.0f} to {ages['high']:.0f} years.", ""]
        lines += ["![Four faces at seven ages](ages.jpg)"]
    lines += ["", "## What was made", ""]
    entries = Ledger(work.wish.folder).entries
    others = [stage for stage in STAGES if stage.name in entries and stage.name != "model"]
    lines += [f"- {stage.title}: {entries[stage.name].note or stage.makes}" for stage in others]
    return "\n".join(lines) + "\n"


def sliders(facts: dict[str, Any]) -> list[str]:
    """The verdicts as a table."""
    rows = facts.get("verdicts", [])
    if not rows:
        return []
    lines = [
        "",
        "## Named sliders",
        "",
        "At full throw, on 96 fresh faces at psi 0.7, in standard deviations of each measure over its own faces.",
        "Asked is: at least 1.5 of its own at both ends, every other attribute under 0.35, 80% the same person.",
        "",
        "| slider | own, up / down | most moved other | same person | passes |",
        "|---|---:|---|---:|---|",
    ]
    for row in rows:
        own = f"{row['up']:.0%} / {row['down']:.0%}" if row["thing"] else f"{row['up']:+.2f} / {row['down']:+.2f}"
        other = f"{row['most'].replace('_', ' ')} {row['other']:.2f}"
        lines.append(f"| {row['label']} | {own} | {other} | {row['same']:.0%} | {HOW[row['passes']]} |")
    lines += ["", *(f"- left out: {words}" for words in facts.get("left out", []))]
    sheet = "![What each slider moves: two faces at its lower end, as they are, at its upper end](sliders.jpg)"
    return [*lines, "", sheet]
