"""Writes models/<net>.json and outputs/<net>.json of networks of torchvision:

    python3 make.py mobilenet_v3_large mobilenet_v3_small

Weights and inputs are functions of names and a seed, as interp/internal/weights defines them.
"""
import json
import os
import re
import sys

import numpy as np
import torch
import torchvision

SEED = 0
NETS = {
    "mobilenet_v3_large": dict(
        file="mobilenetv3.py", what="MobileNetV3 Large (mobilenet_v3_large)",
        notes=["eps 1e-3 in every norm; hard sigmoid gates; the gate's layer is a quarter of the expanded channels, rounded to 8."]),
    "mobilenet_v3_small": dict(
        file="mobilenetv3.py", what="MobileNetV3 Small (mobilenet_v3_small)",
        notes=["eps 1e-3 in every norm; hard sigmoid gates; the gate's layer is a quarter of the expanded channels, rounded to 8."]),
}
M64 = (1 << 64) - 1
UNITS_OF_B0, UNITS_OF_Y400MF = (1, 2, 2, 3, 3, 4, 1), (1, 3, 6, 6)  # in each stage
MBCONV = ("block.0.0.weight", "block.1.0.weight", "block.2.0.weight", "block.3.0.weight")


def unit(name, count, seed=SEED):
    """The first numbers of a name's stream, from 0 to 1."""
    h = 0xCBF29CE484222325
    for b in name.encode():
        h = ((h ^ b) * 0x100000001B3) & M64
    with np.errstate(over="ignore"):
        z = np.arange(1, count + 1, dtype=np.uint64) * np.uint64(0x9E3779B97F4A7C15) + np.uint64(h ^ seed)
        z = (z ^ (z >> np.uint64(30))) * np.uint64(0xBF58476D1CE4E5B9)
        z = (z ^ (z >> np.uint64(27))) * np.uint64(0x94D049BB133111EB)
        z ^= z >> np.uint64(31)
    return (z >> np.uint64(40)).astype(np.float64) * 2.0**-24


def further(name, units):
    """Whether it is of a further unit of its stage than these."""
    stage, unit = map(int, re.search(r"(\d+)[-.](\d+)\.(?:f|block)\.", name).groups())
    return unit >= units[stage - 1]


def unit_gain(name, shape):
    """Of a convolution in a unit of MobileNet v3 or EfficientNet."""
    if name.count(".") == 5:
        return 2.0  # MobileNet v3
    if further(name, UNITS_OF_B0):
        return 0.5
    fused = shape[1] > 1 and shape[2] > 1 or name.endswith("block.1.0.weight") and shape[2] == 1
    return 1.25 if fused else 2.5


def weight(name, shape):
    u, last = unit(name, int(np.prod(shape, dtype=np.int64))), name.rsplit(".", 1)[-1]
    if last in ("running_mean", "bias"):
        v = 0.125 * (2 * u - 1)
    elif last == "layer_scale":
        v = 0.125 + 0.25 * u
    elif last == "running_var" or len(shape) <= 1:
        narrow = last == "weight" and name.endswith(("bn2.weight", "bn3.weight"))
        v = 0.375 + 0.25 * u if narrow else 0.75 + 0.5 * u
    else:
        gain = 2.0
        if len(shape) == 2:
            gain = 1.0
        elif name.endswith(MBCONV):
            gain = unit_gain(name, shape)
        elif name.endswith(".f.c.0.weight") and further(name, UNITS_OF_Y400MF):
            gain = 0.25
        elif shape[1] == 1:
            gain = 1.0
        v = (2 * u - 1) * float(np.sqrt(3.0 * gain / np.prod(shape[1:], dtype=np.int64)))
    return torch.from_numpy(v.astype(np.float32).reshape(shape))


