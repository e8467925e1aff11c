"""Writes the files of this folder with h5py 3.7.0 and NumPy: small models as Keras saves them, with
random weights, and beside each an input and the outputs that the layers' definitions give for it,
computed here in float64, NHWC, one window after the other.

A layer of Keras is a method of Net, which adds its settings as Keras writes them and computes its value.
"""
import io
import json
import math
import os
import struct
import zipfile

import h5py
import numpy as np

folder = os.path.dirname(os.path.abspath(__file__)) + "/"


class Value:
    """The result of a layer, or of one application of it."""

    def __init__(self, x, layer, node, output=0, net=None):
        self.x, self.layer, self.node, self.output = x, layer, node, output


def padded(x, k, stride, dilation, padding, fill=0.0):
    """x with what TensorFlow pads, and the number of windows."""
    if padding == "valid":
        return x, [(x.shape[1 + i] - dilation[i] * (k[i] - 1) - 1) // stride[i] + 1 for i in range(2)]
    out, pads = [], []
    for i in range(2):
        n = x.shape[1 + i]
        o = -(-n // stride[i])
        total = max((o - 1) * stride[i] + dilation[i] * (k[i] - 1) + 1 - n, 0)
        out.append(o)
        pads.append((total // 2, total - total // 2))
    return np.pad(x, [(0, 0)] + pads + [(0, 0)], constant_values=fill), out


def windows(x, k, stride, dilation, padding, fill=0.0):
    """[N, H', W', kh, kw, C]"""
    x, (h, w) = padded(x, k, stride, dilation, padding, fill)
    out = np.zeros((x.shape[0], h, w, k[0], k[1], x.shape[3]))
    for i in range(h):
        for j in range(w):
            for a in range(k[0]):
                for b in range(k[1]):
                    out[:, i, j, a, b] = x[:, i * stride[0] + a * dilation[0], j * stride[1] + b * dilation[1]]
    return out


def softmax(x, axis):
    e = np.exp(x - x.max(axis=axis, keepdims=True))
    return e / e.sum(axis=axis, keepdims=True)


ACTIVATIONS = {
    "linear": lambda x: x,
    "relu": lambda x: np.maximum(x, 0),
    "relu6": lambda x: np.clip(x, 0, 6),
    "sigmoid": lambda x: 1 / (1 + np.exp(-x)),
    "tanh": np.tanh,
    "swish": lambda x: x / (1 + np.exp(-x)),
    "softplus": lambda x: np.log1p(np.exp(x)),
    "elu": lambda x: np.where(x > 0, x, np.expm1(x)),
    "gelu": lambda x: x / 2 * (1 + np.vectorize(math.erf)(x / math.sqrt(2))),
    "hard_sigmoid": lambda x: np.clip(0.2 * x + 0.5, 0, 1),
    "softmax": lambda x: softmax(x, -1),
}


class Net:
    def __init__(self, name, seed, first=False):
        self.name, self.layers, self.weights = name, [], {}
        self.random, self.first = np.random.RandomState(seed), first
        self.inputs, self.models = [], {}

    # What layers are made of.

    def last(self, x):
        return x.transpose(0, 2, 3, 1) if self.first and x.ndim == 4 else x

    def back(self, x):
        return x.transpose(0, 3, 1, 2) if self.first and x.ndim == 4 else x

    def weight(self, layer, leaf, *shape, spread=0.5, about=0.0):
        w = (about + spread * self.random.uniform(-1, 1, shape)).astype("<f4")
        self.weights.setdefault(layer, []).append((leaf, w))
        return w.astype(np.float64)

    def layer(self, kind, name, inputs, compute, **config):
        """Adds a layer and applies it, or applies one that is there."""
        old = [l for l in self.layers if l["name"] == name]
        one = old[0] if old else {"class_name": kind, "name": name, "config": dict(name=name, trainable=True, **config), "inbound_nodes": []}
        if not old:
            self.layers.append(one)
        one["inbound_nodes"].append([[v.layer, v.node, v.output, {}] for v in inputs])
        x = compute(*[self.last(v.x) for v in inputs])
        return Value(self.back(x), name, len(one["inbound_nodes"]) - 1)

    def image(self, config):
        config["data_format"] = "channels_first" if self.first else "channels_last"
        return config

    # Layers.

    def input(self, name, *shape):
        x = self.random.uniform(-1, 1, (1,) + shape)
        if self.first and len(shape) == 3:
            x = x.transpose(0, 3, 1, 2)
        x = x.astype("<f4").astype(np.float64)
        self.inputs.append((name, x))
        self.layers.append({"class_name": "InputLayer", "name": name, "inbound_nodes": [],
                            "config": {"name": name, "batch_input_shape": [None] + list(x.shape[1:]), "dtype": "float32", "sparse": False}})
        return Value(x, name, 0)

    def conv(self, v, name, filters, k, strides=(1, 1), padding="valid", dilation=(1, 1), groups=1, bias=True, activation="linear"):
        c = self.last(v.x).shape[3]
        w = self.weight(name, "kernel", *k, c // groups, filters)
        b = self.weight(name, "bias", filters) if bias else 0
        def compute(x):
            win, outs = windows(x, k, strides, dilation, padding), []
            for g in range(groups):
                n, o = c // groups, filters // groups
                outs.append(np.tensordot(win[..., g * n:(g + 1) * n], w[..., g * o:(g + 1) * o], ([3, 4, 5], [0, 1, 2])))
            return ACTIVATIONS[activation](np.concatenate(outs, 3) + b)
        return self.layer("Conv2D", name, [v], compute, **self.image(dict(filters=filters, kernel_size=list(k), strides=list(strides), padding=padding,
                          dilation_rate=list(dilation), groups=groups, activation=activation, use_bias=bias)))

    def depthwise(self, v, name, k, strides=(1, 1), padding="valid", multiplier=1, bias=True, activation="linear", pointwise=0):
        c = self.last(v.x).shape[3]
        w = self.weight(name, "depthwise_kernel", *k, c, multiplier)
        p = self.weight(name, "pointwise_kernel", 1, 1, c * multiplier, pointwise) if pointwise else None
        b = self.weight(name, "bias", pointwise or c * multiplier) if bias else 0
        def compute(x):
            y = np.einsum("nhwabc,abcm->nhwcm", windows(x, k, strides, (1, 1), padding), w)
            y = y.reshape(y.shape[:3] + (-1,))
            if pointwise:
                y = y @ p[0, 0]
            return ACTIVATIONS[activation](y + b)
        config = self.image(dict(kernel_size=list(k), strides=list(strides), padding=padding, depth_multiplier=multiplier, dilation_rate=[1, 1], activation=activation, use_bias=bias))
        if pointwise:
            return self.layer("SeparableConv2D", name, [v], compute, filters=pointwise, **config)
        return self.layer("DepthwiseConv2D", name, [v], compute, **config)

    def transposed(self, v, name, filters, k, strides=(1, 1), padding="valid", output_padding=None, bias=True):
        c = self.last(v.x).shape[3]
        w = self.weight(name, "kernel", *k, filters, c)
        b = self.weight(name, "bias", filters) if bias else 0
        def compute(x):
            """The gradient of a convolution with this kernel: each pixel adds its kernel where that would have read."""
            out, before = [], []
            for i in range(2):
                n = x.shape[1 + i]
                if output_padding is None:
                    o = n * strides[i] + (max(k[i] - strides[i], 0) if padding == "valid" else 0)
                else:
                    o = (n - 1) * strides[i] + k[i] - (2 * (k[i] // 2) if padding == "same" else 0) + output_padding[i]
                out.append(o)
                before.append(max((n - 1) * strides[i] + k[i] - o, 0) // 2 if padding == "same" else 0)
            y = np.zeros((1, out[0], out[1], filters))
            for i in range(x.shape[1]):
                for j in range(x.shape[2]):
                    for a in range(k[0]):
                        for e in range(k[1]):
                            r, s = i * strides[0] + a - before[0], j * strides[1] + e - before[1]
                            if 0 <= r < out[0] and 0 <= s < out[1]:
                                y[0, r, s] += w[a, e] @ x[0, i, j]
            return y + b
        return self.layer("Conv2DTranspose", name, [v], compute, **self.image(dict(filters=filters, kernel_size=list(k), strides=list(strides), padding=padding,
                          output_padding=output_padding and list(output_padding), dilation_rate=[1, 1], activation="linear", use_bias=bias)))

    def dense(self, v, name, units, bias=True, activation="linear"):
        w = self.weight(name, "kernel", self.last(v.x).shape[-1], units)
        b = self.weight(name, "bias", units) if bias else 0
        return self.layer("Dense", name, [v], lambda x: ACTIVATIONS[activation](x @ w + b), units=units, activation=activation, use_bias=bias)

    def bn(self, v, name, eps=0.001, scale=True, center=True, axis=None):
        c = self.last(v.x).shape[-1]
        g = self.weight(name, "gamma", c, about=1) if scale else 1
        b = self.weight(name, "beta", c) if center else 0
        m, s = self.weight(name, "moving_mean", c), self.weight(name, "moving_variance", c, about=1)
        axis = [1 if self.first else v.x.ndim - 1] if axis is None else axis
        return self.layer("BatchNormalization", name, [v], lambda x: (x - m) / np.sqrt(s + eps) * g + b, axis=axis, momentum=0.99, epsilon=eps, center=center, scale=scale)

    def layer_norm(self, v, name, eps):
        c = v.x.shape[-1]
        g, b = self.weight(name, "gamma", c, about=1), self.weight(name, "beta", c)
        return self.layer("LayerNormalization", name, [v], lambda x: (x - x.mean(-1, keepdims=True)) / np.sqrt(x.var(-1, keepdims=True) + eps) * g + b,
                          axis=[v.x.ndim - 1], epsilon=eps, center=True, scale=True)

    def activation(self, v, name, how):
        return self.layer("Activation", name, [v], ACTIVATIONS[how], activation=how)

    def relu(self, v, name, max_value=None, negative_slope=0.0):
        return self.layer("ReLU", name, [v], lambda x: np.minimum(np.where(x > 0, x, negative_slope * x), np.inf if max_value is None else max_value),
                          max_value=max_value, negative_slope=negative_slope, threshold=0.0)

    def leaky(self, v, name, alpha):
        return self.layer("LeakyReLU", name, [v], lambda x: np.where(x > 0, x, np.float64(np.float32(alpha)) * x), alpha=float(np.float32(alpha)))

    def prelu(self, v, name):
        a = self.weight(name, "alpha", 1, 1, self.last(v.x).shape[3])
        return self.layer("PReLU", name, [v], lambda x: np.where(x > 0, x, a * x), shared_axes=[1, 2])

    def elu(self, v, name, alpha):
        return self.layer("ELU", name, [v], lambda x: np.where(x > 0, x, alpha * np.expm1(x)), alpha=alpha)

    def softmax(self, v, name, axis=-1):
        return self.layer("Softmax", name, [v], lambda x: softmax(x, axis), axis=axis)

    def max_pool(self, v, name, k, strides=None, padding="valid"):
        return self.layer("MaxPooling2D", name, [v], lambda x: windows(x, k, strides or k, (1, 1), padding, -np.inf).max((3, 4)),
                          **self.image(dict(pool_size=list(k), strides=list(strides or k), padding=padding)))

    def average_pool(self, v, name, k, strides=None, padding="valid"):
        def compute(x):
            count = windows(np.ones_like(x), k, strides or k, (1, 1), padding).sum((3, 4))
            return windows(x, k, strides or k, (1, 1), padding).sum((3, 4)) / count
        return self.layer("AveragePooling2D", name, [v], compute, **self.image(dict(pool_size=list(k), strides=list(strides or k), padding=padding)))

    def gap(self, v, name, keepdims=False):
        return self.layer("GlobalAveragePooling2D", name, [v], lambda x: x.mean((1, 2), keepdims=keepdims), **self.image(dict(keepdims=keepdims)))

    def gmp(self, v, name):
        return self.layer("GlobalMaxPooling2D", name, [v], lambda x: x.max((1, 2)), **self.image({}))

    def zero_padding(self, v, name, pads):
        return self.layer("ZeroPadding2D", name, [v], lambda x: np.pad(x, [(0, 0)] + pads + [(0, 0)]), **self.image(dict(padding=[list(p) for p in pads])))

    def cropping(self, v, name, by):
        return self.layer("Cropping2D", name, [v], lambda x: x[:, by[0][0]:x.shape[1] - by[0][1], by[1][0]:x.shape[2] - by[1][1]], **self.image(dict(cropping=[list(p) for p in by])))

    def up(self, v, name, size, interpolation="nearest"):
        def axis(x, n, f):
            at = (np.arange(n * f) + 0.5) / f - 0.5
            if interpolation == "nearest":
                return np.take(x, np.floor((np.arange(n * f) + 0.5) / f).astype(int), 1)
            low = np.floor(at).astype(int)
            share = (at - low).reshape(1, -1, 1, 1)
            return np.take(x, np.clip(low, 0, n - 1), 1) * (1 - share) + np.take(x, np.clip(low + 1, 0, n - 1), 1) * share
        def compute(x):
            x = axis(x, x.shape[1], size[0])
            return axis(x.transpose(0, 2, 1, 3), x.shape[2], size[1]).transpose(0, 2, 1, 3)
        return self.layer("UpSampling2D", name, [v], compute, **self.image(dict(size=list(size), interpolation=interpolation)))

    def flatten(self, v, name):
        """Keras puts the channels of channels_first behind the others."""
        return self.layer("Flatten", name, [v], lambda x: x.reshape(x.shape[0], -1), **self.image({}))

    def reshape(self, v, name, *shape):
        first, self.first = self.first, False
        out = self.layer("Reshape", name, [v], lambda x: x.reshape((x.shape[0],) + shape), target_shape=list(shape))
        self.first = first
        return out

    def permute(self, v, name, dims):
        return self.layer("Permute", name, [v], lambda x: x.transpose([0] + list(dims)), dims=list(dims))

    def dropout(self, v, name, rate):
        return self.layer("Dropout", name, [v], lambda x: x, rate=rate, noise_shape=None, seed=None)

    def noise(self, v, name):
        return self.layer("GaussianNoise", name, [v], lambda x: x, stddev=0.1)

    def rescaling(self, v, name, scale, offset):
        return self.layer("Rescaling", name, [v], lambda x: x * scale + offset, scale=scale, offset=offset)

    def merge(self, kind, name, *values):
        compute = {"Add": lambda *x: sum(x), "Multiply": lambda *x: np.prod(np.broadcast_arrays(*x), 0), "Average": lambda *x: sum(x) / len(x),
                   "Maximum": lambda *x: np.max(x, 0), "Subtract": lambda a, b: a - b}[kind]
        return self.layer(kind, name, values, compute)

    def concat(self, name, *values, axis=-1):
        config = 1 if self.first else axis
        return self.layer("Concatenate", name, values, lambda *x: np.concatenate(x, axis), axis=config)

    def within(self, net, v, compute):
        """Applies a model as a layer; compute gives its value for another input."""
        self.models[net.name] = net
        old = [l for l in self.layers if l["name"] == net.name]
        if not old:
            self.layers.append({"class_name": net.kind, "name": net.name, "config": net.config(), "inbound_nodes": []})
            self.weights[net.name] = [(name + "/" + leaf, w) for name, list in net.weights.items() for leaf, w in list]
        one = old[0] if old else self.layers[-1]
        one["inbound_nodes"].append([[v.layer, v.node, v.output, {}]])
        return Value(compute(v.x), net.name, len(one["inbound_nodes"]) - 1)

    # Files.

    def finish(self, *outputs, kind="Model"):
        self.outputs, self.kind = outputs, kind
        return self

    def config(self):
        if self.kind == "Sequential":
            layers = [dict(class_name=l["class_name"], config=l["config"]) for l in self.layers if l["class_name"] != "InputLayer"]
            layers[0]["config"]["batch_input_shape"] = [None] + list(self.inputs[0][1].shape[1:])
            return {"name": self.name, "layers": layers}
        return {"name": self.name, "layers": self.layers, "input_layers": [[n, 0, 0] for n, _ in self.inputs],
                "output_layers": [[v.layer, v.node, v.output] for v in self.outputs]}

    def model(self):
        return {"class_name": self.kind, "config": self.config()}

    def expected(self, file):
        """The input and the outputs, channels first, as safetensors."""
        turn = lambda x: x if self.first or x.ndim != 4 else x.transpose(0, 3, 1, 2)
        named = [("input" if len(self.inputs) == 1 else n, turn(x)) for n, x in self.inputs]
        named += [("output" if len(self.outputs) == 1 else v.layer, turn(v.x)) for v in self.outputs]
        head, data = {}, b""
        for n, x in named:
            raw = np.ascontiguousarray(x).astype("<f4").tobytes()
            head[n] = {"dtype": "F32", "shape": list(x.shape), "data_offsets": [len(data), len(data) + len(raw)]}
            data += raw
        text = json.dumps(head).encode()
        text += b" " * (-len(text) % 8)
        open(folder + file, "wb").write(struct.pack("<Q", len(text)) + text + data)

    def h5(self, file, version="2.4.0"):
        with h5py.File(folder + file, "w", track_order=False) as f:
            f.attrs["keras_version"], f.attrs["backend"] = version.encode(), b"tensorflow"
            f.attrs["model_config"] = json.dumps(self.model()).encode()
            g = f.create_group("model_weights")
            names = [l["config"]["name"] for l in self.layers if not (self.kind == "Sequential" and l["class_name"] == "InputLayer")]
            g.attrs["layer_names"] = [n.encode() for n in names]
            g.attrs["keras_version"], g.attrs["backend"] = version.encode(), b"tensorflow"
            for n in names:
                q = g.create_group(n)
                list = self.weights.get(n, [])
                paths = [(leaf if "/" in leaf else n + "/" + leaf) + ":0" for leaf, _ in list]
                q.attrs["weight_names"] = [p.encode() for p in paths]
                for p, (_, w) in zip(paths, list):
                    q.create_dataset(p, data=w)

    def tfjs(self, file):
        shard = file.replace(".json", ".bin")
        entries, data = [], b""
        for n, list in self.weights.items():
            for leaf, w in list:
                entries.append({"name": n + "/" + leaf, "shape": w.shape, "dtype": "float32"})
                data += w.tobytes()
        open(folder + shard, "wb").write(data)
        json.dump({"format": "layers-model", "generatedBy": "keras v2.4.0", "convertedBy": None,
                   "modelTopology": {"keras_version": "2.4.0", "backend": "tensorflow", "model_config": self.model()},
                   "weightsManifest": [{"paths": [shard], "weights": entries}]}, open(folder + file, "w"))

    def keras(self, file):
        """As Keras 3 saves it: a zip archive, what layers are applied to as objects, weights by number."""
        model = self.model()
        model["class_name"] = "Functional"
        for l in model["config"]["layers"]:
            c = l["config"]
            if l["class_name"] == "InputLayer":
                c["batch_shape"] = c.pop("batch_input_shape")
            nodes = []
            for node in l["inbound_nodes"]:
                tensors = [{"class_name": "__keras_tensor__", "config": {"shape": None, "dtype": "float32", "keras_history": v[:3]}} for v in node]
                if tensors:
                    nodes.append({"args": [tensors[0] if len(tensors) == 1 else tensors], "kwargs": {"training": False}})
            l["inbound_nodes"], l["module"] = nodes, "keras.layers"
        for key in ("input_layers", "output_layers"):
            if len(model["config"][key]) == 1:
                model["config"][key] = model["config"][key][0]
        weights, count = io.BytesIO(), {}
        with h5py.File(weights, "w") as f:
            for l in self.layers:
                snake = SNAKE[l["class_name"]]
                n = count.get(snake, 0)
                count[snake] = n + 1
                g = f.create_group("layers/" + snake + ("_%d" % n if n else "") + "/vars")
                for i, (_, w) in enumerate(self.weights.get(l["name"], [])):
                    g.create_dataset(str(i), data=w)
        with zipfile.ZipFile(folder + file, "w") as z:
            for name, data in (("metadata.json", json.dumps({"keras_version": "3.3.3"})), ("config.json", json.dumps(model)), ("model.weights.h5", weights.getvalue())):
                z.writestr(zipfile.ZipInfo(name, (2020, 1, 1, 0, 0, 0)), data)


SNAKE = {"InputLayer": "input_layer", "Conv2D": "conv2d", "BatchNormalization": "batch_normalization", "ReLU": "re_lu", "Add": "add", "GlobalAveragePooling2D": "global_average_pooling2d",
         "Dense": "dense", "DepthwiseConv2D": "depthwise_conv2d", "Activation": "activation", "SeparableConv2D": "separable_conv2d", "Multiply": "multiply"}


def plain():
    """One layer after the other; the second window has unequal padding, and maps are flattened."""
    n = Net("plain", 1)
    x = n.input("input_1", 9, 8, 3)
    x = n.conv(x, "conv2d", 8, (3, 3), strides=(2, 2), padding="same", activation="relu")
    x = n.bn(x, "batch_normalization")
    x = n.depthwise(x, "depthwise_conv2d", (3, 2), padding="same", multiplier=2, bias=False)
    x = n.relu(x, "re_lu", max_value=6.0)
    x = n.max_pool(x, "max_pooling2d", (3, 3), (2, 2), "same")
    x = n.depthwise(x, "separable_conv2d", (2, 2), pointwise=6, activation="swish", padding="same")
    x = n.average_pool(x, "average_pooling2d", (2, 2), (1, 1), "same")
    x = n.flatten(x, "flatten")
    x = n.dropout(x, "dropout", 0.25)
    x = n.bn(x, "norm_of_vectors", eps=1e-5, scale=False)
    x = n.dense(x, "dense", 7, activation="tanh")
    return n.finish(n.dense(x, "dense_1", 5, bias=False, activation="softmax"), kind="Sequential")


def branches():
    """Shortcuts, gates and joined maps; two outputs."""
    n = Net("branches", 2)
    x = n.input("image", 10, 11, 3)
    x = n.rescaling(x, "rescaling", 2.0, -0.5)
    x = n.zero_padding(x, "pad1", [(0, 1), (1, 2)])
    x = n.conv(x, "conv1", 8, (3, 3), strides=(2, 2), bias=False)
    x = n.bn(x, "bn1", center=False)
    stem = n.activation(x, "relu1", "relu")
    x = n.zero_padding(stem, "pad2", [(1, 1), (1, 1)])
    x = n.max_pool(x, "pool1", (3, 3), (2, 2))
    y = n.conv(x, "branch_a", 8, (3, 3), padding="same", groups=2)
    y = n.leaky(y, "leaky", 0.3)
    z = n.conv(x, "branch_b", 8, (2, 3), padding="same", dilation=(1, 2))
    z = n.prelu(z, "slopes")
    sum = n.merge("Add", "sum", x, y, z)
    gate = n.gap(sum, "squeeze")
    gate = n.reshape(gate, "reshape", 1, 1, 8)
    gate = n.dense(gate, "reduce", 3, activation="relu")
    gate = n.dense(gate, "expand", 8, activation="sigmoid")
    x = n.merge("Multiply", "gated", sum, gate)
    m = n.merge("Maximum", "most", x, y)
    a = n.merge("Average", "mean", x, y, z)
    d = n.merge("Subtract", "difference", m, a)
    x = n.concat("joined", x, d)
    x = n.transposed(x, "up1", 6, (3, 3), strides=(2, 2), padding="same")
    x = n.up(x, "up2", (2, 3), "bilinear")
    x = n.cropping(x, "crop", [(1, 2), (0, 3)])
    x = n.elu(x, "elu", 0.5)
    mask = n.conv(x, "classes", 4, (1, 1))
    mask = n.softmax(mask, "mask")
    v = n.gmp(x, "strongest")
    return n.finish(mask, n.dense(v, "scores", 3))


def shapes():
    """Vectors and maps made of each other, in orders that no weights can undo."""
    n = Net("shapes", 3)
    x = n.input("input_1", 4, 3, 6)
    f = n.flatten(x, "flat")
    r = n.reshape(f, "rows", 6, 4, 3)
    p = n.permute(r, "turned", (2, 1, 3))
    q = n.conv(p, "conv", 4, (2, 2))
    v = n.reshape(q, "vector", 60)
    w = n.dense(v, "few", 5)
    u = n.reshape(n.dense(w, "many", 12), "small", 2, 2, 3)
    s = n.reshape(x, "square", 6, 6, 2)
    t = n.up(u, "big", (3, 3))
    joined = n.concat("all", s, t)
    high = n.concat("high", joined, joined, axis=1)
    norm = n.layer_norm(high, "layer_norm", 1e-6)
    flat = n.flatten(norm, "flat2")
    return n.finish(n.concat("end", flat, w))


def nested():
    """A model within, applied twice; a layer applied twice, and layers that do nothing."""
    inner = Net("encoder", 4)
    i = inner.input("inner_input", 6, 6, 3)
    def encode(x, net=inner):
        v = Value(x, "inner_input", 0)
        return net.apply(v)
    def make(net):
        state = {}
        def apply(v):
            x = windows(v, (3, 3), (1, 1), (1, 1), "same")
            x = np.tensordot(x, state["w"], ([3, 4, 5], [0, 1, 2])) + state["b"]
            return np.maximum((x - state["m"]) / np.sqrt(state["s"] + 0.001) * state["g"] + state["h"], 0)
        return state, apply
    state, apply = make(inner)
    y = inner.conv(i, "conv", 4, (3, 3), padding="same")
    y = inner.bn(y, "bn")
    y = inner.activation(y, "act", "relu")
    inner.finish(y, kind="Functional")
    (_, state["w"]), (_, state["b"]) = inner.weights["conv"]
    (_, state["g"]), (_, state["h"]), (_, state["m"]), (_, state["s"]) = inner.weights["bn"]

    n = Net("nested", 5)
    x = n.input("input_1", 6, 6, 3)
    a = n.within(inner, x, apply)
    b = n.within(inner, n.noise(x, "noise"), apply)
    w = {}
    def shared(v):
        if "head" in w:
            return n.layer("Dense", "head", [v], lambda x: x @ w["head"] + w["bias"])
        out = n.dense(v, "head", 5)
        w["head"], w["bias"] = [t.astype(np.float64) for _, t in n.weights["head"]]
        return out
    p, q = shared(n.gap(a, "gap_a")), shared(n.gap(n.max_pool(b, "pool", (2, 2)), "gap_b"))
    return n.finish(n.merge("Add", "sum", p, q))


def first():
    """Channels first."""
    n = Net("first", 6, first=True)
    x = n.input("input_1", 8, 7, 3)
    x = n.conv(x, "conv", 4, (3, 3), padding="same", activation="relu")
    x = n.bn(x, "bn")
    y = n.transposed(x, "up", 4, (2, 2), strides=(3, 3), padding="valid")
    y = n.average_pool(y, "down", (3, 3))
    x = n.concat("joined", x, y)
    x = n.flatten(x, "flat")
    return n.finish(n.dense(x, "dense", 6))


def modern():
    """For .keras: names and classes of Keras 3."""
    n = Net("modern", 7)
    x = n.input("input_layer", 12, 10, 3)
    x = n.conv(x, "stem", 8, (3, 3), strides=(2, 2), padding="same", bias=False)
    x = n.bn(x, "stem_bn")
    x = n.activation(x, "stem_act", "gelu")
    y = n.depthwise(x, "mix", (3, 3), padding="same", pointwise=8)
    y = n.relu(y, "mix_act", negative_slope=0.25)
    x = n.merge("Add", "sum", x, y)
    x = n.depthwise(x, "dw", (5, 5), strides=(2, 2), padding="same")
    x = n.gap(x, "gap")
    return n.finish(n.dense(x, "head", 4, activation="softplus"))


if __name__ == "__main__":
    for make in (plain, branches, shapes, nested, first):
        net = make()
        net.h5(net.name + ".h5")
        net.expected(net.name + ".safetensors")
    plain().tfjs("plain.json")
    modern().keras("modern.keras")
    modern().expected("modern.safetensors")
