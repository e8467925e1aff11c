"""Writes the files of this folder with h5py 3.7.0, from ../../names/small_keras.safetensors."""
import io
import json
import os
import re
import struct
import zipfile

import h5py
import numpy as np

folder = os.path.dirname(os.path.abspath(__file__)) + "/"


def stored():
    raw = open(folder + "../../names/small_keras.safetensors", "rb").read()
    n = struct.unpack("<Q", raw[:8])[0]
    head = json.loads(raw[8:8 + n])
    data = {}
    for k, v in head.items():
        if k != "__metadata__":
            start, end = v["data_offsets"]
            data[k] = np.frombuffer(raw[8 + n + start:8 + n + end], "<f4").reshape(v["shape"])
    return data


DATA = stored()
ORDER = ["kernel", "depthwise_kernel", "pointwise_kernel", "bias", "gamma", "beta", "moving_mean", "moving_variance"]


def leaves(layer):
    return [x for x in ORDER if layer["name"] + "/" + x in DATA]


def layer(kind, name, **config):
    l = {"class_name": kind, "name": name, "config": dict(name=name, **config), "inbound_nodes": []}
    if kind == "BatchNormalization":
        l["config"].update(epsilon=0.001, center=True, scale="gamma" in leaves(l))
    elif leaves(l):
        l["config"].update(use_bias="bias" in leaves(l))
    if "Conv2D" in kind:
        l["config"].update(data_format="channels_last", dilation_rate=[1, 1], activation="linear")
    return l


LAYERS = [
    layer("InputLayer", "input_1", batch_input_shape=[None, 9, 8, 3]),
    layer("Conv2D", "conv2d_1", filters=4, kernel_size=[3, 2], strides=[2, 2], padding="same"),
    layer("BatchNormalization", "batch_normalization_1", axis=3),
    layer("Activation", "activation_1", activation="relu"),
    layer("SeparableConv2D", "block2_sepconv1", filters=6, kernel_size=[2, 3], strides=[1, 1], padding="same", depth_multiplier=1),
    layer("BatchNormalization", "block2_sepconv1_bn", axis=[3]),
    layer("MaxPooling2D", "max_pooling2d_1", pool_size=[3, 3], strides=[2, 2], padding="same"),
    layer("Conv2D", "conv2d_2", filters=6, kernel_size=[1, 1], strides=[2, 2], padding="valid"),
    layer("BatchNormalization", "batch_normalization_2", axis=3),
    layer("Add", "add_1"),
    layer("Conv2D", "conv2d_3", filters=2, kernel_size=[1, 3], strides=[1, 1], padding="same"),
    layer("AveragePooling2D", "average_pooling2d_1", pool_size=[3, 3], strides=[1, 1], padding="same"),
    layer("DepthwiseConv2D", "depthwise", kernel_size=[3, 1], strides=[1, 1], padding="valid", depth_multiplier=1),
    layer("Concatenate", "concatenate_1", axis=3),
    layer("Conv2DTranspose", "up", filters=3, kernel_size=[3, 2], strides=[1, 2], padding="valid"),
    layer("Flatten", "flatten_1"),
    layer("Dense", "predictions", units=5, activation="linear"),
]
MODEL = {"class_name": "Model", "config": {"name": "model_1", "layers": LAYERS, "input_layers": [], "output_layers": []}}


def weights(g, layers, parts=False):
    """A group as Keras 2 writes it."""
    g.attrs["layer_names"] = [l["name"].encode() for l in layers]
    g.attrs["backend"] = b"tensorflow"
    g.attrs["keras_version"] = b"2.2.4"
    for l in layers:
        q = g.create_group(l["name"])
        names = [(l["name"] + "/" + x + ":0").encode() for x in leaves(l)]
        if parts and len(names) > 1:
            for i, part in enumerate(np.array_split(np.array(names), 2)):
                q.attrs["weight_names%d" % i] = part
        else:
            q.attrs["weight_names"] = names
        for x in leaves(l):
            q[l["name"] + "/" + x + ":0"] = DATA[l["name"] + "/" + x]


def snake(kind):
    kind = re.sub("(.)([A-Z][a-z]+)", r"\1_\2", kind)
    return re.sub("([a-z])([A-Z])", r"\1_\2", kind).lower()


def keras3(f, names):
    counts = {}
    for l in LAYERS:
        kind = snake(l["class_name"])
        n = counts.get(kind, 0)
        counts[kind] = n + 1
        g = f.create_group("layers/" + kind + ("_%d" % n if n else ""))
        if names:
            g.attrs["name"] = l["name"]
        v = g.create_group("vars")
        for i, x in enumerate(leaves(l)):
            v[str(i)] = DATA[l["name"] + "/" + x]
    f["layers/dropout/seed_generator/vars/0"] = np.array([1, 2], "u4")
    f["optimizer/vars/0"] = np.int64(3)