def image(n, c, h, w, seed=SEED):
    gh, gw = (h + 31) // 32, (w + 31) // 32
    signed = lambda name, *shape: (2 * unit("input." + name, int(np.prod(shape)), seed) - 1).reshape(shape)
    squares = signed("coarse", n, c, gh, gw)[:, :, np.arange(h) // 32][:, :, :, np.arange(w) // 32]
    x = 0.5 * signed("base", n, c, 1, 1) + 0.25 * squares + 0.25 * signed("fine", n, c, h, w)
    return torch.from_numpy(x.astype(np.float32))


def shortest(values):
    return [float(str(np.float32(v))) for v in values]


def vectors(y, wide):
    y, wide = y.numpy(), wide.numpy()
    at = [i * y.shape[1] // 16 for i in range(16)]
    samples = []
    for row in y:
        top = np.argsort(-row, kind="stable")[:5]
        samples.append({
            "first16": shortest(row[:16]), "spaced16": shortest(row[at]), "mean": float(row.mean(dtype=np.float64)),
            "std": float(row.std(dtype=np.float64)), "min": shortest([row.min()])[0], "max": shortest([row.max()])[0],
            "argmax": int(top[0]), "top5": [int(i) for i in top], "top5_values": shortest(row[top])})
    return {"shape": list(y.shape), "spaced16_at": at, "samples": samples,
            "float64": {"first16": [[float(v) for v in row[:16]] for row in wide], "max_abs_diff": float(abs(wide - y).max())}}


def feature(y):
    y = y.numpy()
    first = y[0].reshape(-1)
    at = [i * len(first) // 8 for i in range(8)]
    return {"shape": list(y.shape), "mean": float(y.mean(dtype=np.float64)), "std": float(y.std(dtype=np.float64)),
            "min": shortest([y.min()])[0], "max": shortest([y.max()])[0],
            "first8": shortest(first[:8]), "spaced8": shortest(first[at]), "spaced8_at": at}


def macs(m, y):
    if isinstance(m, torch.nn.Conv2d):
        return y[0].numel() * m.weight[0].numel()
    return y[0].numel() * m.in_features if isinstance(m, torch.nn.Linear) else 0


def described(name, m, y):
    one = {"path": name, "type": type(m).__name__, "out": list(y.shape[1:])}
    if isinstance(m, torch.nn.Conv2d):
        one.update(cin=m.in_channels, cout=m.out_channels, kernel=m.kernel_size, stride=m.stride, padding=m.padding,
                   dilation=m.dilation, groups=m.groups, bias=m.bias is not None, macs=macs(m, y))
    elif isinstance(m, torch.nn.Linear):
        one.update(cin=m.in_features, cout=m.out_features, bias=m.bias is not None, macs=macs(m, y))
    elif isinstance(m, torch.nn.BatchNorm2d):
        one.update(eps=m.eps, momentum=m.momentum)
    return one


def watched(net, x, each):
    """Runs the network; each(name, module, output) for every module, in order of execution."""
    def hook(name):
        def seen(m, _, y):
            if isinstance(y, torch.Tensor):
                each(name, m, y.clone())

        return seen

    hooks = [m.register_forward_hook(hook(name)) for name, m in net.named_modules() if name]
    with torch.no_grad():
        y = net(x)
    for h in hooks:
        h.remove()
    return y


def run(net, wide, shape, convs):
    features, sums = {}, {}

    def each(name, m, y):
        if name.count(".") == 1 and name.startswith("features.") or name == "avgpool":
            features[name] = feature(y)
        if convs and isinstance(m, (torch.nn.Conv2d, torch.nn.Linear)):
            v = y.numpy()
            sums[name] = [float(v.mean(dtype=np.float64)), float(v.std(dtype=np.float64)),
                          shortest([v[0].reshape(-1)[0]])[0], shortest([v[-1].reshape(-1)[-1]])[0]]

    x = image(*shape)
    y = watched(net, x, each)
    with torch.no_grad():
        made = {"input": shape, "input_scale": 1, "logits": vectors(y, wide(x.double())), "features": features}
    if convs:
        made["conv_outputs_mean_std_first_last"] = sums
    return made


def main():
    torch.set_num_threads(1)
    here = os.path.dirname(os.path.abspath(__file__))
    for name in sys.argv[1:]:
        build = lambda: getattr(torchvision.models, name)(weights=None).eval()
        net, wide = build(), build().double()
        state = {k: weight(k, tuple(v.shape)) for k, v in net.state_dict().items() if not k.endswith("num_batches_tracked")}
        net.load_state_dict(state, strict=False)
        wide.load_state_dict(state, strict=False)
        layers = []
        kinds = (torch.nn.Conv2d, torch.nn.Linear, torch.nn.BatchNorm2d, torch.nn.AdaptiveAvgPool2d, torch.nn.Dropout)
        watched(net, image(1, 3, 224, 224), lambda n, m, y: isinstance(m, kinds) and layers.append(described(n, m, y)))
        params = sum(p.numel() for p in net.parameters())
        norms = [m for m in net.modules() if isinstance(m, torch.nn.BatchNorm2d)]
        model = {
            "net": name, "family": "extra",
            "source": {"repository": "pytorch/vision", "version": "0.14.1 (Debian python3-torchvision, torch 1.13.1)",
                       "file": "torchvision/models/" + NETS[name]["file"], "what": NETS[name]["what"]},
            "input": [3, 224, 224], "output": [1000],
            "preprocess": {"mean": [0.485, 0.456, 0.406], "std": [0.229, 0.224, 0.225], "range": [0, 1], "order": "RGB",
                           "resize": 256, "crop": 224, "interpolation": "bilinear"},
            "params": params, "params_without_aux": params,
            "buffer_elements": sum(v.numel() for k, v in state.items() if "running" in k),
            "macs": sum(l.get("macs", 0) for l in layers), "aux_macs": 0, "aux_heads": None,
            "batchnorm": {"count": len(norms), "eps": sorted({m.eps for m in norms}), "momentum": sorted({m.momentum for m in norms}),
                          "weights": sum(m.num_features for m in norms)},
            "params_by_top_module": {k: sum(p.numel() for p in m.parameters()) for k, m in net.named_children()},
            "notes": NETS[name]["notes"],
        }
        rows = lambda list: ",\n".join("  " + json.dumps(one) for one in list)
        head = ",\n".join(f" {json.dumps(k)}: {json.dumps(v)}" for k, v in model.items())
        with open(f"{here}/models/{name}.json", "w") as f:
            f.write("{\n%s,\n \"state_dict\": [\n%s\n ],\n \"layers\": [\n%s\n ]\n}\n" % (
                head, rows([k, list(v.shape)] for k, v in state.items()), rows(layers)))
        runs = [run(net, wide, [2, 3, 224, 224], True), run(net, wide, [1, 3, 193, 257], False)]
        with open(f"{here}/outputs/{name}.json", "w") as f:
            f.write('{\n "net": %s,\n "seed": %d,\n "made_with": "torch %s, float32, 1 thread, by make.py",\n "runs": [\n%s\n ]\n}\n' % (
                json.dumps(name), SEED, torch.__version__, rows(runs)))
        worst = max(r["logits"]["float64"]["max_abs_diff"] / min(s["std"] for s in r["logits"]["samples"]) for r in runs)
        print(name, params, model["macs"], f"noise {worst:.1e}")


if __name__ == "__main__":
    main()
