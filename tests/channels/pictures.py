"""Photos as phones make them, with what they tell beside the picture."""

import io

from PIL import Image


def a_photo() -> bytes:
    out = io.BytesIO()
    exif = Image.Exif()
    exif[0x9286] = "kanari-exif"
    Image.new("RGB", (64, 48), "orange").save(out, "JPEG", exif=exif)
    return out.getvalue()
