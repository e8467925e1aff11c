"""windows [N, 2, 17, 14] -> [N, 3], written by cnnlang.

The keys of Windows().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


def same_padding(x, kernel_size, stride=1, dilation=1):
    """TensorFlow's padding: left, right, top, bottom, the odd one behind."""
    pad = []
    for axis in (1, 0):
        size, k, s, d = (
            v if isinstance(v, int) else v[axis]
            for v in (x.shape[2 + axis], kernel_size, stride, dilation)
        )
        total = max((-(-size // s) - 1) * s + d * (k - 1) + 1 - size, 0)
        pad += [total // 2, total - total // 2]
    return pad


class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does: less before than behind."""

    def forward(self, x):
        pad = same_padding(x, self.kernel_size, self.stride, self.dilation)
        return super().forward(F.pad(x, pad))


class PaddedConv2d(nn.Conv2d):
    """A convolution padded by pad: left, right, top, bottom."""

    def __init__(self, *args, pad, **kwargs):
        super().__init__(*args, **kwargs)
        self.pad = pad

    def forward(self, x):
        return super().forward(F.pad(x, self.pad))


class Windows(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module(
            "0", PaddedConv2d(2, 4, (3, 5), stride=(2, 1), pad=(2, 1, 0, 1))
        )
        self.add_module("1", SameConv2d(4, 4, 3, stride=2, groups=2))
        self.add_module("2", SameConv2d(4, 4, (2, 3)))
        self.add_module("3", nn.Conv2d(4, 4, 3, padding=2, dilation=2))
        self.add_module("4", nn.ConvTranspose2d(4, 4, 3, stride=2, bias=False))
        self.add_module("5", nn.ConvTranspose2d(4, 4, 4, stride=2, padding=1))
        self.add_module("6", nn.ConvTranspose2d(4, 4, (3, 4), stride=2))
        self.add_module("7", nn.ConvTranspose2d(4, 4, 4, stride=2, padding=1))
        self.add_module(
            "8",
            nn.ConvTranspose2d(
                4,
                4,
                (3, 2),
                stride=2,
                padding=1,
                output_padding=1,
                dilation=2,
                groups=2,
            ),
        )
        self.add_module(
            "9", nn.ConvTranspose2d(4, 2, (2, 3), stride=(1, 2), output_padding=(0, 1))
        )
        self.add_module("10", nn.Conv2d(2, 4, 1))
        self.add_module("20", nn.Linear(24, 3))

    def forward(self, x):
        x = getattr(self, "1")(getattr(self, "0")(x))  # [N, 4, 4, 7]
        x = getattr(self, "3")(getattr(self, "2")(x))  # [N, 4, 4, 7]
        x = F.pad(getattr(self, "4")(x), (-1, 0, 0, -1))  # [N, 4, 8, 14]
        x = F.pad(getattr(self, "6")(getattr(self, "5")(x)), (-1, -1, 0, -1))
        x = getattr(self, "8")(getattr(self, "7")(x))  # [N, 4, 130, 224]
        x = F.pad(getattr(self, "9")(x), (0, 0, 0, -1))  # [N, 2, 130, 450]
        x = getattr(self, "10")(x)  # [N, 4, 130, 450]
        x = F.max_pool2d(F.pad(x, same_padding(x, 3, 2), value=float("-inf")), 3, 2)
        x = F.avg_pool2d(x, 3, stride=1, padding=1, count_include_pad=False)
        x = F.avg_pool2d(x, 3, stride=1, padding=1)  # [N, 4, 65, 225]
        x = F.max_pool2d(
            F.pad(x, (1, 0, 0, 1), value=float("-inf")), 3, 2, ceil_mode=True
        )
        x = F.avg_pool2d(x, 3, stride=2, padding=1, ceil_mode=True)  # [N, 4, 17, 57]
        total = F.avg_pool2d(F.pad(x, (0, 1, 1, 1)), (3, 2), 1, ceil_mode=True)
        count = F.avg_pool2d(
            F.pad(torch.ones_like(x), (0, 1, 1, 1)), (3, 2), 1, ceil_mode=True
        )
        x = total / count  # [N, 4, 17, 57]
        x = F.max_pool2d(F.pad(x, (2, 1, 1, 2), value=float("-inf")), 3, 1)
        x = F.adaptive_avg_pool2d(x, (2, 3))  # [N, 4, 2, 3]
        return getattr(self, "20")(x.flatten(1))  # [N, 3]
