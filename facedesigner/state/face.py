"""FaceState: everything that makes one face, as a frozen snapshot."""

from __future__ import annotations

import base64
import binascii
import hashlib
import math
import re
from array import array
from collections.abc import Iterable
from dataclasses import dataclass, field, replace

from facedesigner.state.mask import Mask
from training.errors import UserError
from training.texts import one_line, quoted

SEED_MAX = 2**32 - 1
PSI_MIN, PSI_MAX, PSI_DEFAULT = 0.0, 1.5, 0.7
CONTROL_MAX = 10_000.0  # far beyond every slider
NAME_LENGTH = 60  # letters
TAUGHT = "mine-"  # begins the name of every slider that the user taught
MOST_PATCHES = 8  # each costs as much to draw as a face


@dataclass(frozen=True, slots=True)
class Latent:
    """A point of the style space, one row per layer: little-endian float32, row by row.

    Held as bytes so that a face stays hashable, comparable and exactly reproducible.
    """

    rows: int
    columns: int
    data: bytes

    def __post_init__(self) -> None:
        if self.rows < 1 or self.columns < 1 or len(self.data) != 4 * self.rows * self.columns:
            needed = 4 * self.rows * self.columns
            raise UserError(f"a latent of {self.rows} x {self.columns} needs {needed} bytes, not {len(self.data)}")
        if not all(map(math.isfinite, array("f", self.data))):
            raise UserError("a latent must hold finite numbers")

    @property
    def shape(self) -> tuple[int, int]:
        return (self.rows, self.columns)

    def to_base64(self) -> str:
        return base64.b64encode(self.data).decode("ascii")

    @classmethod
    def from_base64(cls, rows: int, columns: int, text: str) -> Latent:
        """Raises UserError on text that is not base64 or of the wrong length."""
        try:
            return cls(rows, columns, base64.b64decode(text, validate=True))
        except binascii.Error as error:
            raise UserError(f"the latent is not base64: {error}") from None


@dataclass(frozen=True, slots=True)
class Taught:
    """A direction that the user taught with examples, `vector` (1, D): it travels with the faces that use it, so that
    they are the same on a machine that never saw the examples.

    `name` comes from the vector, so it keys the same slider everywhere and outlives a new label.
    """

    label: str = field(compare=False)
    vector: Latent
    name: str = field(init=False, compare=False)

    def __post_init__(self) -> None:
        if self.vector.rows != 1:
            raise UserError(f"a taught direction has one row, not {self.vector.rows}")
        object.__setattr__(self, "name", TAUGHT + hashlib.sha256(self.vector.data).hexdigest()[:10])


@dataclass(frozen=True, slots=True)
class Patch:
    """What is other inside a mask than in the whole face: the values of some sliders, sorted by name, 0 among them; and
    the seed or the latent of another person with that one's truncation, if any.

    What is not here follows the whole face, so that a face that ages does so in its patches, too.
    """

    mask: Mask
    controls: tuple[tuple[str, float], ...] = ()
    seed: int | None = None
    latent: Latent | None = None
    psi: float | None = None

    def __post_init__(self) -> None:
        if self.seed is not None and self.latent is not None:
            raise UserError("a patch has a seed or a latent, not both")
        if self.seed is not None:
            check_seed(self.seed)
        if self.psi is not None:
            check_psi(self.psi)
        check_controls(self.controls)
        object.__setattr__(self, "controls", tuple(sorted((n, float(v)) for n, v in dict(self.controls).items())))


