"""Networks of repositories of their own: 4uiiurz1/pytorch-nested-unet (557ea02f), eriklindernoren/PyTorch-YOLOv3
(1d621c84), Jongchan/attention-module (459efad0), fangpin/siamese-pytorch (750cfef1), milesial/Pytorch-UNet (21d7850), and
xvjiarui/GCNet (029db540), whose body is torchvision's. ESPCN is written here after its paper."""
import sys
import types

import torch
import torchvision

import networks
from networks import module


def unetpp():
    return module("pytorch-nested-unet", "archs").NestedUNet(1, deep_supervision=True)


def yolo_v3():
    sys.modules["imgaug"] = types.ModuleType("imgaug")  # for pictures in training
    net = module("PyTorch-YOLOv3", "pytorchyolo.models").Darknet(networks.sources + "/PyTorch-YOLOv3/config/yolov3.cfg")
    for layer in net.yolo_layers:  # their maps, before boxes are made of them
        layer.forward = lambda x, size: x
    net.module_list.eval()
    net.eval = lambda: net  # in training it gives a list
    return net


def cbam_resnet18():
    return module("attention-module", "MODELS.model_resnet").ResidualNet("ImageNet", 18, 1000, "CBAM")


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


def siamese():
    return module("siamese-pytorch", "model").Siamese()


def unet_taps():
    return module("Pytorch-UNet", "unet").UNet(3, 2)


NETS = {
    unet_taps: ([[1, 3, 48, 80]], [[1, 3, 256, 256]]),
    unetpp: ([[1, 3, 48, 80]], [[1, 3, 96, 96]]),
    yolo_v3: ([[1, 3, 96, 128]], [[1, 3, 416, 416]]),
    cbam_resnet18: [[1, 3, 224, 224]],  # its last pool has this size
    espcn: ([[1, 1, 33, 47]], [[1, 1, 100, 100]]),
    espcn_relu: ([[1, 1, 33, 47]], [[1, 1, 100, 100]]),
    gcnet50: ([[2, 3, 97, 129]], [[1, 3, 224, 224]]),
    siamese: ([[4, 1, 105, 105]] * 2, [[1, 1, 105, 105]] * 2),
}
