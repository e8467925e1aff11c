"""Relatives of ResNet: those of timm, huggingface/pytorch-image-models, v0.9.16 (aa4b5850), of
BangguWu/ECANet (b332f6b), of akamaster/pytorch_resnet_cifar10 (d5489e8) and of xternalz/WideResNet-pytorch (1171f93)."""
import torch

from networks import module


def timm(name):
    return named(name, lambda: module("pytorch-image-models", "timm").create_model(name))


def cifar(name):
    return named(name, lambda: getattr(module("pytorch_resnet_cifar10", "resnet"), name)())


def wide(name, depth, k):
    return named(name, lambda: module("WideResNet-pytorch", "wideresnet").WideResNet(depth, 10, k))


class OneRow(torch.nn.Conv1d):
    """A Conv1d whose weights have a height of 1."""

    def __init__(self, conv):
        k = conv.kernel_size[0]
        super().__init__(1, 1, k, padding=k // 2, bias=False)
        self.weight = torch.nn.Parameter(torch.empty(1, 1, 1, k))

    def forward(self, x):
        return torch.nn.functional.conv1d(x, self.weight[:, :, 0], padding=self.padding)


def one_row(net):
    for gate in [m for m in net.modules() if isinstance(getattr(m, "conv", None), torch.nn.Conv1d)]:
        gate.conv = OneRow(gate.conv)
    return net


def ecaresnet50d():
    return one_row(module("pytorch-image-models", "timm").create_model("ecaresnet50d"))


def eca_resnet50():
    return one_row(module("ECANet", "models.eca_resnet").eca_resnet50([3, 5, 5, 7]))


def named(name, build):
    build.__name__ = name
    return build


small, own, larger, cifar10 = [[2, 3, 97, 129]], [[1, 3, 224, 224]], [[1, 3, 256, 256]], [[1, 3, 32, 32]]
smaller = [[2, 3, 65, 97]]  # where gates of large numbers make rounding to float32 tell, by 1e-4 at larger sizes
NETS = {
    **{timm(f"resnet{depth}d"): (small, own) for depth in (18, 34, 50)},
    **{timm(f"resnet{depth}d"): (small, larger) for depth in (101, 152)},
    **{timm(name): (small, own) for name in (
        "resnetv2_50", "resnetv2_101", "res2net50_26w_4s", "res2net101_26w_4s", "resnest50d", "ese_vovnet39b", "vovnet39a")},
    **{timm(name): (smaller, own) for name in ("skresnet18", "skresnet34", "skresnext50_32x4d", "ghostnet_100")},
    ecaresnet50d: (small, own),
    eca_resnet50: (small, own),
    **{cifar(f"resnet{depth}"): ([[2, 3, 32, 32]], cifar10) for depth in (20, 32, 44, 56, 110)},
    **{wide(f"wrn_{depth}_{k}", depth, k): ([[2, 3, 32, 32]], cifar10) for depth, k in ((16, 8), (28, 10), (40, 4))},
}
