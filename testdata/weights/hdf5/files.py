"""Writes the files of this folder and expected.json, with h5py 3.7.0 (HDF5 1.10.8) and NumPy."""
import hashlib
import json
import os

import h5py
import numpy as np

folder = os.path.dirname(os.path.abspath(__file__)) + "/"
TYPES = {"f2": "F16", "f4": "F32", "f8": "F64", "i1": "I8", "i2": "I16", "i4": "I32", "i8": "I64",
         "u1": "U8", "u2": "U16", "u4": "U32", "u8": "U64", "b1": "BOOL"}


def ramp(shape, dtype):
    a = np.arange(int(np.prod(shape))) * 37 % 251
    if np.dtype(dtype).kind == "f":
        a = (a - 100) / 16
    if np.dtype(dtype).kind == "b":
        a = a % 2
    return a.astype(dtype).reshape(shape)


def low_level(f, name, data, layout=None, chunk=None, most=None):
    """A dataset that h5py's own functions do not make: compact, or allocated at once."""
    p = h5py.h5p.create(h5py.h5p.DATASET_CREATE)
    if layout is not None:
        p.set_layout(layout)
    if chunk:
        p.set_chunk(chunk)
        p.set_alloc_time(h5py.h5d.ALLOC_TIME_EARLY)
    space = h5py.h5s.create_simple(data.shape, most) if most else h5py.h5s.create_simple(data.shape)
    d = h5py.h5d.create(f.id, name.encode(), h5py.h5t.py_create(data.dtype), space, p)
    d.write(h5py.h5s.ALL, h5py.h5s.ALL, data)


def everything(f):
    for t in ["<f2", ">f2", "<f4", ">f4", "<f8", ">f8", "i1", "<i2", ">i2", "<i4", "<i8", "u1", "<u2", ">u4", "<u8", "?"]:
        f.create_dataset("types/" + t.replace("<", "little_").replace(">", "big_").replace("?", "bool"), data=ramp((2, 3), t))
    f.create_dataset("scalar", data=np.float32(2.5))
    f.create_dataset("empty", data=np.zeros((0, 3), "f4"))
    f.create_dataset("unwritten", shape=(5,), dtype="f4", fillvalue=1.5)
    f.create_group("a/b/c")["deep"] = ramp((4,), "f4")
    many = f.create_group("many")
    for i in range(30):
        many["layer_%d" % i] = ramp((2,), "f4") + np.float32(i)
    f["hard"] = f["a/b/c/deep"]
    f["soft"] = h5py.SoftLink("/a/b")
    f["outside"] = h5py.ExternalLink("x.h5", "/a")
    d = f["a"].attrs
    d["fixed"] = np.array([b"conv1", b"bn1", b"predictions"])
    d["text"] = "caf\u00e9"
    d["bytes"] = b"tensorflow"
    d["list"] = np.array(["one", "zw\u00f6lf", ""], dtype=h5py.string_dtype())
    d["none"] = np.zeros(0, "S1")
    d["number"] = 3
    d["fixed_scalar"] = np.bytes_("channels_last")
    d = many.attrs
    for i in range(12):
        d["attribute_%d" % i] = np.array([("name %d of %d" % (j, i)).encode() for j in range(4)])
    if f.libver[0] != "earliest":
        d["long_fixed"] = np.bytes_("huge " * 1000)
    d["long"] = '{"layers": [' + "1, " * 1800 + "1]}"


def chunks(f):
    f.create_dataset("plain", data=ramp((5, 7), "f4"), chunks=(2, 3))
    f.create_dataset("gzip", data=ramp((5, 7), "f4"), chunks=(2, 3), compression="gzip")
    f.create_dataset("shuffle", data=ramp((5, 7), "f4"), chunks=(2, 3), shuffle=True)
    f.create_dataset("checked", data=ramp((5, 7), "u1"), chunks=(3, 3), fletcher32=True)
    f.create_dataset("all", data=ramp((5, 7, 2), ">f8"), chunks=(2, 3, 2), compression="gzip", shuffle=True, fletcher32=True)
    f.create_dataset("whole", data=ramp((3, 3, 2, 4), "f4"), chunks=(3, 3, 2, 4), compression="gzip")
    f.create_dataset("partly", shape=(6, 6), dtype="f4", chunks=(2, 2), fillvalue=-1)[2:4, 2:4] = ramp((2, 2), "f4")
    f.create_dataset("smaller_than_its_limit", shape=(3, 5), maxshape=(9, 11), dtype="f4", chunks=(2, 2))[...] = ramp((3, 5), "f4")


