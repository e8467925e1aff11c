"""What PyTorch computes: for each operation a file of random cases, one JSON object a line.

    python3 make.py 200 .              # the files here
    python3 make.py 2000 /some/folder  # more: go test ./ops/exec -run Torch -torch /some/folder

Inputs and parameters are functions of the line's number (see numbers), so it has only the
settings, the shapes, and some elements of the result, computed in float64 from float32 numbers.
A line leaves out what is empty or false.
"""
import json
import math
import random
import sys

import numpy as np
import torch
import torch.nn.functional as F

SAMPLES = 2  # of each result


def numbers(seed, tensor, shape, special):
    """Tensor number `tensor` of a case: s from -1 to 1, times 4; every seventh may be special."""
    n = math.prod(shape)
    mask = (1 << 64) - 1
    values = np.empty(n, np.float64)
    for i in range(n):
        z = ((seed << 8) + tensor + (i + 1) * 0x9E3779B97F4A7C15) & mask
        z = ((z ^ (z >> 30)) * 0xBF58476D1CE4E5B9) & mask
        z = ((z ^ (z >> 27)) * 0x94D049BB133111EB) & mask
        z ^= z >> 31
        values[i] = 4 * (2 * ((z >> 40) / (1 << 24)) - 1)
        if special and i % 7 == 3:
            values[i] = (math.nan, math.inf, -math.inf)[i % 3]
    return torch.from_numpy(values).reshape(shape)


def shape(r, most=40):
    if r.random() < 0.2:
        return [r.randint(1, 4), r.randint(1, 300)]
    return [r.randint(1, 3), r.randint(1, most), r.randint(1, 9), r.randint(1, 9)]


def slope(r, *usual):
    return r.choice(usual + (round(r.uniform(0, 2), 2),))


def leaky_relu(r):
    a = {"slope": r.choice([0.01, 0.1, 0.2, -1.5, 0, round(r.uniform(-2, 2), 2)])}
    return a, shape(r), [], lambda x: F.leaky_relu(x, a["slope"])


def hard_sigmoid(r):
    if r.random() < 0.5:
        return {"slope": "1/6"}, shape(r), [], F.hardsigmoid
    a = {"slope": slope(r, 0.2, 0.5)}
    return a, shape(r), [], lambda x: torch.clamp(x * a["slope"] + 0.5, 0, 1)


def prelu(r):
    a, size = {"per_channel": r.random() < 0.7}, shape(r)
    return a, size, [[size[1] if a["per_channel"] else 1]], F.prelu


def elu(r):
    a = {"alpha": slope(r, 1.0)}
    return a, shape(r), [], lambda x: F.elu(x, a["alpha"])


def power(r):
    # Not 0.5, for which torch takes the root: of -inf NaN, where IEEE 754's pow says inf.
    a = {"p": r.choice([2, 3, 0.25, -1, -3, 0, 9, round(r.uniform(-4, 4), 2)])}
    return a, shape(r), [], lambda x: x.pow(a["p"])


def softmax(r):
    size = [r.randint(1, 3)] + [r.randint(1, 12) for _ in range(r.randint(1, 4))]
    a = {"axis": r.randint(1, len(size) - 1)}
    size[a["axis"]] = r.choice([size[a["axis"]], r.randint(1, 300)])
    return a, size, [], lambda x: F.softmax(x, a["axis"])


def any_shape(r):
    return [r.randint(1, 3)] + [r.choice([1, r.randint(1, 9), r.randint(1, 40)]) for _ in range(r.randint(1, 4))]


def permute(r):
    size = any_shape(r)
    order = [0] + r.sample(range(1, len(size)), len(size) - 1)
    return {"axes": order}, size, [], lambda x: x.permute(order)


def reshape(r):
    size, left, to = any_shape(r), 1, []
    for s in size[1:]:
        left *= s
    while left > 1 and len(to) < 5:
        to.append(r.choice([d for d in range(1, left + 1) if left % d == 0]))
        left //= to[-1]
    to.append(left)
    return {"shape": to}, size, [], lambda x: x.reshape(size[0], *to)


def matmul(r):
    between = [r.randint(1, 5) for _ in range(r.randint(0, 2))]
    a, k, b = (r.choice([1, r.randint(1, 9), r.randint(1, 70), r.randint(1, 300) if i == 1 else 1]) for i in range(3))
    batch = [r.randint(1, 3)] + between
    return {}, batch + [a, k], [], torch.matmul, [batch + [k, b]]


def resize(r):
    size = [r.randint(1, 2), r.randint(1, 40), r.randint(1, 9), r.randint(1, 9)]
    to = [r.randint(1, 20), r.randint(1, 20)] if r.random() < 0.8 else [2 * size[2], 2 * size[3]]
    mode = r.choice(["nearest", "bilinear", "bicubic"])
    corners = mode != "nearest" and r.random() < 0.5
    a = {"size": to, "mode": mode, "align_corners": corners}
    return a, size, [], lambda x: F.interpolate(x, size=to, mode=mode, align_corners=corners if mode != "nearest" else None)


