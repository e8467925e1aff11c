"""Writes shapes.txt: what Pillow makes of small and of extreme images.

A line has the size of an image, the size it is resized to, the filter, the mode (L: converted
to grey first) and the beginning of the SHA-256 of the result's bytes. The bytes of an image are
r >> 24, with r = 12345 at first and r = (r*1103515245 + 12345) mod 2^32 before each.
"""

import hashlib
import os

from PIL import Image

FILTERS = {
    "nearest": Image.NEAREST,
    "box": Image.BOX,
    "bilinear": Image.BILINEAR,
    "bicubic": Image.BICUBIC,
    "lanczos": Image.LANCZOS,
}


def image(width, height):
    r, pixels = 12345, bytearray()
    for _ in range(3 * width * height):
        r = (r * 1103515245 + 12345) % 2**32
        pixels.append(r >> 24)
    return Image.frombytes("RGB", (width, height), bytes(pixels))


def shapes():
    for width in range(1, 41):
        yield width, 41 - width, 1 + width * 7 % 40, 1 + width * 11 % 53
        yield width, 5, 1 + width * 13 % 29, 4
    yield 1, 1, 300, 200
    yield 2, 3, 257, 129
    yield 1000, 3, 1, 1
    yield 3, 1000, 5, 2
    yield 1, 3000, 1, 7
    yield 3000, 1, 9, 1
    yield 4097, 2, 3, 5
    yield 333, 222, 334, 221
    yield 97, 89, 8, 8
    yield 16, 16, 16, 16


with open(os.path.join(os.path.dirname(os.path.abspath(__file__)), "shapes.txt"), "w") as out:
    for width, height, wide, high in shapes():
        source = image(width, height)
        for name, filter in FILTERS.items():
            for mode in "RGB", "L":
                result = source.convert(mode).resize((wide, high), filter)
                digest = hashlib.sha256(result.tobytes()).hexdigest()[:16]
                print(width, height, wide, high, name, mode, digest, file=out)