@dataclass(frozen=True, slots=True)
class FaceState:
    """A face: a seed or a latent of one model, what the sliders say, truncation and noise.

    Exactly one of `seed` (0 to 2**32 - 1) and `latent` is set. `controls` holds the non-zero sliders, sorted by name,
    as `(name, value)`; a name may end in `@coarse`, `@middle` or `@fine`. `psi` is the truncation (Karras 2019, 0 to
    1.5): 0 is the mean face, 1 leaves the sample as drawn. `locks` names sliders whose directions are taken out of the
    movement of all others, sorted. `taught` holds the directions of the taught sliders among `controls` and `locks`;
    others are dropped. `name` is what the user calls the person, "" for nothing. `patches` are drawn over it in this
    order, one a mask. Raises UserError naming what is out of range.
    """

    model: str  # hash of the weights file, "" until a model is known
    seed: int | None = None
    latent: Latent | None = None
    controls: tuple[tuple[str, float], ...] = ()
    psi: float = PSI_DEFAULT
    noise_seed: int = 0
    locks: tuple[str, ...] = ()
    taught: tuple[Taught, ...] = ()
    name: str = ""
    patches: tuple[Patch, ...] = ()

    def __post_init__(self) -> None:
        if (self.seed is None) == (self.latent is None):
            raise UserError("a face has either a seed or a latent")
        if self.seed is not None:
            check_seed(self.seed)
        check_seed(self.noise_seed, "noise seed")
        check_psi(self.psi)
        check_controls(self.controls)
        if len(self.patches) > MOST_PATCHES:
            raise UserError(f"a face can be changed in {MOST_PATCHES} places, not {len(self.patches)}")
        if len({patch.mask for patch in self.patches}) < len(self.patches):
            raise UserError("a face has one patch for a mask, not two")
        object.__setattr__(self, "name", check_name(self.name))
        object.__setattr__(self, "controls", tuple(sorted((n, float(v)) for n, v in dict(self.controls).items() if v)))
        object.__setattr__(self, "locks", tuple(sorted(set(self.locks))))
        if self.taught:
            moved = (*self.controls, *(control for patch in self.patches for control in patch.controls))
            used = {name.partition("@")[0] for name, _ in moved}.union(self.locks)
            kept = {taught.name: taught for taught in self.taught if taught.name in used}
            object.__setattr__(self, "taught", tuple(kept[name] for name in sorted(kept)))

    def control(self, name: str) -> float:
        return dict(self.controls).get(name, 0.0)

    def with_control(self, name: str, value: float, taught: Taught | None = None) -> FaceState:
        """Sets one slider; `taught` is its direction if it is a taught one that the face may not know yet."""
        return self.with_controls({**dict(self.controls), name: value}, (taught,) if taught else ())

    def with_controls(self, values: dict[str, float], taught: Iterable[Taught] = ()) -> FaceState:
        """Replaces all sliders by `values`; `taught` offers directions, of which it keeps those that it uses."""
        return replace(self, controls=tuple(values.items()), taught=(*self.taught, *taught))

    def with_locks(self, locks: Iterable[str], taught: Iterable[Taught] = ()) -> FaceState:
        """Replaces the locks; `taught` as in `with_controls`."""
        return replace(self, locks=tuple(locks), taught=(*self.taught, *taught))

    def with_seed(self, seed: int) -> FaceState:
        """Another person, without a name or patches."""
        return replace(self, seed=seed, latent=None, name="", patches=())

    def with_latent(self, latent: Latent) -> FaceState:
        """Another person, without a name or patches."""
        return replace(self, seed=None, latent=latent, name="", patches=())

    def patch(self, mask: Mask) -> Patch | None:
        return next((patch for patch in self.patches if patch.mask == mask), None)

    def inside(self, mask: Mask) -> FaceState:
        """The face that is drawn inside a mask, whole and without patches; itself where it has no patch for that."""
        whole, patch = replace(self, patches=()), self.patch(mask)
        if patch is None:
            return whole
        if patch.seed is not None or patch.latent is not None:
            whole = replace(whole, seed=patch.seed, latent=patch.latent)
        psi = self.psi if patch.psi is None else patch.psi
        controls = {**dict(self.controls), **dict(patch.controls)}
        return replace(whole, psi=psi, controls=tuple(controls.items()), taught=self.taught)

    def with_inside(self, mask: Mask, face: FaceState) -> FaceState:
        """Draws `face`, one of the same model, inside a mask, in which it replaces what was there; noise, locks and the
        name stay those of the whole. A new patch comes below the others, so that those stay as they are.

        UserError when there would be too many.
        """
        if face.model != self.model:
            raise UserError("a face of another model cannot be drawn inside this one")
        own, there = dict(self.controls), dict(face.controls)
        same_person = (face.seed, face.latent) == (self.seed, self.latent)
        patch = Patch(
            mask,
            tuple((name, there.get(name, 0.0)) for name in own | there if there.get(name, 0.0) != own.get(name, 0.0)),
            None if same_person else face.seed,
            None if same_person else face.latent,
            None if face.psi == self.psi else face.psi,
        )
        if patch == Patch(mask):
            return self.without(mask)
        if self.patch(mask) is None:
            patches = (patch, *self.patches)
        else:
            patches = tuple(patch if other.mask == mask else other for other in self.patches)
        return replace(self, patches=patches, taught=(*self.taught, *face.taught))

    def without(self, mask: Mask) -> FaceState:
        """The face as it is elsewhere, also inside a mask."""
        return replace(self, patches=tuple(patch for patch in self.patches if patch.mask != mask))

    def remasked(self, old: Mask, new: Mask) -> FaceState:
        """The face with a patch, if it is there, inside another mask; one that was inside that makes way."""
        kept = (patch for patch in self.patches if patch.mask != new or old == new)
        return replace(self, patches=tuple(replace(patch, mask=new) if patch.mask == old else patch for patch in kept))

    def with_name(self, name: str) -> FaceState:
        return replace(self, name=name)

    def with_model(self, model: str) -> FaceState:
        return replace(self, model=model)

    def with_psi(self, psi: float) -> FaceState:
        return replace(self, psi=psi)

    @property
    def title(self) -> str:
        """What to call the face: its name, else `seed0042` or `latent-1a2b3c`."""
        return self.name or self.origin

    @property
    def stem(self) -> str:
        """The title as a file name without its ending."""
        return re.sub(r"[^\w ()+-]+", "_", self.name).strip("_ ") or self.origin

    @property
    def origin(self) -> str:
        """`seed0042` or `latent-1a2b3c`, whatever the face is called."""
        if self.seed is not None:
            return f"seed{self.seed:04d}"
        return f"latent-{abs(hash_of(self.latent.data if self.latent else b'')):06x}"


