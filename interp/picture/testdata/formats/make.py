# Makes the pictures of the folder that is named and pictures.json, what Pillow's convert("RGB") gives for each;
# and turned.json, the same for pictures with an EXIF orientation and ImageOps.exif_transpose.
# It wants Pillow 9.4, numpy, and the programs tiffcp, cwebp, img2webp and webpmux.
import hashlib
import io
import json
import os
import struct
import subprocess
import sys
import tempfile
import zlib

import numpy as np
from PIL import Image, ImageOps

folder = sys.argv[1]
work = tempfile.mkdtemp()
os.makedirs(folder, exist_ok=True)
W, H = 21, 13
rng = np.random.default_rng(7)
y, x = np.mgrid[0:H, 0:W]
smooth = np.stack([x * 12, y * 19, (x + y) * 7], -1).astype(np.uint8)
rgb = np.where(rng.random((H, W, 1)) < 0.3, rng.integers(0, 256, (H, W, 3)), smooth).astype(np.uint8)
alpha = ((x * 5 + y * 11) % 256).astype(np.uint8)
grey = rgb[..., 0]
made = []

def put(name, data):
    open(os.path.join(folder, name), "wb").write(data)
    made.append(name)

def save(name, image, **options):
    b = io.BytesIO()
    image.save(b, {"tif": "TIFF", "jpg": "JPEG"}.get(name.split(".")[-1], name.split(".")[-1].upper()), **options)
    put(name, b.getvalue())

def temporary(name, image, **options):
    path = os.path.join(work, name)
    image.save(path, **options)
    return path

def tool(name, *words):
    path = os.path.join(work, name)
    subprocess.run([w.replace("OUT", path) for w in words], check=True, capture_output=True)
    put(name, open(path, "rb").read())

RGB = Image.fromarray(rgb)
RGBA = Image.fromarray(np.dstack([rgb, alpha]))
L = Image.fromarray(grey)
LA = Image.merge("LA", [L, Image.fromarray(alpha)])
P = RGB.quantize(40)
P16, P4, P2 = RGB.quantize(16), RGB.quantize(4), RGB.quantize(2)
ONE = L.convert("1")
CMYK = Image.fromarray(np.dstack([rgb, alpha]), mode="CMYK")
I16 = Image.frombytes("I;16", (W, H), (grey.astype("<u2") * 3).tobytes())

# GIF
save("palette.gif", P)
save("palette_4_colours.gif", P4)
save("black_and_white.gif", ONE)
save("grey.gif", L)
save("interlaced.gif", P, interlace=1)
save("transparent.gif", P, transparency=3)
save("animated.gif", P, save_all=True, append_images=[P4, P2], duration=50, loop=0)

def sub(data):
    return b"".join(bytes([len(data[i:i + 255])]) + data[i:i + 255] for i in range(0, len(data), 255)) + b"\0"

def codes(indices, size):  # LZW without strings: a clear code before the table is full
    out, bits, n, seen = 0, 0, bytearray(), 0
    def emit(c):
        nonlocal out, bits
        out |= c << bits
        bits += size + 1
        while bits >= 8:
            n.append(out & 255); out >>= 8; bits -= 8
    for k, c in enumerate(indices):
        if k % ((1 << size) - 2) == 0:
            emit(1 << size)
        emit(int(c))
    emit((1 << size) + 1)
    n.append(out & 255)
    return bytes(n)

