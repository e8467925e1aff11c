"""branches [N, 4, 8, 8] -> [N, 10], written by cnnlang.

The keys of Branches().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class Branches(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", nn.Module())
        getattr(self, "0").add_module("1", nn.Module())
        getattr(getattr(self, "0"), "1").add_module("0", nn.Conv2d(4, 4, 3, padding=1))
        self.a = nn.Conv2d(4, 4, 1)
        self.add_module("1", nn.Module())
        getattr(self, "1").add_module("0", nn.Module())
        getattr(getattr(self, "1"), "0").add_module("0", nn.Conv2d(4, 2, 1))
        getattr(self, "1").add_module("2", nn.Module())
        getattr(getattr(self, "1"), "2").add_module("0", nn.Conv2d(4, 2, 1))
        getattr(getattr(self, "1"), "2").add_module("1", nn.BatchNorm2d(2))
        getattr(self, "1").add_module("3", nn.Module())
        getattr(getattr(self, "1"), "3").add_module("0", nn.Conv2d(4, 4, 3, padding=1))
        getattr(getattr(self, "1"), "3").add_module("1", nn.BatchNorm2d(4))
        self.add_module("2", nn.Module())
        getattr(self, "2").add_module("1", nn.Module())
        getattr(getattr(self, "2"), "1").add_module("1", nn.Conv2d(10, 10, 1))
        self.add_module("3", nn.Module())
        getattr(self, "3").add_module("0", nn.Module())
        getattr(getattr(self, "3"), "0").add_module("0", nn.Conv2d(10, 4, 1))
        getattr(self, "3").add_module("1", nn.Module())
        getattr(getattr(self, "3"), "1").add_module("0", nn.Conv2d(10, 4, 3, padding=1))
        getattr(self, "3").add_module("2", nn.Module())
        getattr(getattr(self, "3"), "2").add_module("0", nn.Module())
        getattr(getattr(getattr(self, "3"), "2"), "0").add_module("0", nn.Module())
        getattr(getattr(getattr(getattr(self, "3"), "2"), "0"), "0").add_module(
            "0", nn.Conv2d(10, 4, 1)
        )
        getattr(getattr(getattr(self, "3"), "2"), "0").add_module("1", nn.Module())
        getattr(getattr(getattr(getattr(self, "3"), "2"), "0"), "1").add_module(
            "0", nn.Conv2d(10, 4, 1)
        )
        self.scale_ = nn.Parameter(torch.ones(4, 1, 1))
        self.add_module("6", nn.Module())
        getattr(self, "6").add_module("1", nn.Module())
        getattr(getattr(self, "6"), "1").register_parameter(
            "0", nn.Parameter(torch.zeros(4, 8, 8))
        )
        self.add_module("10", nn.Linear(4, 10))

    def forward(self, x):
        y = getattr(getattr(getattr(self, "0"), "1"), "0")(x)  # [N, 4, 8, 8]
        y = y.relu()  # [N, 4, 8, 8]
        x = x + y + self.a(x)  # [N, 4, 8, 8]
        y22 = getattr(getattr(getattr(self, "1"), "0"), "0")(x)
        y23 = x[:, 1:3]
        y2 = getattr(getattr(getattr(self, "1"), "2"), "0")(x)  # [N, 2, 8, 8]
        y2 = getattr(getattr(getattr(self, "1"), "2"), "1")(y2)
        x = getattr(getattr(getattr(self, "1"), "3"), "0")(x)  # [N, 4, 8, 8]
        x = torch.cat(
            [y22, y23, y2, getattr(getattr(getattr(self, "1"), "3"), "1")(x)], 1
        )
        y3 = getattr(getattr(getattr(self, "2"), "1"), "1")(
            x.mean((2, 3), keepdim=True)
        )
        y3 = y3.sigmoid()  # [N, 10, 1, 1]
        x = x * y3  # [N, 10, 8, 8]
        y42 = getattr(getattr(getattr(self, "3"), "0"), "0")(x)
        y43 = getattr(getattr(getattr(self, "3"), "1"), "0")(x)
        y5 = getattr(getattr(getattr(getattr(getattr(self, "3"), "2"), "0"), "0"), "0")(
            x
        )
        y6 = getattr(getattr(getattr(getattr(getattr(self, "3"), "2"), "0"), "1"), "0")(
            x
        )
        y6 = y6.relu()  # [N, 4, 8, 8]
        x = torch.maximum(torch.maximum(y42, y43), y5 + y6)  # [N, 4, 8, 8]
        y7 = x.relu()  # [N, 4, 8, 8]
        y8 = x.sigmoid()  # [N, 4, 8, 8]
        x = (x + y7 + y8) / 3  # [N, 4, 8, 8]
        x = x * self.scale_  # [N, 4, 8, 8]
        y10 = getattr(getattr(getattr(self, "6"), "1"), "0").expand(
            x.shape[0], -1, -1, -1
        )
        x = x + y10  # [N, 4, 8, 8]
        y11 = F.max_pool2d(x, (2, 1))  # [N, 4, 4, 8]
        x = torch.cat([x, y11], 2).mean((2, 3))  # [N, 4]
        return getattr(self, "10")(x)  # [N, 10]
