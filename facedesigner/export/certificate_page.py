"""The page of a certificate: A4, vector text, the face, and the calibration curve drawn."""

from __future__ import annotations

import io
import json
from collections.abc import Mapping, Sequence
from typing import Any

from PIL import Image as Pillow

from facedesigner.contract.request import Image
from facedesigner.export.certificate_format import SIGNER, UNSIGNED_FORMAT
from facedesigner.export.lettering import PLAIN, Lettering, readable
from facedesigner.state.uniqueness import percent

MARGIN = 45  # points
INK, MUTED, LINE, GOOD, BAD = "#1A1F26", "#5B6570", "#C9D0D7", "#2E7D32", "#B3261E"
CURVES = (("copies_found", "copies found", GOOD), ("flagged", "new faces flagged", "#B35C00"))
FACE = 132  # points, side of the picture
THUMB = 34  # of a training face
FARTHEST = 0.8  # distance at the right end of the curve


def page(
    values: Mapping[str, Any], picture: Image, trained: Mapping[str, Image], lettering: Lettering | None = None
) -> bytes:
    """One page of PDF that shows what `export.certificate.facts` says; `trained`: training faces, by name; `lettering`:
    another than this computer's."""
    from reportlab.lib.pagesizes import A4
    from reportlab.pdfgen.canvas import Canvas

    buffer = io.BytesIO()
    canvas = Canvas(buffer, pagesize=A4, invariant=True)
    canvas.setTitle(readable(f"Uniqueness certificate of {values['picture']['file']}"))
    canvas.setAuthor(values["program"])
    sheet = Sheet(canvas, A4, lettering or Lettering(json.dumps(values, ensure_ascii=False)))
    sheet.head(values)
    sheet.face(values, picture)
    sheet.facts(values)
    sheet.neighbours(values)
    sheet.training_faces(values, trained)
    sheet.calibration(values)
    sheet.foot(values)
    canvas.showPage()
    canvas.save()
    return buffer.getvalue()