def gif(screen, frame, size, before=b"", table=None, local=None, flags=0, background=0):
    fx, fy, fw, fh = frame
    def packed(t):
        return 0x80 | ((len(t) // 3).bit_length() - 2) if t else 0
    data = b"GIF89a" + struct.pack("<HHBBB", *screen, packed(table), background, 0) + (table or b"") + before
    data += b"," + struct.pack("<HHHHB", fx, fy, fw, fh, packed(local) | flags) + (local or b"")
    indices = (np.arange(fw * fh) * 7) % (1 << size)
    return data + bytes([size]) + sub(codes(indices, size)) + b";"

table = bytes((i * 37 + 11) % 256 for i in range(3 * 8))
table2 = bytes((i * 53 + 90) % 256 for i in range(3 * 8))
control = b"!\xf9\x04\x01\x00\x00\x05\x00"
put("offset.gif", gif((12, 10), (3, 2, 6, 5), 3, table=table, background=2))
put("offset_transparent.gif", gif((12, 10), (3, 2, 6, 5), 3, table=table, before=control))
put("offset_local_palette.gif", gif((12, 10), (3, 2, 6, 5), 3, table=table, local=table2))
put("beyond_the_screen.gif", gif((4, 4), (3, 2, 6, 5), 3, table=table))
put("no_palette.gif", gif((6, 5), (0, 0, 6, 5), 3))
put("short_palette.gif", gif((6, 5), (0, 0, 6, 5), 4, table=table))
put("interlaced_in_part.gif", gif((9, 30), (1, 1, 7, 26), 3, table=table, flags=0x40))
put("comments.gif", gif((6, 5), (0, 0, 6, 5), 3, table=table, before=b"!\xfe" + sub(b"words " * 60) + b"!\xff\x0bNETSCAPE2.0\x03\x01\0\0\0" + b"!\xf9\x04\x00\x00\x00\x01\x00"))

# BMP
save("rgb.bmp", RGB)
save("grey.bmp", L)
save("palette.bmp", P)
save("black_and_white.bmp", ONE)
save("rgba.bmp", RGBA)

def bmp(width, height, depth, data, compression=0, palette=b"", colours=0, size=40, masks=b""):
    if size == 12:
        head = struct.pack("<IHHHH", 12, width, height, 1, depth)
    else:
        head = struct.pack("<IiiHHIIiiII", size, width, height, 1, depth, compression, len(data), 0, 0, colours, 0)
    if size > 40:
        head += masks.ljust(size - 40, b"\0")
        masks = b""
    offset = 14 + len(head) + len(masks) + len(palette)
    return b"BM" + struct.pack("<IHHI", offset + len(data), 0, 0, offset) + head + masks + palette + data

def lines(rows, depth):
    out = b""
    for row in rows:
        bits = "".join(format(int(v), f"0{depth}b") for v in row) if depth < 8 else None
        line = int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big") if bits else b"".join(int(v).to_bytes(depth // 8, "little") for v in row)
        out += line.ljust((len(line) + 3) // 4 * 4, b"\0")
    return out

table4 = b"".join(bytes([(i * 37) % 256, (i * 91 + 5) % 256, (i * 151 + 9) % 256, 0]) for i in range(256))
table3 = b"".join(table4[4 * i:4 * i + 3] for i in range(256))
index = rng.integers(0, 256, (H, W))
put("1_bit.bmp", bmp(W, H, 1, lines(index % 2, 1), palette=table4[8:16]))
put("4_bits.bmp", bmp(W, H, 4, lines(index % 16, 4), palette=table4[:64]))
put("4_bits_of_5_colours.bmp", bmp(W, H, 4, lines(index % 5, 4), palette=table4[:20], colours=5))
put("8_bits_of_os2.bmp", bmp(W, H, 8, lines(index, 8), palette=table3, size=12))
put("8_bits_down.bmp", bmp(W, -H, 8, lines(index, 8), palette=table4))
put("8_bits_of_60_colours.bmp", bmp(W, H, 8, lines(index % 70, 8), palette=table4[:240], colours=60))
word = rng.integers(0, 1 << 32, (H, W))
put("16_bits.bmp", bmp(W, H, 16, lines(word & 0xffff, 16)))
put("16_bits_565.bmp", bmp(W, H, 16, lines(word & 0xffff, 16), 3, masks=struct.pack("<III", 0xf800, 0x7e0, 0x1f)))
put("16_bits_555.bmp", bmp(W, -H, 16, lines(word & 0xffff, 16), 3, masks=struct.pack("<III", 0x7c00, 0x3e0, 0x1f)))
put("24_bits_down.bmp", bmp(W, -H, 24, lines(word & 0xffffff, 24)))
put("24_bits_of_os2.bmp", bmp(W, H, 24, lines(word & 0xffffff, 24), size=12))
put("32_bits.bmp", bmp(W, H, 32, lines(word, 32)))
put("32_bits_v4.bmp", bmp(W, H, 32, lines(word, 32), 3, size=108, masks=struct.pack("<IIII", 0xff, 0xff00, 0xff0000, 0xff000000)))
put("32_bits_v5.bmp", bmp(W, H, 32, lines(word, 32), 3, size=124, masks=struct.pack("<IIII", 0xff0000, 0xff00, 0xff, 0xff000000)))
put("32_bits_xbgr.bmp", bmp(W, H, 32, lines(word, 32), 3, masks=struct.pack("<III", 0xff000000, 0xff0000, 0xff00)))
put("32_bits_without_masks.bmp", bmp(W, H, 32, lines(word, 32), 3, size=108))
# Three lines of 8 pixels: runs, pixels as they are, and a run that is too long for its line.
put("runs_of_8_bits.bmp", bmp(8, 3, 8, bytes.fromhex("05 21 00 03 01 02 03 00 0000 00 04 50 51 52 53 09 60 0000 05 10 03 11 0000 0001"), 1, palette=table4))
put("runs_of_4_bits.bmp", bmp(8, 3, 4, bytes.fromhex("05 21 00 04 12 34 0000 00 04 56 78 06 ab 0000 05 cd 03 ef 0000 0001"), 2, palette=table4[:64]))
put("runs_of_grey.bmp", bmp(8, 3, 8, bytes.fromhex("08 21 0000 04 33 0000 08 44 0001"), 1, palette=bytes(v for i in range(256) for v in (i, i, i, 0))))

# PNG
save("rgb.png", RGB)
save("grey.png", L)
save("grey_alpha.png", LA)
save("palette_2_bits.png", P4, bits=2)
save("palette_4_bits.png", P16, bits=4)
save("palette_transparent.png", P, transparency=bytes(range(0, 80, 2)))
save("grey_16_bits.png", I16)

def chunk(kind, data):
    return struct.pack(">I", len(data)) + kind + data + struct.pack(">I", zlib.crc32(kind + data))

def png(width, height, depth, colour, rows, before=b"", interlaced=0):
    return (b"\x89PNG\r\n\x1a\n" + chunk(b"IHDR", struct.pack(">IIBBBBB", width, height, depth, colour, 0, 0, interlaced))
            + before + chunk(b"IDAT", zlib.compress(rows)) + chunk(b"IEND", b""))

def plain(samples, depth):  # [h, w, c] with the filter 0
    out = b""
    for row in samples.reshape(samples.shape[0], -1):
        if depth < 8:
            bits = "".join(format(int(v), f"0{depth}b") for v in row)
            out += b"\0" + int(bits.ljust((len(bits) + 7) // 8 * 8, "0"), 2).to_bytes((len(bits) + 7) // 8, "big")
        else:
            out += b"\0" + row.astype(">u2" if depth == 16 else "u1").tobytes()
    return out

def adam7(samples, depth):
    return b"".join(plain(samples[y0::dy, x0::dx], depth) for x0, y0, dx, dy in
                    [(0, 0, 8, 8), (4, 0, 8, 8), (0, 4, 4, 8), (2, 0, 4, 4), (0, 2, 2, 4), (1, 0, 2, 2), (0, 1, 1, 2)] if samples[y0::dy, x0::dx].size)

wide = rng.integers(0, 65536, (H, W, 4))
put("grey_2_bits.png", png(W, H, 2, 0, plain(index % 4, 2)))
put("grey_4_bits.png", png(W, H, 4, 0, plain(index % 16, 4)))
put("black_and_white.png", png(W, H, 1, 0, plain(index % 2, 1)))
put("black_and_white_transparent.png", png(W, H, 1, 0, plain(index % 2, 1), chunk(b"tRNS", b"\0\1")))
put("rgb_16_bits.png", png(W, H, 16, 2, plain(wide[..., :3], 16)))
put("rgba_16_bits.png", png(W, H, 16, 6, plain(wide, 16)))
put("grey_alpha_16_bits.png", png(W, H, 16, 4, plain(wide[..., :2], 16)))
put("grey_16_bits_interlaced.png", png(W, H, 16, 0, adam7(wide[..., :1] // 99, 16), interlaced=1))
put("grey_16_bits_transparent.png", png(W, H, 16, 0, plain(wide[..., :1] // 200, 16), chunk(b"tRNS", b"\0\7")))
put("rgb_interlaced.png", png(W, H, 8, 2, adam7(rgb, 8), interlaced=1))
put("rgb_transparent.png", png(W, H, 8, 2, plain(rgb, 8), chunk(b"tRNS", b"\0\7\0\7\0\7")))
put("black_and_white_interlaced.png", png(W, H, 1, 0, adam7(index % 2, 1), interlaced=1))
put("gamma.png", png(W, H, 8, 2, plain(rgb, 8), chunk(b"gAMA", struct.pack(">I", 22000)) + chunk(b"sRGB", b"\0")))
put("palette_1_bit.png", png(W, H, 1, 3, plain(index % 2, 1), chunk(b"PLTE", table[:6])))
put("palette_too_short.png", png(W, H, 8, 3, plain(index % 12, 8), chunk(b"PLTE", table)))

# TIFF
for name, image in dict(rgb=RGB, rgba=RGBA, grey=L, grey_alpha=LA, palette=P, black_and_white=ONE, cmyk=CMYK, grey_16_bits=I16).items():
    save(name + ".tif", image)
save("rgbx.tif", Image.fromarray(np.dstack([rgb, alpha]), mode="RGBX"))
save("integers.tif", Image.fromarray(grey.astype(np.int32) * 3 - 100, mode="I"))
save("floats.tif", Image.fromarray(grey.astype(np.float32) * 1.7 - 30))
for compression in "tiff_lzw", "tiff_adobe_deflate", "packbits":
    for name, image in dict(rgb=RGB, grey=L, palette=P).items():
        save(f"{name}_{compression.split('_')[-1]}.tif", image, compression=compression)
for compression in "group3", "group4", "tiff_lzw":
    save(f"black_and_white_{compression}.tif", ONE, compression=compression)
save("cmyk_lzw.tif", CMYK, compression="tiff_lzw")
save("grey_16_bits_lzw.tif", I16, compression="tiff_lzw")
save("integers_deflate.tif", Image.fromarray(grey.astype(np.int32) * 3 - 100, mode="I"), compression="tiff_adobe_deflate")
many = Image.fromarray(np.tile(rgb, (2, 3, 1)))
path = temporary("many.tif", many)
tool("tiles.tif", "tiffcp", "-t", "-w", "32", "-l", "16", path, "OUT")
tool("tiles_lzw_difference.tif", "tiffcp", "-t", "-w", "48", "-l", "32", "-c", "lzw:2", path, "OUT")
tool("strips_of_3_lines_deflate.tif", "tiffcp", "-r", "3", "-c", "zip:2", path, "OUT")
tool("planes.tif", "tiffcp", "-p", "separate", "-r", "10", temporary("a.tif", RGB), "OUT")
tool("planes_lzw.tif", "tiffcp", "-p", "separate", "-c", "lzw:2", "-r", "10", temporary("b.tif", RGB), "OUT")
tool("planes_cmyk_deflate.tif", "tiffcp", "-p", "separate", "-c", "zip", temporary("c.tif", CMYK), "OUT")
tool("big_endian_lzw.tif", "tiffcp", "-B", "-c", "lzw", temporary("d.tif", RGB), "OUT")
tool("reversed_bits_group4.tif", "tiffcp", "-f", "lsb2msb", "-c", "g4", temporary("e.tif", ONE), "OUT")
tool("reversed_bits_packbits.tif", "tiffcp", "-f", "lsb2msb", "-c", "packbits", temporary("f.tif", L), "OUT")
tool("big.tif", "tiffcp", "-8", "-c", "lzw", temporary("g.tif", RGB), "OUT")

def tiff(order, tags, data):
    e = "<" if order == "II" else ">"
    entries, rest = b"", b""
    first = 8 + 2 + 12 * (len(tags) + 1) + 4
    size = sum(2 * len(v) + len(v) % 2 * 2 for v in tags.values() if len(v) > 2)
    tags = dict(tags)
    tags[273] = [first + size]
    for tag in sorted(tags):
        v = tags[tag]
        packed = struct.pack(f"{e}{len(v)}H", *v).ljust((2 * len(v) + 3) // 4 * 4, b"\0")
        if len(v) <= 2:
            entries += struct.pack(e + "HHI", tag, 3, len(v)) + packed
        else:
            entries += struct.pack(e + "HHII", tag, 3, len(v), first + len(rest))
            rest += packed
    return order.encode() + struct.pack(e + "HIH", 42, 8, len(tags)) + entries + bytes(4) + rest + data

def packed(v, depth):
    return b"".join(plain(row[None], depth)[1:] for row in v)

for depth in 2, 4, 8:
    name = f"grey_{depth}_bits_white_is_zero.tif" if depth < 8 else "grey_white_is_zero.tif"
    put(name, tiff("MM", {256: [W], 257: [H], 258: [depth], 259: [1], 262: [0]}, packed(index % (1 << depth), depth)))
for depth in 1, 2, 4:
    put(f"palette_{depth}_bits.tif", tiff("II", {256: [W], 257: [H], 258: [depth], 259: [1], 262: [3], 320: [(i * 2749) % 65536 for i in range(3 << depth)]}, packed(index % (1 << depth), depth)))
put("grey_4_bits_reversed.tif", tiff("II", {256: [W], 257: [H], 258: [4], 259: [1], 262: [1], 266: [2]}, bytes(int(f"{b:08b}"[::-1], 2) for b in packed(index % 16, 4))))
put("rgb_16_bits.tif", tiff("II", {256: [W], 257: [H], 258: [16] * 3, 259: [1], 262: [2], 277: [3]}, wide[..., :3].astype("<u2").tobytes()))
put("rgb_16_bits_big_endian.tif", tiff("MM", {256: [W], 257: [H], 258: [16] * 3, 259: [1], 262: [2], 277: [3]}, wide[..., :3].astype(">u2").tobytes()))
put("rgba_16_bits_multiplied.tif", tiff("II", {256: [W], 257: [H], 258: [16] * 4, 259: [1], 262: [2], 277: [4], 338: [1]}, wide.astype("<u2").tobytes()))
put("rgba_multiplied.tif", tiff("II", {256: [W], 257: [H], 258: [8] * 4, 259: [1], 262: [2], 277: [4], 338: [1]}, np.dstack([rgb, alpha]).tobytes()))
put("rgb_and_two_more.tif", tiff("II", {256: [W], 257: [H], 258: [8] * 5, 259: [1], 262: [2], 277: [5], 338: [0, 0]}, np.dstack([rgb, alpha, alpha]).tobytes()))
put("palette_alpha.tif", tiff("II", {256: [W], 257: [H], 258: [8, 8], 259: [1], 262: [3], 277: [2], 338: [2], 320: [(i * 2749) % 65536 for i in range(768)]}, np.dstack([grey, alpha]).tobytes()))
put("cmyk_16_bits.tif", tiff("II", {256: [W], 257: [H], 258: [16] * 4, 259: [1], 262: [5], 277: [4]}, wide.astype("<u2").tobytes()))
put("grey_16_bits_big_endian.tif", tiff("MM", {256: [W], 257: [H], 258: [16], 259: [1], 262: [1]}, (grey.astype(">u2") * 2).tobytes()))
put("grey_16_bits_white_is_zero.tif", tiff("II", {256: [W], 257: [H], 258: [16], 259: [1], 262: [0]}, (grey.astype("<u2") * 2).tobytes()))
put("grey_16_bits_signed.tif", tiff("II", {256: [W], 257: [H], 258: [16], 259: [1], 262: [1], 339: [2]}, (grey.astype("<i2") * 3 - 200).tobytes()))

# WebP
save("lossless.webp", RGB, lossless=True)
save("lossless_alpha.webp", RGBA, lossless=True, exact=True)
save("lossless_palette.webp", P4.convert("RGB"), lossless=True)
save("lossless_black_and_white.webp", ONE.convert("RGB"), lossless=True)
save("lossless_of_method_6.webp", many, lossless=True, method=6)
for quality in 5, 50, 95:
    save(f"lossy_{quality}.webp", RGB, quality=quality)
save("lossy_alpha.webp", RGBA, quality=70)
save("lossy_odd.webp", RGB.crop((0, 0, 17, 11)), quality=80)
save("lossy_larger.webp", many, quality=30)
for size in (1, 1), (2, 2), (1, 5), (6, 1), (3, 2):
    save("lossy_%dx%d.webp" % size, RGB.crop((0, 0) + size), quality=90)
save("animated.webp", RGB, save_all=True, append_images=[Image.fromarray(smooth)], lossless=True)
save("animated_lossy.webp", RGB, save_all=True, append_images=[Image.fromarray(smooth)], quality=60)
tool("lossy_filtered.webp", "cwebp", "-q", "10", "-f", "80", "-sharpness", "3", "-segments", "4", temporary("i.png", many), "-o", "OUT")
tool("lossy_simple_filter.webp", "cwebp", "-q", "10", "-f", "60", "-nostrong", temporary("j.png", many), "-o", "OUT")
part = temporary("k.webp", RGB.crop((0, 0, 9, 7)), lossless=True)
tool("frame_in_part.webp", "webpmux", "-frame", part, "+100+4+2+1-b", "-frame", temporary("l.webp", RGB), "+100", "-o", "OUT")

expected = []
for name in made:
    image = Image.open(os.path.join(folder, name))
    mode = image.mode
    expected.append((name, image.convert("RGB"), mode))
tall = Image.fromarray(rgb[:5, :7])
def exif(o):
    return b"Exif\0\0MM\0*\0\0\0\x08\0\1\1\x12\0\3\0\0\0\1" + struct.pack(">H", o) + bytes(6)
turned = []
for o in range(1, 9):
    for name, options in ("jpg", {"quality": 95, "subsampling": 0}), ("png", {}), ("webp", {"lossless": True}):
        file = f"orientation_{o}.{name}"
        save(file, tall, exif=exif(o), **options)
        turned.append((file, ImageOps.exif_transpose(Image.open(os.path.join(folder, file))).convert("RGB")))
    file = f"orientation_{o}.tif"
    save(file, tall, tiffinfo={274: o})
    turned.append((file, Image.open(os.path.join(folder, file)).convert("RGB")))  # Pillow turns it itself

def record(name, image, **more):
    return {"file": name, "width": image.width, "height": image.height, "sha256": hashlib.sha256(image.tobytes()).hexdigest(),
            "middle": list(image.getpixel((image.width // 2, image.height // 2))), **more}

with open(os.path.join(folder, "pictures.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(record(n, i, mode=m)) for n, i, m in expected) + "\n]\n")
with open(os.path.join(folder, "turned.json"), "w") as f:
    f.write("[\n" + ",\n".join(json.dumps(record(n, i)) for n, i in turned) + "\n]\n")
if len(sys.argv) > 2:
    for n, i, *_ in expected + turned:
        open(os.path.join(folder, n + ".rgb"), "wb").write(i.tobytes())