def pixel_shuffle(r):
    k = r.randint(1, 4)
    return {"r": k}, [r.randint(1, 2), k * k * r.randint(1, 40 // k), r.randint(1, 9), r.randint(1, 9)], [], lambda x: F.pixel_shuffle(x, k)


def pixel_unshuffle(r):
    k = r.randint(1, 4)
    return {"r": k}, [r.randint(1, 2), r.randint(1, 40), k * r.randint(1, 5), k * r.randint(1, 5)], [], lambda x: F.pixel_unshuffle(x, k)


def reduced(r):
    size = [r.randint(1, 3), r.randint(1, 70), r.randint(1, 9), r.randint(1, 9)]
    return {"axis": r.sample([1, 2, 3], r.randint(1, 3))}, size


def reduce_mean(r):
    a, size = reduced(r)
    return a, size, [], lambda x: x.mean(a["axis"], keepdim=True)


def reduce_max(r):
    a, size = reduced(r)
    return a, size, [], lambda x: x.amax(a["axis"], keepdim=True)


def mul(r):
    """An image, and before or behind it gates with size 1 on some axes."""
    size = shape(r)
    gates = [[n if i == 0 or r.random() < 0.5 else 1 for i, n in enumerate(size)] for _ in range(r.choice([1, 1, 2]))]
    sizes = [size] + gates
    if r.random() < 0.5:
        sizes.reverse()
    return {}, sizes[0], [], lambda *x: math.prod(x[1:], start=x[0]), sizes[1:]


def affine(r, channels):
    """Whether a norm scales and shifts, and the tensors that it then has."""
    a = {"eps": r.choice([1e-5, 1e-3, 0.1]), "scale": r.random() < 0.6, "shift": r.random() < 0.6}
    return a, [[channels]] * (a["scale"] + a["shift"])


def split(a, params):
    params = list(params)
    return {"weight": params.pop(0) if a["scale"] else None, "bias": params.pop(0) if a["shift"] else None, "eps": a["eps"]}


def group_norm(r):
    size, groups = shape(r), r.choice([1, 2, 3, 4, 8, 16])
    size[1] = groups * r.randint(1, max(1, 40 // groups))
    if math.prod(size[1:]) == groups:  # PyTorch wants several numbers in a group
        size[1] *= 2
    a, params = affine(r, size[1])
    a["groups"] = groups
    return a, size, params, lambda x, *p: F.group_norm(x, groups, **split(a, p))


def instance_norm(r):
    size = [r.randint(1, 3), r.randint(1, 40), r.randint(2, 9), r.randint(1, 9)]
    a, params = affine(r, size[1])
    return a, size, params, lambda x, *p: F.instance_norm(x, **split(a, p))


def pad(r):
    size, mode = [r.randint(1, 2), r.randint(1, 40), r.randint(1, 9), r.randint(1, 9)], r.choice(["zeros", "reflect", "replicate"])
    most = lambda n: n - 1 if mode == "reflect" else 12
    top, bottom, left, right = [r.choice([0, 1, r.randint(0, 12)]) for _ in range(4)]
    top, bottom, left, right = min(top, most(size[2])), min(bottom, most(size[2])), min(left, most(size[3])), min(right, most(size[3]))
    a = {"by": [top, bottom, left, right], "mode": mode}
    return a, size, [], lambda x: F.pad(x, (left, right, top, bottom), mode={"zeros": "constant"}.get(mode, mode))


def crop(r):
    by = [r.randint(0, 4) for _ in range(4)]
    size = [r.randint(1, 2), r.randint(1, 40), by[0] + by[1] + r.randint(1, 9), by[2] + by[3] + r.randint(1, 9)]
    return {"by": by}, size, [], lambda x: x[:, :, by[0]:size[2] - by[1], by[2]:size[3] - by[3]]


def bn(r):
    """The variance is what numbers gives, without its sign."""
    size = shape(r)
    a, params = affine(r, size[1])

    def run(x, *p):
        s = split(a, p[:-2])
        return F.batch_norm(x, p[-2], p[-1].abs(), s["weight"], s["bias"], eps=a["eps"])

    return a, size, params + [[size[1]]] * 2, run


def deconv(r):
    """With equal padding at both ends torch's own; otherwise all of the result, and what is left of it."""
    groups = r.choice([1, 1, 2, 4, 8])
    size = [r.randint(1, 2), groups * r.randint(1, 24 // groups), r.randint(1, 7), r.randint(1, 7)]
    out = groups * r.randint(1, 24 // groups)
    two = lambda most: [r.randint(1, most), r.randint(1, most)]
    k, stride, dilation = two(4), two(3), two(3) if r.random() < 0.4 else [1, 1]
    reach = [dilation[i] * (k[i] - 1) + 1 for i in range(2)]
    whole = [(size[2 + i] - 1) * stride[i] + reach[i] for i in range(2)]
    more = [r.randint(0, max(stride[i], dilation[i]) - 1) for i in range(2)]
    pad = [r.randint(0, 2) if whole[i] > 4 else 0 for i in range(2)]
    sides, mode = [[p, p] for p in pad], r.choice(["equal", "equal", "any", "half", "same"])
    if mode == "any":
        sides = [[r.randint(0, 3), r.randint(0, 3)] if whole[i] > 6 else [0, 0] for i in range(2)]
    elif mode == "half" and all(whole[i] > 2 * (k[i] // 2) for i in range(2)):
        sides = [[n // 2, n // 2] for n in k]
    elif mode == "same" and all(reach[i] >= stride[i] for i in range(2)):
        over = [reach[i] - stride[i] for i in range(2)]
        sides, more = [[n // 2, n - n // 2] for n in over], [0, 0]
    else:
        mode = "equal"
    a = {"out": out, "k": k, "stride": stride, "pad": mode if mode in ("half", "same") else sides[0] + sides[1], "groups": groups,
         "dilation": dilation, "output_pad": more, "bias": r.random() < 0.7}
    params = [[size[1], out // groups, *k]] + [[out]] * a["bias"]

    def run(x, weight, bias=None):
        if mode == "equal":
            return F.conv_transpose2d(x, weight, bias, stride, pad, more, groups, dilation)
        y = F.pad(F.conv_transpose2d(x, weight, None, stride, 0, 0, groups, dilation), (0, more[1], 0, more[0]))
        y = y[:, :, sides[0][0]:y.shape[2] - sides[0][1], sides[1][0]:y.shape[3] - sides[1][1]]
        return y if bias is None else y + bias.reshape(1, -1, 1, 1)

    return a, size, params, run


def param(r):
    to = [r.randint(1, 9) for _ in range(r.randint(1, 3))]
    a, size = {"shape": to, "init": r.choice([0, 1, 0.5])}, shape(r)
    return a, size, [to], lambda x, p: p.expand(size[0], *to)


def drop_path(r):
    a = {"p": r.choice([0, 0.1, 0.5, 1])}
    return a, shape(r), [], torch.nn.Identity().eval()


def concat(r):
    """Two values or three, or one alone, of which one axis differs."""
    size = shape(r)
    axis = r.randint(1, len(size) - 1)
    sizes = [[n if i != axis else r.randint(1, 40) for i, n in enumerate(size)] for _ in range(r.choice([1, 2, 2, 3]))]
    return {"axis": axis}, sizes[0], [], lambda *x: torch.cat(x, axis), sizes[1:]


def gelu(r):
    a = {"approximate": r.random() < 0.5}
    return a, shape(r), [], lambda x: F.gelu(x, approximate="tanh" if a["approximate"] else "none")


def plain(f):
    return lambda r: ({}, shape(r), [], f)


OPS = {
    "leaky_relu": leaky_relu,
    "prelu": prelu,
    "hard_sigmoid": hard_sigmoid,
    "hard_swish": plain(F.hardswish),
    "tanh": plain(torch.tanh),
    "elu": elu,
    "softplus": plain(F.softplus),
    "mish": plain(F.mish),
    "pow": power,
    "softmax": softmax,
    "reshape": reshape,
    "permute": permute,
    "matmul": matmul,
    "resize": resize,
    "deconv": deconv,
    "pad": pad,
    "crop": crop,
    "pixel_shuffle": pixel_shuffle,
    "pixel_unshuffle": pixel_unshuffle,
    "gelu": gelu,
    "bn": bn,
    "group_norm": group_norm,
    "instance_norm": instance_norm,
    "reduce_mean": reduce_mean,
    "reduce_max": reduce_max,
    "mul": mul,
    "param": param,
    "drop_path": drop_path,
    "concat": concat,
}


def line(op, r, seed):
    args, size, params, run, *more = OPS[op](r)
    more = more[0] if more else []  # further inputs
    special = r.random() < 0.25
    x = numbers(seed, 0, size, special)
    also = [numbers(seed, 128 + i, s, special) for i, s in enumerate(more)]
    tensors = [x, *also, *[numbers(seed, 1 + i, p, False) for i, p in enumerate(params)]]
    y = run(*tensors)
    flat = y.reshape(-1).numpy().astype(np.float32)
    # Not where rounding decides whether PyTorch looks at an infinity: between which pixels a place lies.
    rounded = run(*[t.float() for t in tensors]).reshape(-1).numpy()
    alike = np.flatnonzero((np.isnan(flat) == np.isnan(rounded)) & (np.isinf(flat) == np.isinf(rounded)))
    at = sorted(r.sample(alike.tolist(), min(SAMPLES, len(alike))))
    values = [float(str(flat[i])) if math.isfinite(flat[i]) else str(flat[i]) for i in at]
    case = {"args": args, "in": size, "more": more, "params": params, "special": special,
            "out": list(y.shape), "at": at, "values": values}
    case = {key: v for key, v in case.items() if v or key == "at"}
    return json.dumps(case, separators=(",", ":"))


def main():
    count, folder = int(sys.argv[1]), sys.argv[2]
    for op in OPS:
        r = random.Random(op)
        with open(f"{folder}/{op}.json", "w") as f:
            for seed in range(count):
                f.write(line(op, r, seed) + "\n")


main()
