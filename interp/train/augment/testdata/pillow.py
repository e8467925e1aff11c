"""Writes pillow.json: what Pillow makes of a small picture, for the tests of package augment.

    python3 pillow.py > pillow.json

The picture has the value (37x + 91y + 53c + 7xy) mod 256 in column x, row y, channel c.
Written with Pillow 9.4.0.
"""
import json
from PIL import Image, ImageFilter, ImageOps


def value(x, y, c):
    return (37 * x + 91 * y + 53 * c + 7 * x * y) % 256


def floats(width, height):
    im = Image.new("F", (width, height))
    im.putdata([float(value(x, y, 0)) for y in range(height) for x in range(width)])
    return im


def colours(width, height):
    im = Image.new("RGB", (width, height))
    im.putdata([tuple(value(x, y, c) for c in range(3)) for y in range(height) for x in range(width)])
    return im


def numbers(im):
    return [float("%.7g" % v) for v in im.getdata()]


bilinear = Image.Resampling.BILINEAR
out = {"rotate": [], "affine": [], "resize": [], "crop": [], "extreme": []}
for width, height in [(9, 7), (8, 8)]:
    for degrees in [0, 1, 17.5, -30, 45, 90, 180, -123.4]:
        turned = floats(width, height).rotate(degrees, bilinear)
        out["rotate"].append({"size": [width, height], "degrees": degrees, "want": numbers(turned)})
    for data in [(1, 0.2, -0.5, 0, 1, 0), (0.8, 0, 1.25, 0, 0.8, -2.5), (1.3, -0.4, 0.3, 0.25, 0.9, 1.1)]:
        moved = floats(width, height).transform((width, height), Image.Transform.AFFINE, data, bilinear)
        out["affine"].append({"size": [width, height], "from": data, "want": numbers(moved)})
    for box in [(0, 0, width, height), (1, 2, 6, 6), (3, 3, 5, 4), (0, 0, width, 2)]:
        cut = floats(width, height).crop(box).resize((width, height), bilinear)
        out["resize"].append({"size": [width, height], "box": box, "want": numbers(cut)})
for width, height, box, size in [(40, 30, (5, 3, 37, 29), (8, 6)), (20, 31, (2, 1, 9, 30), (16, 16)), (12, 12, (0, 0, 12, 12), (5, 12))]:
    for flip in [False, True]:
        cut = colours(width, height).crop(box).resize(size, bilinear)
        if flip:
            cut = ImageOps.mirror(cut)
        out["crop"].append({"size": [width, height], "box": box, "to": size, "flip": flip, "want": [list(p) for p in cut.getdata()]})
for width, height in [(9, 7), (1, 5), (6, 1), (2, 2)]:
    for name, made in [("dilate", ImageFilter.MaxFilter(3)), ("erode", ImageFilter.MinFilter(3))]:
        out["extreme"].append({"size": [width, height], "name": name, "want": numbers(floats(width, height).filter(made))})
print("{")
for i, (name, cases) in enumerate(out.items()):
    print(f' "{name}": [')
    print(",\n".join("  " + json.dumps(c) for c in cases))
    print(" ]" + ("," if i + 1 < len(out) else ""))
print("}")