def hash_of(data: bytes) -> int:
    """24 bits that stay the same from run to run, unlike `hash`."""
    return binascii.crc32(data) & 0xFFFFFF


def check_seed(seed: int, what: str = "seed") -> int:
    """Returns the seed, or raises UserError saying what a seed may be."""
    if isinstance(seed, bool) or not isinstance(seed, int) or not 0 <= seed <= SEED_MAX:
        raise UserError(f"the {what} is {quoted(seed)}; choose a whole number from 0 to {SEED_MAX}")
    return seed


def check_psi(psi: float) -> None:
    if not PSI_MIN <= psi <= PSI_MAX:
        raise UserError(f"truncation psi is {psi}; choose {PSI_MIN} to {PSI_MAX}")


def check_controls(controls: Iterable[tuple[str, float]]) -> None:
    if not all(abs(value) <= CONTROL_MAX for _, value in controls):  # not a number is not, either
        raise UserError(f"a control must be a number from {-CONTROL_MAX:g} to {CONTROL_MAX:g}")


def check_name(name: str) -> str:
    """The name on one line without control characters, or UserError when it is too long."""
    name = one_line(name, 4 * NAME_LENGTH)
    if len(name) > NAME_LENGTH:
        raise UserError(f"the name has {len(name)} letters or more; choose at most {NAME_LENGTH}")
    return name
