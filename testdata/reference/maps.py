"""Writes maps/<net>.json: the tensors of a network, its MACs, and some values of each of its outputs:

    python3 maps.py --sources FOLDER [net ...]

FOLDER holds clones of the repositories whose code is run, none of which is kept here; networks/ names them.
"""
import argparse
import importlib
import json
import os
import pkgutil

import torch
from torch.overrides import TorchFunctionMode

import networks
from make import image, weight

LEAVES = ("weight", "bias", "running_mean", "running_var", "layer_scale", "scale_weight")


def named(outputs):
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    return outputs if isinstance(outputs, dict) else {str(i): y for i, y in enumerate(outputs)}


class MACs(TorchFunctionMode):
    """Counts the multiply-accumulates of convolutions, linear layers and products of matrices."""

    count = 0

    def __torch_function__(self, function, types, args=(), kwargs=None):
        y = function(*args, **(kwargs or {}))
        name = getattr(function, "__name__", "")
        if name in ("conv1d", "conv2d", "linear"):
            self.count += y.numel() * args[1][0].numel()
        elif name == "conv_transpose2d":
            self.count += args[0].numel() * args[1][0].numel()
        elif name in ("matmul", "__matmul__", "bmm"):
            self.count += y.numel() * args[0].shape[-1]
        return y


def write(build, shapes):
    """The weights and images are those of seed 0, a second input that of seed 1."""
    shapes, own = shapes if isinstance(shapes, tuple) else (shapes, shapes)
    net = build().eval()
    with torch.no_grad(), MACs() as macs:
        net(*[torch.zeros(1, *shape[1:]) for shape in own])
    net.double()
    whole = net.state_dict()  # also says which version of a module it is of
    state = {k: weight(k, tuple(v.shape)) for k, v in whole.items() if k.rsplit(".", 1)[-1] in LEAVES}
    whole.update(state)
    net.load_state_dict(whole)
    with torch.no_grad():
        outputs = named(net(*[image(*shape, seed=i).double() for i, shape in enumerate(shapes)]))
    params = sum(v.numel() for k, v in state.items() if "running" not in k)
    made = {"net": build.__name__, "inputs": shapes, "params": params, "macs": macs.count, "outputs": {}}
    for key, y in outputs.items():
        flat = y.reshape(-1).numpy()
        count = 1000 // len(outputs)
        at = [i * len(flat) // count | 1 for i in range(count)] if len(flat) > count else list(range(len(flat)))
        made["outputs"][key] = {"shape": list(y.shape), "std": float(flat.std()), "at": at, "values": [float(f"{flat[i]:.9g}") for i in at]}
    made["state_dict"] = [[k, list(v.shape)] for k, v in state.items()]
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/maps/{build.__name__}.json", "w") as f:
        f.write(json.dumps(made, separators=(",", ":")) + "\n")
    print(build.__name__, params, macs.count, {k: (list(y.shape), round(float(y.std()), 4)) for k, y in outputs.items()})


parser = argparse.ArgumentParser()
parser.add_argument("--sources", default=".")
parser.add_argument("nets", nargs="*")
arguments = parser.parse_args()
networks.sources = os.path.abspath(arguments.sources)
torch.set_num_threads(1)
for source in pkgutil.iter_modules(networks.__path__):
    for build, shapes in importlib.import_module(f"networks.{source.name}").NETS.items():
        if build.__name__ in arguments.nets or not arguments.nets:
            write(build, shapes)
