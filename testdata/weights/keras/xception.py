"""Writes the weights of a network as Keras 2 saves them, with h5py 3.7.0, by a list like those in ../../names:

    python3 xception.py LIST OUT.h5 [IN.safetensors]

The numbers are those of IN.safetensors, whose names are the last of each line, or else random ones, which become
OUT.safetensors. xception.h5 and xception.safetensors are of xception.txt; any file of weights for xception_keras becomes
one of Keras with ../../names/xception_keras.txt."""
import json
import struct
import sys

import h5py
import numpy as np

LEAVES = ["kernel", "depthwise_kernel", "pointwise_kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]


def read(path):
    """The tensors of a safetensors file of float32."""
    with open(path, "rb") as f:
        n = struct.unpack("<Q", f.read(8))[0]
        head, data = json.loads(f.read(n)), f.read()
    return {k: np.frombuffer(data[v["data_offsets"][0]:v["data_offsets"][1]], "<f4").reshape(v["shape"])
            for k, v in head.items() if k != "__metadata__"}


def write(path, tensors):
    head, at = {}, 0
    for name, x in tensors.items():
        head[name] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [at, at + x.nbytes]}
        at += x.nbytes
    text = json.dumps(head).encode()
    text += b" " * (-len(text) % 8)
    with open(path, "wb") as f:
        f.write(struct.pack("<Q", len(text)) + text)
        for x in tensors.values():
            f.write(np.ascontiguousarray(x).tobytes())


def of_torch(x, leaf):
    """A tensor of Keras in PyTorch's order of axes."""
    if leaf == "depthwise_kernel":
        return x.transpose(2, 3, 0, 1)  # H, W, I, M
    if x.ndim == 4:
        return x.transpose(3, 2, 0, 1)  # H, W, I, O
    return x.T


def of_keras(x, leaf):
    if leaf == "depthwise_kernel":
        return x.transpose(2, 3, 0, 1)
    if x.ndim == 4:
        return x.transpose(2, 3, 1, 0)
    return x.T


def main(listed, out, given=None):
    rows = [line.split() for line in open(listed)]
    random, own, layers = np.random.RandomState(7), {}, {}
    theirs = read(given) if given else None
    for name, shape, path in rows:
        layer, leaf = name.split("/")
        shape = [int(n) for n in shape.split("x")]
        if theirs:
            x = of_keras(theirs.pop(path), leaf)
        else:
            x = random.standard_normal(shape).astype("<f4") / np.sqrt(np.prod(shape[:-1]), dtype="f4")
            if leaf == "gamma" or leaf == "moving_variance":
                x = np.abs(x) + np.float32(0.5)
            own[path] = of_torch(x, leaf)
        assert list(x.shape) == shape, (name, x.shape)
        layers.setdefault(layer, {})[leaf] = x
    assert not theirs, list(theirs)
    if not given:
        write(out.replace(".h5", ".safetensors"), own)
    with h5py.File(out, "w") as f:
        f.attrs["layer_names"] = [name.encode() for name in layers]
        f.attrs["backend"] = b"tensorflow"
        f.attrs["keras_version"] = b"2.2.4"
        for name, leaves in layers.items():
            group = f.create_group(name)
            order = [leaf for leaf in LEAVES if leaf in leaves]
            group.attrs["weight_names"] = [(name + "/" + leaf + ":0").encode() for leaf in order]
            for leaf in order:
                group.create_dataset(name + "/" + leaf + ":0", data=leaves[leaf])


if __name__ == "__main__":
    main(*sys.argv[1:])