class Sheet:
    """Writes from the top of the page downwards; `y` is where it has come to, in points from the bottom."""

    def __init__(self, canvas: Any, size: tuple[float, float], lettering: Lettering) -> None:
        self.canvas, self.left, self.right, self.lettering = canvas, MARGIN, size[0] - MARGIN, lettering
        self.y = size[1] - MARGIN

    def head(self, values: Mapping[str, Any]) -> None:
        self.text(self.left, self.y - 16, "Uniqueness certificate", 20, bold=True)
        made = values["made"].replace("T", " ").replace("+00:00", " UTC")
        self.text(self.right, self.y - 16, f"{values['program']}, {made}", 8.5, MUTED, right=True)
        self.y -= 28
        self.rule()

    def face(self, values: Mapping[str, Any], picture: Image) -> None:
        from reportlab.lib.utils import ImageReader

        self.y -= 10
        top, left = self.y, self.left + FACE + 18
        self.canvas.drawImage(ImageReader(Pillow.fromarray(picture)), self.left, top - FACE, FACE, FACE)
        self.text(left, top - 13, values["headline"], 14, GOOD if values["unique"] else BAD, bold=True)
        below = self.paragraph(left, top - 20, self.right - left, values["verdict"], 9.5)
        shot = values["picture"]
        rows = (
            ("Picture", f"{shot['file']}, {shot['width']} × {shot['height']} pixels"),
            ("SHA-256", shot["sha256"]),
            ("Recipe", values["recipe_in_words"]),
            ("", values["recipe_and_picture"]),
        )
        self.y = min(self.rows(rows, left, below - 6), top - FACE) - 10

    def facts(self, values: Mapping[str, Any]) -> None:
        self.rule()
        model = values["model"]
        groups = "; ".join(f"{g['group']}: {g['faces']:,} faces ({g['digest']})" for g in values["compared_with"])
        rows = [
            ("Model", f"{model['name']} ({model['hash']})"),
            ("Trained on", model["data"]),
            ("Terms", model["terms"]),
            ("Compared with", groups),
        ]
        if values["format"] != UNSIGNED_FORMAT:
            signer = values.get(SIGNER)
            rows.append(("Signed with", f"the key {signer['fingerprint']}" if signer else "no key"))
        self.y = self.rows(rows, self.left, self.y - 8) - 8

    def neighbours(self, values: Mapping[str, Any]) -> None:
        self.heading("Nearest faces")
        columns = (self.left, self.left + 200, self.left + 326, self.left + 370, self.right)
        titles = ("Name", "Of", "Distance", "Similarity", "Same face")
        for x, title in zip(columns, titles, strict=True):
            self.text(x, self.y, title, 7.5, MUTED, right=x == self.right)
        for near in values["neighbours"]:
            self.y -= 13
            name = near["name"] + (" (mirrored)" if near["mirrored"] else "")
            self.text(columns[0], self.y, self.lettering.end(name, columns[1] - columns[0] - 6, 8.5), 8.5)
            self.text(columns[1], self.y, self.lettering.end(near["group"], columns[2] - columns[1] - 6, 8.5), 8.5)
            self.text(columns[2], self.y, f"{near['distance']:.3f}", 8.5)
            self.bar(columns[3], self.y, 50, near["similarity"])
            self.text(self.right, self.y, percent(near["probability"]), 8.5, right=True)
        if not values["neighbours"]:
            self.y -= 13
            self.text(self.left, self.y, "There was nothing to compare with.", 8.5)
        self.y -= 6

    def training_faces(self, values: Mapping[str, Any], trained: Mapping[str, Image]) -> None:
        """In the order of the list, and a sentence on those that are not shown."""
        from reportlab.lib.utils import ImageReader

        shown = [near["name"] for near in values["neighbours"] if near["name"] in trained]
        for place, name in enumerate(shown):
            x = self.left + place * (THUMB + 5)
            self.canvas.drawImage(ImageReader(Pillow.fromarray(trained[name])), x, self.y - THUMB, THUMB, THUMB)
        left = self.left + len(shown) * (THUMB + 5) + (5 if shown else 0)
        below = self.paragraph(left, self.y, self.right - left, values["training_faces"], 7.5, MUTED)
        self.y = min(below, self.y - THUMB if shown else below) - 8

    def calibration(self, values: Mapping[str, Any]) -> None:
        self.heading("Calibration")
        bottom = self.y - 128
        self.plot(values, self.left + 24, bottom + 24, 212, 100)
        rates, curve = values["at_this_threshold"], values["calibration"]
        rows = (
            ("Threshold", f"{values['threshold']:.2f} (suggested: {values['threshold_suggested']:.2f})"),
            ("Flagged", f"{share(rates['faces_not_trained_on_that_are_flagged'])} of faces that were not trained on"),
            ("Pairs", f"{share(rates['pairs_of_different_faces_taken_for_one'])} of pairs of different faces"),
            ("Copies found", f"{share(rates['copies_found'])} of copies of training faces"),
            ("Same face", f"1 / (1 + exp({-curve['slope']:.4g} × distance - {curve['intercept']:.4g}))"),
        )
        self.y = min(bottom, self.rows(rows, self.left + 262, self.y + 2)) - 10

    def foot(self, values: Mapping[str, Any]) -> None:
        self.heading("What this says, and what not")
        for sentence in values["limits"]:
            self.y = self.paragraph(self.left, self.y + 6, self.right - self.left, sentence, 7.5, MUTED) - 8
        self.text(self.left, MARGIN - 12, f"Checksum of the JSON: {values['checksum']}", 7, MUTED)
        self.text(self.left, MARGIN - 21, self.lettering.note, 7, MUTED)

    # -- parts

    def plot(self, values: Mapping[str, Any], left: float, bottom: float, width: float, height: float) -> None:
        """Probability and the two shares by distance, the neighbours and the threshold."""
        canvas = self.canvas
        canvas.setStrokeColor(LINE)
        canvas.rect(left, bottom, width, height, stroke=1, fill=0)
        for part in (0.0, 0.5, 1.0):
            self.text(left - 4, bottom + part * height - 2.5, f"{part:.0%}", 6.5, MUTED, right=True)
        for part in (0.0, 0.25, 0.5, 0.75, 1.0):
            self.text(left + part * width - 4, bottom - 9, f"{part * FARTHEST:.1f}", 6.5, MUTED)
        rows = [row for row in values["calibration"]["curve"] if row["distance"] <= FARTHEST]
        lines = (("probability", "probability: same face", INK), *CURVES)
        for number, (key, label, colour) in enumerate(lines):
            points = [(left + row["distance"] / FARTHEST * width, bottom + row[key] * height) for row in rows]
            self.line(points, colour)
            self.text(left + (0, 102, 154)[number], bottom - 20, label, 7, colour)
        canvas.setDash(2, 2)
        x = left + min(1.0, values["threshold"] / FARTHEST) * width
        self.line([(x, bottom), (x, bottom + height)], BAD)
        canvas.setDash()
        for near in values["neighbours"]:
            x = left + min(1.0, near["distance"] / FARTHEST) * width
            self.line([(x, bottom), (x, bottom + 7)], INK)

    def line(self, points: Sequence[tuple[float, float]], colour: str) -> None:
        path = self.canvas.beginPath()
        path.moveTo(*points[0])
        for point in points[1:]:
            path.lineTo(*point)
        self.canvas.setStrokeColor(colour)
        self.canvas.setLineWidth(1)
        self.canvas.drawPath(path)
        self.canvas.setLineWidth(0.6)

    def bar(self, x: float, y: float, width: float, part: float) -> None:
        self.canvas.setFillColor(LINE)
        self.canvas.rect(x, y, width, 6, stroke=0, fill=1)
        self.canvas.setFillColor(MUTED)
        self.canvas.rect(x, y, width * min(1.0, max(0.0, part)), 6, stroke=0, fill=1)
        self.text(x + width + 5, y, f"{part:.0%}", 8.5)

    def rows(self, rows: Sequence[tuple[str, str]], left: float, top: float) -> float:
        """Labels and what they say, wrapped; returns where they end."""
        gap = 62
        for label, words in rows:
            self.text(left, top - 8.5, label, 8, MUTED)
            top = self.paragraph(left + gap, top, self.right - left - gap, words, 8) - 2.5
        return top

    def heading(self, words: str) -> None:
        self.rule()
        self.y -= 16
        self.text(self.left, self.y, words, 10.5, bold=True)
        self.y -= 15

    def rule(self) -> None:
        self.canvas.setStrokeColor(LINE)
        self.canvas.setLineWidth(0.6)
        self.canvas.line(self.left, self.y, self.right, self.y)

    def text(
        self, x: float, y: float, words: str, size: float, colour: str = INK, bold: bool = False, right: bool = False
    ) -> None:
        self.canvas.setFillColor(colour)
        self.lettering.write(self.canvas, x, y, words, size, bold, right)

    def paragraph(self, x: float, top: float, width: float, words: str, size: float, colour: str = INK) -> float:
        """Wrapped; returns where it ends."""
        from reportlab.lib.styles import ParagraphStyle
        from reportlab.platypus import Paragraph

        style = ParagraphStyle("", fontName=PLAIN, fontSize=size, leading=size * 1.28, textColor=colour)
        style.splitLongWords = 1
        block = Paragraph(self.lettering.markup(words[:600]), style)
        _, height = block.wrapOn(self.canvas, width, 1000)
        block.drawOn(self.canvas, x, top - height)
        return float(top - height)


def share(rate: Mapping[str, Any]) -> str:
    """`0.53% (8 of 1,500; 95% interval 0.27% to 1.1%)`"""
    low, high = percent(rate["low_95"]), percent(rate["high_95"])
    return f"{percent(rate['share'])} ({rate['count']:,} of {rate['total']:,}; 95% interval {low} to {high})"
