"""Writes maps/<net>.json: the tensors of a network, and some values of each of its outputs:

    python3 maps.py --sources FOLDER [net ...]

FOLDER holds clones of the repositories whose code is run, none of which is kept here:
4uiiurz1/pytorch-nested-unet (557ea02f), eriklindernoren/PyTorch-YOLOv3 (1d621c84),
huggingface/pytorch-image-models (aa4b5850), Jongchan/attention-module (459efad0),
fangpin/siamese-pytorch (750cfef1) and xvjiarui/GCNet (029db540). FCN and RetinaNet are
torchvision's, as is the body of GCNet, and ESPCN is written here after its paper.
"""
import argparse
import importlib
import json
import os
import sys
import types
from functools import partial

import torch
import torchvision

from make import image, weight


def fcn_resnet50():
    return torchvision.models.segmentation.fcn_resnet50(weights=None, weights_backbone=None, aux_loss=True)


def unetpp():
    return module("pytorch-nested-unet", "archs").NestedUNet(1, deep_supervision=True)


def yolo_v3():
    sys.modules["imgaug"] = types.ModuleType("imgaug")  # for pictures in training
    net = module("PyTorch-YOLOv3", "pytorchyolo.models").Darknet(sources + "/PyTorch-YOLOv3/config/yolov3.cfg")
    for layer in net.yolo_layers:  # their maps, before boxes are made of them
        layer.forward = lambda x, size: x
    net.module_list.eval()
    net.eval = lambda: net  # in training it gives a list
    return net


def hrnet_w18():
    return module("pytorch-image-models", "timm").create_model("hrnet_w18")


def cbam_resnet18():
    return module("attention-module", "MODELS.model_resnet").ResidualNet("ImageNet", 18, 1000, "CBAM")


def retinanet_resnet50_fpn():
    """As torchvision makes it for its file of weights: the normalisations are frozen, and their epsilon is 0."""
    frozen = partial(torchvision.ops.FrozenBatchNorm2d, eps=0.0)
    body = torchvision.models.detection.backbone_utils._resnet_fpn_extractor(
        torchvision.models.resnet50(norm_layer=frozen), 3, returned_layers=[2, 3, 4],
        extra_blocks=torchvision.ops.feature_pyramid_network.LastLevelP6P7(256, 256))
    net = torchvision.models.detection.RetinaNet(body, 91)
    heads = {"scores": net.head.classification_head.cls_logits, "boxes": net.head.regression_head.bbox_reg}
    outputs = {}
    for key, conv in heads.items():
        conv.register_forward_hook(lambda _, x, y, key=key: outputs.update({f"{key}.{sum(k.startswith(key) for k in outputs)}": y}))

    def forward(x):
        net.head(list(net.backbone(x).values()))
        return dict(sorted(outputs.items(), key=lambda o: o[0].startswith("boxes")))

    net.forward = forward
    return net


