"""pools [N, 2, 131, 130] -> [N, 2, 2, 2], written by cnnlang.

The keys of Pools().state_dict() are the paths of the net's text.
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


class Down(nn.Module):
    """[N, C, H, W] -> [N, C, _, _]"""

    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))

    def forward(self, x):
        x = getattr(self, "0")(x)
        x = F.avg_pool2d(F.pad(x, (1, 1, 0, 1)), 3, 2, ceil_mode=True)
        return F.max_pool2d(
            F.pad(x, (0, 1, 0, 0), value=float("-inf")), (2, 3), 2, ceil_mode=True
        )


class Down2(nn.Module):
    """[N, C, H, W] -> [N, C, _, _]"""

    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))
        self.dropout = nn.Dropout(0.5)

    def forward(self, x):
        x = getattr(self, "0")(x)
        x = F.avg_pool2d(F.pad(x, (1, 1, 0, 1)), 3, 2)
        x = F.max_pool2d(F.pad(x, (0, 1, 0, 0), value=float("-inf")), (2, 3), 2)
        return self.dropout(x)


class SameOrNot(nn.Module):
    """[N, C, H, W] -> [N, C, _, _]"""

    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))

    def forward(self, x):
        x = getattr(self, "0")(x)
        return F.avg_pool2d(F.pad(x, same_padding(x, 3, 2)), 3, 2)


class SameOrNot2(nn.Module):
    """[N, C, H, W] -> [N, C, _, _]"""

    def __init__(self, in_channels):
        super().__init__()
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))

    def forward(self, x):
        x = getattr(self, "0")(x)
        total = F.avg_pool2d(F.pad(x, same_padding(x, 3, 2)), 3, 2)
        count = F.avg_pool2d(F.pad(torch.ones_like(x), same_padding(x, 3, 2)), 3, 2)
        return total / count


class Pools(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Down(2))
        self.add_module("1", Down2(2))
        self.add_module("2", SameOrNot(2))
        self.add_module("3", SameOrNot2(2))

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 2, 33, 33]
        x = getattr(self, "1")(x)  # [N, 2, 8, 8]
        x = getattr(self, "2")(x)  # [N, 2, 4, 4]
        return getattr(self, "3")(x)  # [N, 2, 2, 2]
