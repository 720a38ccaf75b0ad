"""Session: what the window is showing, and the history of how it came to be."""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace
from typing import TYPE_CHECKING

from PySide6.QtCore import QObject, Signal
from PySide6.QtGui import QUndoCommand, QUndoStack

from facedesigner.state.edits import same_person
from facedesigner.state.face import PSI_DEFAULT, FaceState
from facedesigner.state.mask import Mask
from facedesigner.state.project import Project

if TYPE_CHECKING:
    from facedesigner.contract.request import ModelInfo

UNDO_LIMIT = 500  # keeps the memory of a long session bounded


@dataclass(frozen=True, slots=True)
class Scene:
    """What one undo step restores: the face, the gallery, the locked controls ("seed" for the seed), and the region of
    the picture that is being worked on, None for all of it."""

    face: FaceState
    gallery: tuple[FaceState, ...] = ()
    locks: frozenset[str] = frozenset()
    region: Mask | None = None


class Session(QObject):
    """The face being designed, its gallery and locks, with undo.

    `preview` shows a face without a trace in the history (a slider that is being dragged); `commit` makes one undo
    step of what is shown. Every change of the face, by whatever way, comes out as `changed`.
    """

    changed = Signal(object)  # FaceState, at each preview, commit, undo and redo
    gallery_changed = Signal(object)  # tuple[FaceState, ...]
    locks_changed = Signal(object)  # frozenset[str]
    region_changed = Signal(object)  # Mask or None
    model_changed = Signal(object)  # ModelInfo
    settling = Signal()  # whoever holds a change that waits to be committed commits it now

    def __init__(self, psi: float = PSI_DEFAULT, parent: QObject | None = None) -> None:
        super().__init__(parent)
        self.undo_stack = QUndoStack(self)
        self.undo_stack.setUndoLimit(UNDO_LIMIT)
        self.notes = ""
        self._scene = Scene(FaceState(model="", seed=0, psi=psi))
        self._preview: FaceState | None = None
        self._newest: _Step | None = None
        self._info: ModelInfo | None = None

    @property
    def scene(self) -> Scene:
        """What is committed."""
        return self._scene

    @property
    def face(self) -> FaceState:
        """What is shown: the preview if there is one."""
        return self._preview or self._scene.face

    @property
    def committed_face(self) -> FaceState:
        return self._scene.face

    @property
    def gallery(self) -> tuple[FaceState, ...]:
        return self._scene.gallery

    @property
    def locks(self) -> frozenset[str]:
        return self._scene.locks

    @property
    def info(self) -> ModelInfo | None:
        """The loaded model, None until the first one is there."""
        return self._info

    @property
    def region(self) -> Mask | None:
        return self._scene.region

    @property
    def seen(self) -> FaceState:
        """What sliders show and move: the face, or what of it is drawn inside the region."""
        return self.face if self.region is None else self.face.inside(self.region)

    def placed(self, face: FaceState) -> FaceState:
        """What becomes of the face in view if `seen` becomes `face`: outside the region it stays as it is."""
        return face if self.region is None else self.face.with_inside(self.region, face)

    def preview(self, face: FaceState) -> None:
        """Shows a face; the history and the gallery stay as they are."""
        self._preview = face
        self.changed.emit(face)

    def commit(
        self,
        text: str,
        *,
        face: FaceState | None = None,
        gallery: Sequence[FaceState] | None = None,
        locks: frozenset[str] | None = None,
    ) -> None:
        """Makes one undo step named `text`; what is not given stays as shown, the region as long as the person does. No
        step if nothing changed."""
        after = Scene(
            self.face if face is None else face,
            self.gallery if gallery is None else tuple(gallery),
            self.locks if locks is None else locks,
        )
        if same_person(after.face, self.committed_face):
            after = replace(after, region=self.region)
        self._push(text, after)

    def choose_region(self, text: str, region: Mask | None, *, painted: bool = False) -> None:
        """Works on another region from now on, or on the whole face: one undo step. `painted`: it is the one before,
        but larger or smaller, so that what was changed in there is to follow."""
        face, before = self.face, self.region
        if painted and before is not None:
            face = face.without(before) if region is None else face.remasked(before, region)
        self._push(text, replace(self._scene, face=face, region=region))

    def _push(self, text: str, after: Scene) -> None:
        if after == self._scene:
            self.revert()
        else:
            self._newest = _Step(self, text, self._scene, after)
            self.undo_stack.push(self._newest)  # calls redo, which shows it

    def amend(self, face: FaceState) -> bool:
        """Puts a better face into the newest undo step, which stays one step: a photo that is being refined. False, and
        nothing changes, when that step was undone, or a preview is shown."""
        stack, step = self.undo_stack, self._newest
        if step is None or step.after != self._scene or stack.index() != stack.count() or self._preview is not None:
            return False
        if stack.isClean():
            stack.resetClean()  # what is shown differs from the file now
        step.after = replace(step.after, face=face)
        self._show(step.after)
        return True

    def revert(self) -> None:
        """Drops a preview and shows the committed face again."""
        if self._preview is not None:
            self._preview = None
            self.changed.emit(self.face)

    def set_model(self, info: ModelInfo, project: Project | None = None) -> None:
        """Takes over a newly loaded model, and with it `project`, the faces to show with it.

        A latent means nothing to another model and a seed draws somebody else, so without a project the faces of
        another model, their locks and the history make way for one face: the same seed (0 for a latent), no controls.
        A face that had no model yet becomes one of this model. The same model loaded again changes no face.
        """
        self._info = info
        self.model_changed.emit(info)
        if project is not None:
            self.restore(project)
        elif self._scene.face.model == info.hash:
            self.changed.emit(self.face)
        else:
            old = self._scene.face
            seed = 0 if old.seed is None else old.seed
            self._begin(Scene(FaceState(model=info.hash, seed=seed, psi=old.psi)))

    def restore(self, project: Project) -> None:
        """Starts anew from a project, with an empty history."""
        self.notes = project.notes
        self._begin(Scene(project.face, project.gallery, frozenset(project.locks)))

    def open(self, text: str, project: Project) -> None:
        """Shows a project as one undo step, so that opening a file loses nothing."""
        self.notes = project.notes
        self.commit(text, face=project.face, gallery=project.gallery, locks=frozenset(project.locks))

    def settle(self) -> None:
        """Commits what was changed a moment ago and still waits for more of it: before saving and leaving."""
        self.settling.emit()

    def project(self) -> Project:
        """The committed state, to save; `settle` before, unless a hand may be on a slider."""
        return Project(self._scene.face, self._scene.gallery, self.notes, tuple(sorted(self._scene.locks)))

    def _begin(self, scene: Scene) -> None:
        self.undo_stack.clear()
        self._newest = None
        self._show(scene)

    def _show(self, scene: Scene) -> None:
        before, self._scene, self._preview = self._scene, scene, None
        if scene.gallery != before.gallery:
            self.gallery_changed.emit(scene.gallery)
        if scene.locks != before.locks:
            self.locks_changed.emit(scene.locks)
        if scene.region != before.region:
            self.region_changed.emit(scene.region)
        self.changed.emit(scene.face)


class _Step(QUndoCommand):
    """One undo step: the scenes before and after. Scenes share what did not change, so a step is small."""

    def __init__(self, session: Session, text: str, before: Scene, after: Scene) -> None:
        super().__init__(text)
        self._session, self._before, self.after = session, before, after

    def undo(self) -> None:
        self._session._show(self._before)

    def redo(self) -> None:
        self._session._show(self.after)
