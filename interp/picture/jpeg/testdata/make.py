#!/usr/bin/python3
"""Writes the files here, and pillow.json: what Pillow 9.4 with libjpeg-turbo 2.1.5 decodes
from each, as a SHA-256 of the bytes of convert("RGB") and some of the pixels.

    gcc -o encode encode.c -ljpeg && ./make.py ./encode ../../../../testdata/images/chelsea.png
"""
import hashlib, json, subprocess, sys
from PIL import Image

encode, photo = sys.argv[1:]
cat = Image.open(photo).convert("RGB").crop((150, 90, 211, 137))  # 61 x 47, an eye
files = {
    "444": "ycc 1x1,1x1,1x1", "422": "ycc 2x1,1x1,1x1", "440": "ycc 1x2,1x1,1x1", "420": "ycc 2x2,1x1,1x1",
    "411": "ycc 4x1,1x1,1x1", "410": "ycc 4x2,1x1,1x1", "441": "ycc 1x4,1x1,1x1", "311": "ycc 3x1,1x1,1x1",
    "331": "ycc 3x2,1x1,1x2", "mixed": "ycc 2x2,2x1,1x2", "more_colour": "ycc 1x1,2x2,1x2", "all_2x2": "ycc 2x2,2x2,1x1",
    "4x2_2x1": "ycc 4x2,2x1,1x1 apart", "1x4_1x2": "ycc 1x4,1x2,1x1 progressive", "4x1_2x1": "ycc 4x1,2x1,1x1",
    "restart_1": "ycc 2x2,1x1,1x1 r1", "restart_4": "ycc 2x1,1x1,1x1 r4", "restart_progressive": "ycc 2x2,1x1,1x1 progressive r3",
    "progressive": "ycc 2x2,1x1,1x1 progressive", "progressive_444": "ycc 1x1,1x1,1x1 progressive q97",
    "optimised": "ycc 2x2,1x1,1x1 optimised q97", "apart": "ycc 2x2,1x1,1x1 apart", "apart_first": "ycc 2x2,1x1,1x1 apart", "apart_restart": "ycc 2x1,1x1,1x1 apart r5",
    "coarse": "ycc 2x2,1x1,1x1 q1", "fine": "ycc 1x1,1x1,1x1 q100", "bare": "ycc 2x2,1x1,1x1 bare",
    "rgb": "rgb 1x1,1x1,1x1", "rgb_bare": "rgb 1x1,1x1,1x1 bare", "rgb_sampled": "rgb 1x1,2x2,1x1",
    "grey": "", "grey_2x2": "2x2", "grey_progressive": "progressive", "grey_restart": "r2",
    "cmyk": "cmyk 1x1,1x1,1x1,1x1", "cmyk_sampled": "cmyk 2x2,1x1,1x1,2x2", "cmyk_bare": "cmyk 1x1,1x1,1x1,1x1 bare",
    "ycck": "ycck 2x2,1x1,1x1,2x2", "ycck_progressive": "ycck 1x1,1x1,1x1,1x1 progressive",
    "arithmetic": "ycc 2x2,1x1,1x1 arithmetic",
}
def first_scan(content):
    """The file without its second scan and all after it."""
    second = content.find(b"\xff\xda", content.find(b"\xff\xda") + 2)
    return content[:second] + b"\xff\xd9"


sums = []
for name, options in files.items():
    mode = "L" if name.startswith("grey") else "CMYK" if "y" in options and "k" in options.split()[0] else "RGB"
    image = cat.convert(mode)
    file = name + ".jpg"
    with open(file, "wb") as out:
        subprocess.run([encode, *map(str, image.size), str(len(mode)), *options.split()], input=image.tobytes(), stdout=out, check=True)
    if name == "apart_first":
        content = first_scan(open(file, "rb").read())
        open(file, "wb").write(content)
    if name == "arithmetic":
        continue  # Pillow decodes it, the package here refuses it
    rgb = Image.open(file).convert("RGB")
    sums.append({"File": file, "SHA256": hashlib.sha256(rgb.tobytes()).hexdigest(),
                 "Pixels": [[x, y, *rgb.getpixel((x, y))] for x, y in ((0, 0), (60, 0), (17, 16), (33, 31), (0, 46), (60, 46))]})
with open("pillow.json", "w") as out:
    out.write("[\n" + ",\n".join(json.dumps(s) for s in sums) + "\n]\n")