def described(name):
    """What h5py reads from a file."""
    found = {"datasets": {}, "attributes": {}}

    def visit(path, o):
        if isinstance(o, h5py.Dataset) and o.dtype.kind in "fiub":
            a = np.asarray(o[()])
            raw = a.astype(a.dtype.newbyteorder("<")).tobytes()
            d = {"type": TYPES[a.dtype.str[1:]], "shape": list(a.shape)}
            if len(raw) > 2000:
                d["sha256"] = hashlib.sha256(raw).hexdigest()
            else:
                d["bytes"] = raw.hex()
            found["datasets"][path] = d
        for k, v in o.attrs.items():
            if isinstance(v, (bytes, np.bytes_, str)):
                v = [v]
            if isinstance(v, (list, np.ndarray)):
                texts = [x.decode() if isinstance(x, bytes) else str(x) for x in v]
                found["attributes"].setdefault(path, {})[k] = texts
        if isinstance(o, h5py.Group):
            for k in o:
                if isinstance(o.get(k, getlink=True), h5py.HardLink):
                    visit(path.rstrip("/") + "/" + k, o[k])

    with h5py.File(folder + name, "r") as f:
        visit("/", f)
    return found


with h5py.File(folder + "old.h5", "w") as f:
    everything(f)
    low_level(f, "compact", ramp((2, 2), "<f4"), layout=h5py.h5d.COMPACT)
with h5py.File(folder + "latest.h5", "w", libver="latest") as f:
    everything(f)
with h5py.File(folder + "chunked.h5", "w") as f:
    chunks(f)
    f.create_dataset("deep", data=ramp((100,), "u1"), chunks=(1,))
with h5py.File(folder + "latest_chunked.h5", "w", libver="latest") as f:
    chunks(f)
    f.create_dataset("single", data=ramp((5, 7), "f4"), chunks=(5, 7))
    low_level(f, "implicit", ramp((5, 7), "<f4"), chunk=(2, 3))
    low_level(f, "implicit_limited", ramp((5, 7), "<f4"), chunk=(2, 3), most=(8, 11))
    f.create_dataset("grows", data=ramp((40, 5), "f4"), chunks=(1, 3), maxshape=(None, 5))
    f.create_dataset("grows_gzip", data=ramp((4, 5), "f4"), chunks=(1, 3), maxshape=(None, 5), compression="gzip")
    f.create_dataset("grows_second", data=ramp((5, 9), "f4"), chunks=(2, 2), maxshape=(7, None))
    f.create_dataset("grows_both", data=ramp((20, 21), "u1"), chunks=(2, 2), maxshape=(None, None))
    f.create_dataset("grows_both_gzip", data=ramp((5, 7), "f4"), chunks=(2, 3), maxshape=(None, None), compression="gzip", shuffle=True)
with h5py.File(folder + "latest_pages.h5", "w", libver="latest") as f:
    f.create_dataset("fixed", shape=(2100,), dtype="u1", chunks=(1,), fillvalue=7)[1000:1100] = ramp((100,), "u1")
    f.create_dataset("grows", shape=(150000,), dtype="u1", chunks=(1,), maxshape=(None,))[149200:] = ramp((800,), "u1")
p = h5py.h5p.create(h5py.h5p.FILE_CREATE)
p.set_sizes(4, 4)
with h5py.File(h5py.h5f.create((folder + "narrow.h5").encode(), h5py.h5f.ACC_TRUNC, p)) as f:
    f["g/x"] = ramp((3,), "f4")
    f["g"].attrs["names"] = "narrow"
    f.create_dataset("g/y", data=ramp((5,), "f4"), chunks=(2,))
with h5py.File(folder + "user_block.h5", "w", userblock_size=1024) as f:
    f["g/x"] = ramp((3,), "f4")
    f["g"].attrs["names"] = "behind"
    f.create_dataset("g/y", data=ramp((5,), "f4"), chunks=(2,))
with open(folder + "user_block.h5", "r+b") as f:
    f.write(b"a block of the user's own")

expected = {name: described(name) for name in sorted(os.listdir(folder)) if name.endswith(".h5")}
with open(folder + "expected.json", "w") as out:
    json.dump(expected, out, separators=(",", ":"), sort_keys=True, ensure_ascii=False)
