"""Writes the files of this folder and expected.json, with NumPy, from the layers and weights of ../keras/files.py."""
import base64
import importlib.util
import json
import os

import numpy as np

folder = os.path.dirname(os.path.abspath(__file__)) + "/"
spec = importlib.util.spec_from_file_location("keras_files", folder + "../keras/files.py")
keras = importlib.util.module_from_spec(spec)
spec.loader.exec_module(keras)

NAMES = {"<f4": ("float32", "F32"), "<i4": ("int32", "I32"), "|b1": ("bool", "BOOL"), "|u1": ("uint8", "U8")}
expected = {}


def entry(name, a, to):
    """How a tensor is described, its bytes in a shard, and what they stand for."""
    d = {"name": name, "shape": list(a.shape), "dtype": NAMES[a.dtype.str][0]}
    kind, q, value = NAMES[a.dtype.str][1], a, a
    if to == "float16":
        d["quantization"] = {"dtype": to, "original_dtype": d["dtype"]}
        kind, q = "F16", a.astype("<f2")
        value = q
    elif to:
        q_type = {"uint8": "u1", "uint16": "<u2"}[to]
        low = float(a.min())
        scale = (float(a.max()) - low) / np.iinfo(q_type).max or 1.0
        q = np.round((a.astype("f8") - low) / scale).astype(q_type)
        d["quantization"] = {"dtype": to, "min": low, "scale": scale, "original_dtype": d["dtype"]}
        value = q.astype("f8") * scale + low
        value = (np.floor(value + 0.5) if kind == "I32" else value).astype(a.dtype)
    return d, q.tobytes(), (kind, list(a.shape), value.tobytes().hex())


def write(name, tensors, form, topology, paths, cut=None):
    weights, data, expected[name] = [], b"", {}
    for key, a, to in tensors:
        d, raw, expected[name][key] = entry(key, np.asarray(a), to)
        weights.append(d)
        data += raw
    cut = cut or len(data)
    parts = [data[i:i + cut] for i in range(0, len(data), cut)]
    names = [paths % (i + 1, len(parts)) if "%" in paths else paths for i in range(len(parts))]
    for n, part in zip(names, parts):
        with open(folder + n, "wb") as out:
            out.write(part)
    with open(folder + name + ".json", "w") as out:
        json.dump({"format": form, "generatedBy": "keras v2.2.4", "convertedBy": "TensorFlow.js Converter v3.0.0",
                   "modelTopology": topology, "weightsManifest": [{"paths": names, "weights": weights}]}, out)


layers = {"keras_version": "2.2.4", "backend": "tensorflow", "model_config": keras.MODEL}
for name, to, cut in [("float32", None, 1000), ("uint8", "uint8", None), ("uint16", "uint16", 700), ("float16", "float16", None)]:
    tensors = [(l["name"] + "/" + x, keras.DATA[l["name"] + "/" + x], to) for l in keras.LAYERS for x in keras.leaves(l)]
    write(name, tensors, "layers-model", layers, name + "-group1-shard%dof%d.bin", cut)


def node(name, op, *inputs, **attr):
    return {"name": name, "op": op, "input": list(inputs), "attr": attr}


def text(s):
    return base64.b64encode(s.encode()).decode()


def ints(*numbers):
    return {"list": {"i": [str(n) for n in numbers]}}


random = np.random.RandomState(3)
tensors = [("m/conv/kernel", random.rand(3, 3, 2, 4).astype("<f4"), None), ("m/conv/bias", random.rand(4).astype("<f4"), None),
           ("m/dw/kernel", random.rand(3, 3, 4, 1).astype("<f4"), None), ("m/bn/scale", random.rand(4).astype("<f4"), None),
           ("m/bn/var", random.rand(4).astype("<f4"), None), ("m/up", random.rand(2, 2, 3, 4).astype("<f4"), None),
           ("m/fc", random.rand(5, 3).astype("<f4"), None), ("m/shape", np.array([-1, 12], "<i4"), None),
           ("m/flag", np.array([True, False, True]), None), ("m/byte", np.arange(5, dtype="u1"), None),
           ("m/steps", np.array([-7, 0, 9, 250], "<i4"), "uint8"), ("m/scalar", np.float32(0.25), None)]
nodes = [node("x", "Placeholder")] + [node(t[0], "Const") for t in tensors] + [
    node("read", "Identity", "m/conv/kernel"),
    node("conv", "_FusedConv2D", "x", "read:0", "m/conv/bias", strides=ints(1, 2, 2, 1), padding={"s": text("SAME")}, dilations=ints(1, 1, 1, 1),
         data_format={"s": text("NHWC")}, fused_ops={"list": {"s": [text("BiasAdd"), text("Relu6")]}}, epsilon={"f": 0.0}),
    node("dw", "DepthwiseConv2dNative", "conv", "m/dw/kernel", strides=ints(1, 1, 1, 1), padding={"s": "EXPLICIT"}, explicit_paddings=ints(0, 0, 0, 1, 2, 3, 0, 0)),
    node("bn", "FusedBatchNormV3", "dw", "m/bn/scale", "m/conv/bias", "m/bn/var", "m/bn/var", epsilon={"f": 0.001}),
    node("pool", "MaxPool", "bn", strides=ints(1, 2, 2, 1), ksize=ints(1, 3, 3, 1), padding={"s": text("VALID")}),
    node("up", "Conv2DBackpropInput", "m/shape", "m/up", "pool", strides=ints(1, 2, 2, 1), padding={"s": text("VALID")}),
    node("fc", "MatMul", "up", "m/fc", transpose_b={"b": True})]
write("graph", tensors, "graph-model", {"node": nodes, "versions": {"producer": 1}}, "graph.bin")
with open(folder + "expected.json", "w") as out:
    json.dump(expected, out, separators=(",", ":"))
