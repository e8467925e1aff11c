"""operations [N, 6, 5, 7] -> [N, 8], written by cnnlang.

The keys of Operations().state_dict() are the paths of the net's text.
"""
import torch
from torch import nn
from torch.nn import functional as F


class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of every pixel."""

    def __init__(self, channels, eps=1e-5):
        super().__init__(channels, eps)

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


class ChannelLinear(nn.Linear):
    """A fully connected layer over the channels of every pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)


def without(norm, tensor):
    """A normalisation that lacks one of its tensors."""
    setattr(norm, tensor, None)
    return norm


class DropPath(nn.Module):
    """In training drops the value of a share p of the images."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device) >= self.p
        return x * kept / (1 - self.p)


class Acts(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.ReLU6())


class Acts2(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.SiLU())


class Acts3(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.GELU())


class Acts4(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 1), nn.GELU(approximate="tanh")
        )


class Acts5(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Tanh())


class Acts6(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Hardswish())


class Acts7(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Mish())


class Acts8(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Softplus())


class Acts9(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.Identity())


class Acts10(nn.Sequential):
    def __init__(self, in_channels, slope):
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 1), nn.LeakyReLU(negative_slope=slope)
        )


class Acts11(nn.Sequential):
    def __init__(self, in_channels):
        super().__init__(nn.Conv2d(in_channels, in_channels, 1), nn.ELU(alpha=0.5))


class Acts12(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, in_channels, slope):
        super().__init__()
        self.slope = slope
        self.add_module("0", nn.Conv2d(in_channels, in_channels, 1))

    def forward(self, x):
        return (getattr(self, "0")(x) * self.slope + 0.5).clamp(0, 1)


class Acts13(nn.Sequential):
    def __init__(self, in_channels, num_parameters):
        super().__init__(
            nn.Conv2d(in_channels, in_channels, 1), nn.PReLU(num_parameters)
        )


class Gmp(nn.Module):
    """[N, C, H, W] -> [N, C, 1, 1]"""

    def forward(self, x):
        return x.amax((2, 3), keepdim=True)


class Reduced(nn.Module):
    """[N, C, H, W] -> [N, C, H, W]"""

    def __init__(self, axis2):
        super().__init__()
        self.axis2 = axis2

    def forward(self, x):
        y = x.amax(self.axis2, keepdim=True).tanh()
        return x * y


class Operations(nn.Module):
    def __init__(self):
        super().__init__()
        self.add_module("0", Acts(6))
        self.add_module("1", Acts2(6))
        self.add_module("2", Acts3(6))
        self.add_module("3", Acts4(6))
        self.add_module("5", Acts5(6))
        self.add_module("6", Acts6(6))
        self.add_module("7", Acts7(6))
        self.add_module("8", Acts8(6))
        self.add_module("9", Acts9(6))
        self.add_module("10", Acts10(6, slope=0.01))
        self.add_module("11", Acts10(6, slope=0.2))
        self.add_module("12", Acts11(6))
        self.add_module("13", Acts12(6, slope=0.16666666666666666))
        self.add_module("14", Acts12(6, slope=0.2))
        self.add_module("15", Acts13(6, num_parameters=6))
        self.add_module("16", Acts13(6, num_parameters=1))
        self.row = nn.Sequential(
            nn.Conv2d(6, 6, 1),
            nn.LeakyReLU(negative_slope=0.3),
            nn.ELU(),
            nn.PReLU(6),
            nn.Hardsigmoid(),
            nn.LocalResponseNorm(3),
            nn.Softmax(1),
            nn.Dropout(0.1),
            nn.MaxPool2d(2, stride=1),
        )
        self.norm = nn.LocalResponseNorm(5, alpha=0.001, beta=0.5, k=2)
        self.add_module("22", nn.Module())
        getattr(self, "22").add_module("1", nn.Module())
        getattr(getattr(self, "22"), "1").add_module("0", Gmp())
        self.add_module("23", Reduced(1))
        self.add_module("24", Reduced(2))
        self.add_module("25", nn.Module())
        getattr(self, "25").add_module("1", nn.Module())
        getattr(getattr(self, "25"), "1").add_module("1", nn.Conv2d(6, 6, 1))
        self.add_module("27", without(nn.BatchNorm2d(6, eps=0.001), "weight"))
        self.add_module("28", without(nn.BatchNorm2d(6), "bias"))
        self.add_module("29", nn.BatchNorm2d(6, affine=False))
        self.add_module("30", nn.GroupNorm(2, 6))
        self.add_module("31", without(nn.GroupNorm(3, 6, eps=0.001), "weight"))
        self.add_module("32", without(nn.GroupNorm(1, 6), "bias"))
        self.norm2 = nn.GroupNorm(6, 6, affine=False)
        self.norm3 = nn.InstanceNorm2d(6)
        self.add_module(
            "35", without(nn.InstanceNorm2d(6, eps=0.001, affine=True), "bias")
        )
        self.add_module("36", nn.InstanceNorm2d(6, affine=True))
        self.add_module("37", ChannelNorm(6, eps=1e-6))
        self.add_module("38", ChannelLinear(6, 8))
        self.add_module("44", nn.BatchNorm2d(6, eps=0.001))
        self.add_module("47", nn.BatchNorm1d(6))
        self.add_module("48", nn.LayerNorm(6, eps=1e-6))
        self.add_module("53", nn.PReLU(6))
        self.add_module("54", nn.Linear(6, 8, bias=False))
        self.dropout = nn.Dropout(0.5)
        self.drop_path = DropPath(0.1)

    def forward(self, x):
        x = getattr(self, "0")(x)  # [N, 6, 5, 7]
        x = getattr(self, "1")(x)  # [N, 6, 5, 7]
        x = getattr(self, "2")(x)  # [N, 6, 5, 7]
        x = getattr(self, "3")(x)  # [N, 6, 5, 7]
        x = F.gelu(x, approximate="tanh")  # [N, 6, 5, 7]
        x = getattr(self, "5")(x)  # [N, 6, 5, 7]
        x = getattr(self, "6")(x)  # [N, 6, 5, 7]
        x = getattr(self, "7")(x)  # [N, 6, 5, 7]
        x = getattr(self, "8")(x)  # [N, 6, 5, 7]
        x = getattr(self, "9")(x)  # [N, 6, 5, 7]
        x = getattr(self, "10")(x)  # [N, 6, 5, 7]
        x = getattr(self, "11")(x)  # [N, 6, 5, 7]
        x = getattr(self, "12")(x)  # [N, 6, 5, 7]
        x = getattr(self, "13")(x)  # [N, 6, 5, 7]
        x = getattr(self, "14")(x)  # [N, 6, 5, 7]
        x = getattr(self, "15")(x)  # [N, 6, 5, 7]
        x = getattr(self, "16")(x)  # [N, 6, 5, 7]
        x = self.row(x)  # [N, 6, 4, 6]
        x = F.normalize(F.normalize(self.norm(x).softmax(1)), eps=0.001)  # [N, 6, 4, 6]
        y = getattr(getattr(getattr(self, "22"), "1"), "0")(x)  # [N, 6, 1, 1]
        y2 = x.mean(1, keepdim=True).sigmoid()  # [N, 1, 4, 6]
        x = x * y * y2 * x.amax(3, keepdim=True)  # [N, 6, 4, 6]
        x = getattr(self, "23")(x)  # [N, 6, 4, 6]
        x = getattr(self, "24")(x)  # [N, 6, 4, 6]
        y3 = getattr(getattr(getattr(self, "25"), "1"), "1")(
            x.mean((2, 3), keepdim=True)
        )
        x = x * y3  # [N, 6, 4, 6]
        x = getattr(self, "27")(x.mean((1, 2), keepdim=True) * x)  # [N, 6, 4, 6]
        x = getattr(self, "29")(getattr(self, "28")(x))  # [N, 6, 4, 6]
        x = getattr(self, "31")(getattr(self, "30")(x))  # [N, 6, 4, 6]
        x = self.norm3(self.norm2(getattr(self, "32")(x)))  # [N, 6, 4, 6]
        x = getattr(self, "36")(getattr(self, "35")(x))  # [N, 6, 4, 6]
        x = getattr(self, "38")(getattr(self, "37")(x))  # [N, 8, 4, 6]
        x = x[:, 1:7]  # [N, 6, 4, 6]
        x = x.unflatten(1, (3, -1)).transpose(1, 2).flatten(1, 2)  # [N, 6, 4, 6]
        x = (x * 0.5).pow(2)  # [N, 6, 4, 6]
        scale = x.new_tensor([1, 2, 0.5, 1, 1, 3]).view(-1, 1, 1)
        shift = x.new_tensor([0.1, 0, -0.2, 0, 0.001, 0]).view(-1, 1, 1)
        x = x * scale + shift  # [N, 6, 4, 6]
        x = getattr(self, "44")(x).mean((2, 3))  # [N, 6]
        x = getattr(self, "48")(getattr(self, "47")(x))  # [N, 6]
        y4 = F.local_response_norm(x.unsqueeze(2), 3)
        x = F.normalize(y4.squeeze(2))  # [N, 6]
        x = x.unflatten(1, (2, -1)).transpose(1, 2).flatten(1, 2)  # [N, 6]
        scale2 = x.new_tensor([1, 2, 0.5, 1, 1, 3])
        shift2 = x.new_tensor([0.1, 0, -0.2, 0, 0.001, 0])
        x = x * scale2 + shift2  # [N, 6]
        x = getattr(self, "54")(getattr(self, "53")(x))  # [N, 8]
        return self.drop_path(self.dropout(x)).softmax(1)  # [N, 8]
