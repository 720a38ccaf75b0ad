"""Findings on single faces and a person's word -> what becomes of each face, and its files put in their place."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path

from training.curation.contract import ASIDE, FACES, KEPT, MENDED, REJECTED, Options, Overrules, Row, parts_of
from training.curation.duplicates import find_duplicates
from training.curation.inspector import Finding


@dataclass(frozen=True)
class Verdict:
    finding: Finding
    row: Row

    @property
    def kept(self) -> bool:
        return self.row.verdict != REJECTED


def decide(findings: Sequence[Finding], overrules: Overrules, options: Options) -> tuple[Verdict, ...]:
    """Sorted by name. Of duplicates the one with the most detail stays, of equals the first by name: what is left does
    not hang on the order in which pictures came. What was accepted by hand stays as well, beside those that do anyway.
    """
    ordered = sorted(findings, key=lambda finding: parts_of(finding.name))
    candidates = [f for f in ordered if f.face and f.fingerprint and not overrules.rejects(f.name)]
    candidates.sort(key=lambda f: (-detail(f), parts_of(f.name)))
    repeats = find_duplicates(
        [f.fingerprint for f in candidates], [overrules.accepts(f.name) for f in candidates], options.max_similarity
    )
    first = {candidates[index].name: candidates[other].name for index, other in repeats.items()}
    return tuple(Verdict(f, judge(f, first.get(f.name, ""), overrules)) for f in ordered)


def detail(finding: Finding) -> float:
    """Pixels of the original across the face's square, as far as they are sharp: a resized copy has fewer."""
    return float(finding.measures["face_pixels"] or 0) * (1 - float(finding.measures["blur"] or 0))


def judge(finding: Finding, repeats: str, overrules: Overrules) -> Row:
    """`repeats`: the name of the face that this one is nearly the same as, or ""."""
    reason, message = finding.reason, finding.message
    accepted, thrown_out = overrules.accepts(finding.name), overrules.rejects(finding.name)
    if thrown_out:
        verdict, reason, message = REJECTED, "by hand", "thrown out by hand"
    elif repeats:
        verdict, reason, message = REJECTED, "duplicate", f"nearly the same picture as {repeats}"
    elif accepted and not finding.face:
        verdict, message = REJECTED, f"{message}; it cannot be taken back"
    elif reason and not accepted:
        verdict = REJECTED
    else:
        verdict = MENDED if finding.mended else KEPT
        if finding.mended:
            message = "; ".join(part for part in (message, f"turned by {finding.roll:.0f}°") if part)
    if verdict != REJECTED:
        picture = f"{FACES}/{finding.face}"
    else:
        picture = f"{ASIDE}/{finding.face or finding.thumbnail}" if finding.face or finding.thumbnail else ""
    return Row(finding.name, verdict, reason, message, accepted or thrown_out, picture, finding.measures)


def settle(out: Path, verdicts: Sequence[Verdict]) -> None:
    """Moves faces in or aside as the verdicts say, and removes what belongs to no face any more."""
    inside = {v.finding.face for v in verdicts if v.kept}
    aside = {v.finding.face or v.finding.thumbnail for v in verdicts if not v.kept}
    for wanted, here, other in ((inside, FACES, ASIDE), (aside, ASIDE, FACES)):
        present = {path.name for path in (out / here).iterdir()}
        for name in wanted - present - {""}:
            if (out / other / name).exists():
                (out / other / name).replace(out / here / name)
    for wanted, here in ((inside, FACES), (aside, ASIDE)):
        for path in (out / here).iterdir():
            if path.name not in wanted:
                path.unlink()