def keras1(f):
    layers, leaf = [], {"kernel": "W", "bias": "b", "moving_mean": "running_mean", "moving_variance": "running_std"}
    for l in LAYERS:
        c, kind = dict(l["config"]), l["class_name"]
        if kind == "Conv2D":
            kind = "Convolution2D"
            c = dict(name=l["name"], nb_filter=c["filters"], nb_row=c["kernel_size"][0], nb_col=c["kernel_size"][1], subsample=c["strides"],
                     border_mode=c["padding"], bias=c["use_bias"], activation="relu", dim_ordering="tf")
        if kind in ("Convolution2D", "BatchNormalization", "Dense"):
            layers.append((l, {"class_name": kind, "config": c}))
    f.attrs["keras_version"] = b"1.2.2"
    f.attrs["model_config"] = json.dumps({"class_name": "Sequential", "config": [c for _, c in layers]}).encode()
    g = f.create_group("model_weights")
    g.attrs["layer_names"] = [l["name"].encode() for l, _ in layers]
    for l, _ in layers:
        q = g.create_group(l["name"])
        q.attrs["weight_names"] = [(l["name"] + "_" + leaf.get(x, x)).encode() for x in leaves(l)]
        for x in leaves(l):
            q[l["name"] + "_" + leaf.get(x, x)] = DATA[l["name"] + "/" + x]


def nested(f):
    inner = LAYERS[4:6]
    layers = LAYERS[:4] + [{"class_name": "Sequential", "name": "sep", "config": {"name": "sep", "layers": inner}}] + LAYERS[6:]
    f.attrs["keras_version"] = "2.9.0"
    f.attrs["model_config"] = json.dumps({"class_name": "Functional", "config": {"name": "m", "layers": layers}})
    g = f.create_group("model_weights")
    weights(g, [l for l in layers if l["name"] != "sep"])
    g.attrs["layer_names"] = [l["name"] for l in layers]
    q = g.create_group("sep")
    names = [l["name"] + "/" + x + ":0" for l in inner for x in leaves(l)]
    q.attrs["weight_names"] = names
    for n in names:
        q[n] = DATA[n[:-2]]


def main():
    with h5py.File(folder + "weights.h5", "w") as f:
        weights(f, LAYERS)
    with h5py.File(folder + "parts.h5", "w") as f:
        weights(f, LAYERS, parts=True)
    with h5py.File(folder + "model.h5", "w") as f:
        f.attrs["keras_version"] = b"2.2.4"
        f.attrs["backend"] = b"tensorflow"
        f.attrs["model_config"] = json.dumps(MODEL).encode()
        f.attrs["training_config"] = b"{}"
        weights(f.create_group("model_weights"), LAYERS)
        o = f.create_group("optimizer_weights")
        o.attrs["weight_names"] = [b"SGD/iterations:0"]
        o["SGD/iterations:0"] = np.int64(7)
    with h5py.File(folder + "latest.h5", "w", libver="latest") as f:
        f.attrs["keras_version"] = "2.15.0"
        f.attrs["backend"] = "tensorflow"
        f.attrs["model_config"] = json.dumps({**MODEL, "class_name": "Functional"})
        weights(f.create_group("model_weights"), LAYERS)
        f["model_weights"].create_group("top_level_model_weights").attrs["weight_names"] = np.zeros(0, "S1")
    with h5py.File(folder + "nested.h5", "w") as f:
        nested(f)
    with h5py.File(folder + "keras1.h5", "w") as f:
        keras1(f)
    with h5py.File(folder + "named.weights.h5", "w") as f:
        keras3(f, True)
    with h5py.File(folder + "numbered.weights.h5", "w") as f:
        keras3(f, False)
    with h5py.File(folder + "bfloat16.weights.h5", "w") as f:
        g = f.create_group("_layer_checkpoint_dependencies/conv2d_1/vars")
        high = np.frombuffer(DATA["conv2d_1/kernel"].tobytes(), "<u2")[1::2]
        g.create_dataset("0", data=high.reshape(DATA["conv2d_1/kernel"].shape).view("V2")).attrs["dtype"] = "bfloat16"
    within = io.BytesIO()
    with h5py.File(within, "w") as f:
        keras3(f, False)
    with zipfile.ZipFile(folder + "model.keras", "w") as z:
        config = {"module": "keras.src.models.functional", "class_name": "Functional", "config": {"name": "m", "layers": LAYERS}}
        for name, content in [("metadata.json", json.dumps({"keras_version": "3.3.3", "date_saved": "2024-01-01"})),
                              ("config.json", json.dumps(config)), ("model.weights.h5", within.getvalue())]:
            z.writestr(zipfile.ZipInfo(name, (2024, 1, 1, 0, 0, 0)), content)
    with h5py.File(folder + "arrays.h5", "w") as f:
        for k, v in DATA.items():
            f[k] = v
        f["names"] = np.array([b"a", b"b"])


if __name__ == "__main__":
    main()
