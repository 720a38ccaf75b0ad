"""The named sliders: what each is measured by, in which unit, and where the window shows it."""

from __future__ import annotations

from dataclasses import dataclass


@dataclass(frozen=True)
class Attribute:
    name: str  # of the slider and of its measure
    label: str
    group: str
    description: str
    unit: str = "σ"  # of the slider; "σ": standard deviations of the measure over the generator's own faces
    free: tuple[str, ...] = ()  # measures that may move along, since they belong to it
    same_face: bool = True  # whether the face is to stay who it is
    present_above: float | None = None  # the measure from which the thing is there at all


ATTRIBUTES = (
    Attribute("glasses", "Glasses", "Glasses", "no glasses to glasses", present_above=0.0),
    Attribute("lip_thickness", "Lip thickness", "Lips", "thin to full lips"),
    Attribute("mouth_width", "Mouth width", "Lips", "narrow to wide mouth"),
    Attribute("smile", "Smile", "Lips", "corners of the mouth down to up", free=("mouth_open",)),
    Attribute("eye_size", "Eye size", "Eyes", "small to large eyes"),
    Attribute("eye_spacing", "Eye spacing", "Eyes", "inner corners of the eyes close to far apart"),
    Attribute("eyebrows", "Eyebrows", "Eyes", "faint to bold eyebrows"),
    Attribute("nose_width", "Nose width", "Nose", "narrow to wide nose"),
    Attribute("nose_length", "Nose length", "Nose", "short to long nose"),
    Attribute("hair_length", "Hair length", "Hair", "hair beside jaw and neck: none to much"),
    Attribute("hair_colour", "Hair colour", "Hair", "dark to light hair, in lightness L* (0 to 100)", "L*"),
    Attribute("facial_hair", "Facial hair", "Hair", "smooth to dark upper lip and chin"),
    Attribute("age", "Age", "Face", "years that an age network sees, more or less than as generated", "years"),
    Attribute("gender", "Gender expression", "Face", "female to male, as a gender network sees it", same_face=False),
    Attribute("face_width", "Face width", "Face", "narrow to wide between the cheekbones"),
    Attribute("jaw", "Jaw", "Face", "pointed to broad jaw"),
    Attribute("skin_tone", "Skin tone", "Face", "dark to light skin, in lightness L* (0 to 100)", "L*"),
    Attribute("head_turn", "Head turn", "Face", "turned to the picture's left to right", "°", same_face=False),
)
# Measures without a slider, held still by all that do not name them as free.
HELD = (
    Attribute("mouth_open", "Mouth open", "", "gap between the lips"),
    Attribute("background", "Background", "", "lightness of the background"),
)
