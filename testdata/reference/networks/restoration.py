"""Networks that make pictures: sanghyun-son/EDSR-PyTorch (src/model/edsr.py at 3dd71ae5, common.py), cszn/KAIR
(fc1732f4), twtygqyy/pytorch-vdsr (514b0210), and the generator of pytorch/examples (77f55b91)."""
import ast
from types import SimpleNamespace

import torch

import networks
from networks import module


def edsr(scale=2, n_resblocks=32, n_feats=256, res_scale=0.1):
    settings = dict(scale=[scale], n_resblocks=n_resblocks, n_feats=n_feats, res_scale=res_scale, rgb_range=255, n_colors=3)
    return module("EDSR-PyTorch/src", "model.edsr").EDSR(SimpleNamespace(**settings))


def edsr_baseline(scale=2):
    return edsr(scale, 16, 64, 1)


def edsr_baseline_x4():
    return edsr_baseline(4)


def dncnn_s():
    return module("KAIR", "models.network_dncnn").DnCNN(nb=17, act_mode="BR")


def dncnn_s_folded():
    return module("KAIR", "models.network_dncnn").DnCNN(nb=17, act_mode="R")


def vdsr():
    return module("pytorch-vdsr", "vdsr").Net()


def dcgan():
    """The class alone, as the file of the example is a program that trains it; it asks its input for a device."""
    with open(f"{networks.sources}/examples/dcgan/main.py") as f:
        parts = [part for part in ast.parse(f.read()).body if getattr(part, "name", "") == "Generator"]
    names = {"nn": torch.nn, "nz": 100, "ngf": 64, "nc": 3}
    exec(compile(ast.Module(parts, []), "main.py", "exec"), names)
    net = names["Generator"](ngpu=1)
    net.forward = net.main.forward
    return net


NETS = {
    edsr: ([[1, 3, 7, 9]], [[1, 3, 48, 48]]),
    edsr_baseline: ([[1, 3, 13, 17]], [[1, 3, 48, 48]]),
    edsr_baseline_x4: ([[1, 3, 9, 11]], [[1, 3, 48, 48]]),
    dncnn_s: ([[2, 1, 19, 23]], [[1, 1, 180, 180]]),
    dncnn_s_folded: ([[2, 1, 19, 23]], [[1, 1, 180, 180]]),
    vdsr: ([[2, 1, 19, 23]], [[1, 1, 41, 41]]),
    dcgan: [[2, 100, 1, 1]],
}