class ESPCN(torch.nn.Module):
    """arXiv:1609.05158, figure 1: a window of 5 and then of 3, and r*r channels for each that comes out."""

    def __init__(self, r, act, widths):
        super().__init__()
        widths = [1, *widths, r * r]
        self.count, self.act, self.r = len(widths) - 1, act, r
        for i in range(self.count):
            k = 5 if i == 0 else 3
            setattr(self, f"conv{i + 1}", torch.nn.Conv2d(widths[i], widths[i + 1], k, padding=k // 2))

    def forward(self, x):
        for i in range(self.count - 1):
            x = self.act(getattr(self, f"conv{i + 1}")(x))
        return torch.nn.functional.pixel_shuffle(getattr(self, f"conv{self.count}")(x), self.r)


def espcn():
    return ESPCN(3, torch.tanh, [64, 32])


def espcn_relu():
    return ESPCN(3, torch.relu, [64, 64, 32])


class ChannelNorm(torch.nn.LayerNorm):
    """A LayerNorm of [c, 1, 1] whose tensors have the shape [c]."""

    def forward(self, x):
        return super().forward(x.flatten(1))[..., None, None]


def gcnet50():
    """The authors' block behind the third normalisation of the units of stages 2 to 4, as their ResNet has it."""
    functions = types.ModuleType("mmcv.cnn")  # which set weights before training
    functions.constant_init = functions.kaiming_init = lambda *_, **__: None
    sys.modules.update({"mmcv": types.ModuleType("mmcv"), "mmcv.cnn": functions})
    block = module("GCNet/mmdet/ops/gcb", "context_block").ContextBlock
    net = torchvision.models.resnet50()
    for unit in [*net.layer2, *net.layer3, *net.layer4]:
        unit.context_block = block(unit.conv3.out_channels, 1 / 16)
        unit.context_block.channel_add_conv[1] = ChannelNorm(unit.conv3.out_channels // 16)
        unit.bn3.register_forward_hook(lambda _, x, y, unit=unit: unit.context_block(y))
    return net


def convnext_v2_atto():
    return module("pytorch-image-models", "timm").create_model("convnextv2_atto")


def siamese():
    return module("siamese-pytorch", "model").Siamese()


NETS = {
    fcn_resnet50: [[1, 3, 65, 97]],
    unetpp: [[1, 3, 48, 80]],
    yolo_v3: [[1, 3, 96, 128]],
    hrnet_w18: [[1, 3, 96, 128]],
    cbam_resnet18: [[1, 3, 224, 224]],  # its last pool has this size
    retinanet_resnet50_fpn: [[1, 3, 96, 128]],
    espcn: [[1, 1, 33, 47]],
    espcn_relu: [[1, 1, 33, 47]],
    gcnet50: [[2, 3, 97, 129]],
    convnext_v2_atto: [[2, 3, 97, 129]],
    siamese: [[4, 1, 105, 105]] * 2,
}


def module(repository, name):
    sys.path.insert(0, os.path.join(sources, repository))
    return importlib.import_module(name)


def named(outputs):
    if isinstance(outputs, torch.Tensor):
        outputs = [outputs]
    return outputs if isinstance(outputs, dict) else {str(i): y for i, y in enumerate(outputs)}


def write(build, shapes):
    """The weights and images are those of seed 0, a second input that of seed 1."""
    net = build().eval().double()
    state = {k: weight(k, tuple(v.shape)) for k, v in net.state_dict().items() if k.rsplit(".", 1)[-1] in LEAVES}
    net.load_state_dict(state, strict=False)
    with torch.no_grad():
        outputs = named(net(*[image(*shape, seed=i).double() for i, shape in enumerate(shapes)]))
    params = sum(v.numel() for k, v in state.items() if "running" not in k)
    made = {"net": build.__name__, "inputs": shapes, "params": params, "outputs": {}}
    for key, y in outputs.items():
        flat = y.reshape(-1).numpy()
        count = 1000 // len(outputs)
        at = [i * len(flat) // count | 1 for i in range(count)] if len(flat) > count else list(range(len(flat)))
        made["outputs"][key] = {"shape": list(y.shape), "std": float(flat.std()), "at": at, "values": [float(f"{flat[i]:.9g}") for i in at]}
    made["state_dict"] = [[k, list(v.shape)] for k, v in state.items()]
    with open(f"{os.path.dirname(os.path.abspath(__file__))}/maps/{build.__name__}.json", "w") as f:
        f.write(json.dumps(made, separators=(",", ":")) + "\n")
    print(build.__name__, params, {k: (list(y.shape), round(float(y.std()), 4)) for k, y in outputs.items()})


LEAVES = ("weight", "bias", "running_mean", "running_var")
parser = argparse.ArgumentParser()
parser.add_argument("--sources", required=True)
parser.add_argument("nets", nargs="*")
arguments = parser.parse_args()
sources = os.path.abspath(arguments.sources)
torch.set_num_threads(1)
for build, shapes in NETS.items():
    if build.__name__ in arguments.nets or not arguments.nets:
        write(build, shapes)
