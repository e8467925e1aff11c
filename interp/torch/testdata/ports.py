"""ports [N, 3, 16, 16] -> [N, 22, 16, 16], written by cnnlang.

The keys of Ports().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Dual(nn.Module):
    """| [N, c, H, W] as res | [N, D, H, W] as dense -> | [N, c, H, W] | [N, D + k, H, W]"""

    def __init__(self, c, k, channels):
        super().__init__()
        self.c = c
        self.k = k
        self.add_module("1", nn.BatchNorm2d(channels))
        self.add_module("3", nn.Conv2d(channels, c + k, 1))

    def forward(self, res, dense):
        y2 = getattr(self, "1")(torch.cat([res, dense], 1))
        y2 = y2.relu()
        y3 = getattr(self, "3")(y2)
        res2 = res + y3[:, : self.c]
        dense2 = torch.cat([dense, y3[:, self.c : self.c + self.k]], 1)
        return res2, dense2


class Upsample(nn.Module):
    """[N, C, H, W] -> [N, C, k[0]*H, k[1]*W]"""

    def forward(self, x):
        return F.interpolate(x, scale_factor=2)


class Pyramid(nn.Module):
    """repeat i of n | [N, _, H/2**i, W/2**i] as xs -> repeat i of n | [N, c, H/2**i, W/2**i]"""

    def __init__(self, c):
        super().__init__()
        self.inner = nn.Module()
        self.inner.add_module("2", nn.Conv2d(5, c, 1))
        self.inner.add_module("1", nn.Conv2d(15, c, 1))
        self.add_module("3", nn.Module())
        getattr(self, "3").add_module("1", nn.Module())
        getattr(getattr(self, "3"), "1").add_module("0", Upsample())
        self.inner.add_module("0", nn.Conv2d(15, c, 1))
        self.add_module("6", nn.Module())
        getattr(self, "6").add_module("1", nn.Module())
        getattr(getattr(self, "6"), "1").add_module("0", Upsample())
        self.outer = nn.Module()
        self.outer.add_module("0", nn.Conv2d(7, c, 3, padding=1))
        self.outer.add_module("1", nn.Conv2d(7, c, 3, padding=1))
        self.outer.add_module("2", nn.Conv2d(7, c, 3, padding=1))

    def forward(self, xs_0_, xs_1_, xs_2_):
        m_2_ = getattr(self.inner, "2")(xs_2_)
        y = getattr(self.inner, "1")(xs_1_)
        y = y + getattr(getattr(getattr(self, "3"), "1"), "0")(m_2_)
        m_1_ = y
        y = getattr(self.inner, "0")(xs_0_)
        y = y + getattr(getattr(getattr(self, "6"), "1"), "0")(m_1_)
        m_0_ = y
        fine = getattr(self.outer, "0")(m_0_)
        coarse = getattr(self.outer, "2")(m_2_)
        return fine, coarse


class Near(nn.Module):
    """[N, C, H, W] -> [N, C, h, w]"""

    def forward(self, x):
        return F.interpolate(x, scale_factor=4)


class Ports(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", nn.Module())
        getattr(self, "0").add_module("0", nn.Module())
        getattr(getattr(self, "0"), "0").add_module("0", nn.Conv2d(3, 4, 3, padding=1))
        getattr(self, "0").add_module("1", nn.Module())
        getattr(getattr(self, "0"), "1").add_module("0", nn.Conv2d(3, 2, 3, padding=1))
        self.add_module("1", Dual(4, 3, channels=6))
        self.add_module("2", Dual(4, 3, channels=9))
        self.add_module("3", Dual(4, 3, channels=12))
        self.add_module("5", nn.Module())
        getattr(self, "5").add_module("2", nn.Module())
        getattr(getattr(self, "5"), "2").add_module(
            "0", nn.Conv2d(15, 5, 3, stride=4, padding=1)
        )
        self.neck = Pyramid(7)
        self.add_module("7", nn.Module())
        getattr(self, "7").add_module("0", nn.Module())
        getattr(getattr(self, "7"), "0").add_module("0", nn.Conv2d(15, 8, 1))
        getattr(self, "7").add_module("1", nn.Module())
        getattr(getattr(self, "7"), "1").add_module("0", Near())

    def forward(self, x):
        res = getattr(getattr(getattr(self, "0"), "0"), "0")(x)  # [N, 4, 16, 16]
        dense = getattr(getattr(getattr(self, "0"), "1"), "0")(x)  # [N, 2, 16, 16]
        res2, dense2 = getattr(self, "1")(res, dense)
        res3, dense3 = getattr(self, "2")(res2, dense2)
        n0, n1 = getattr(self, "3")(res3, dense3)
        x_ = torch.cat([n0, n1], 1)  # [N, 15, 16, 16]
        xs_1_ = F.max_pool2d(x_, 2)  # [N, 15, 8, 8]
        xs_2_ = getattr(getattr(getattr(self, "5"), "2"), "0")(x_)  # [N, 5, 4, 4]
        fine, coarse = self.neck(x_, xs_1_, xs_2_)
        y32 = getattr(getattr(getattr(self, "7"), "0"), "0")(x_)
        y3 = getattr(getattr(getattr(self, "7"), "1"), "0")(coarse)  # [N, 7, 16, 16]
        return torch.cat([y32, y3, fine], 1)  # [N, 22, 16, 16]
