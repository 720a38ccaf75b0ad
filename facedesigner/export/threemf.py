"""A solid as 3MF (3MF Consortium, Core Specification 1.3, Materials and Properties 1.2): millimetres, and a colour for
each vertex if there is a picture."""

from __future__ import annotations

import io
import zipfile

import numpy as np

from facedesigner.contract.request import Image
from facedesigner.export.solid import Solid

CORE = "http://schemas.microsoft.com/3dmanufacturing/core/2015/02"
MATERIALS = "http://schemas.microsoft.com/3dmanufacturing/material/2015/02"
STEP = 4  # of 255: colours are rounded to this, so that there are few
TYPES = (
    '<?xml version="1.0" encoding="UTF-8"?>\n<Types xmlns="http://schemas.openxmlformats.org/package/2006/content-types">'
    '<Default Extension="rels" ContentType="application/vnd.openxmlformats-package.relationships+xml"/>'
    '<Default Extension="model" ContentType="application/vnd.ms-package.3dmanufacturing-3dmodel+xml"/></Types>'
)
RELATIONS = (
    '<?xml version="1.0" encoding="UTF-8"?>\n'
    '<Relationships xmlns="http://schemas.openxmlformats.org/package/2006/relationships">'
    '<Relationship Target="/3D/3dmodel.model" Id="rel0" Type="http://schemas.microsoft.com/3dmanufacturing/2013/01/3dmodel"/>'
    "</Relationships>"
)
WHEN = (1980, 1, 1, 0, 0, 0)  # the same solid is the same file


def threemf_of(solid: Solid, picture: Image | None = None) -> bytes:
    x, y, z = solid.printed.T
    points = "".join(f'<vertex x="{a:.4f}" y="{b:.4f}" z="{c:.4f}"/>' for a, b, c in zip(x, y, z, strict=True))
    colours, group = "", ""
    if picture is None:
        corners = "".join(f'<triangle v1="{a}" v2="{b}" v3="{c}"/>' for a, b, c in solid.triangles.tolist())
    else:
        rounded = np.clip(np.rint(solid.colours(picture) / STEP) * STEP, 0, 255).astype(np.uint8)
        few, which = np.unique(rounded, axis=0, return_inverse=True)
        named = which.ravel()[solid.triangles]
        listed = "".join(f'<m:color color="#{r:02X}{g:02X}{b:02X}"/>' for r, g, b in few)
        colours = f'<m:colorgroup id="2">{listed}</m:colorgroup>'
        group = ' pid="2" pindex="0"'
        corners = "".join(
            f'<triangle v1="{a}" v2="{b}" v3="{c}" pid="2" p1="{i}" p2="{j}" p3="{k}"/>'
            for (a, b, c), (i, j, k) in zip(solid.triangles.tolist(), named.tolist(), strict=True)
        )
    model = (
        f'<?xml version="1.0" encoding="UTF-8"?>\n<model unit="millimeter" xml:lang="en-US" xmlns="{CORE}" '
        f'xmlns:m="{MATERIALS}"><metadata name="Application">FaceDesigner</metadata><resources>{colours}'
        f'<object id="1" type="model"{group}><mesh><vertices>{points}</vertices><triangles>{corners}</triangles></mesh>'
        f'</object></resources><build><item objectid="1"/></build></model>'
    )
    buffer = io.BytesIO()
    with zipfile.ZipFile(buffer, "w", zipfile.ZIP_DEFLATED) as archive:
        for name, text in (("[Content_Types].xml", TYPES), ("_rels/.rels", RELATIONS), ("3D/3dmodel.model", model)):
            entry = zipfile.ZipInfo(name, WHEN)
            entry.compress_type = zipfile.ZIP_DEFLATED
            archive.writestr(entry, text)
    return buffer.getvalue()
