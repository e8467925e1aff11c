package torch

// A helper is a class or function that torch lacks, which a file has that uses it.
type helperText struct {
	text  string
	needs []string
}

// helperOrder is the order of helpers in a file.
var helperOrder = []string{"same_padding", "SameConv2d", "PaddedConv2d", "ChannelNorm", "ChannelLinear", "without", "DropPath"}

var helpers = map[string]helperText{
	"same_padding": {needs: nil, text: `def same_padding(x, kernel_size, stride=1, dilation=1):
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
`},
	"SameConv2d": {needs: []string{"same_padding", "F"}, text: `class SameConv2d(nn.Conv2d):
    """A convolution padded as TensorFlow does: less before than behind."""

    def forward(self, x):
        pad = same_padding(x, self.kernel_size, self.stride, self.dilation)
        return super().forward(F.pad(x, pad))
`},
	"PaddedConv2d": {needs: []string{"F"}, text: `class PaddedConv2d(nn.Conv2d):
    """A convolution padded by pad: left, right, top, bottom."""

    def __init__(self, *args, pad, **kwargs):
        super().__init__(*args, **kwargs)
        self.pad = pad

    def forward(self, x):
        return super().forward(F.pad(x, self.pad))
`},
	"ChannelNorm": {text: `class ChannelNorm(nn.LayerNorm):
    """Layer normalisation over the channels of every pixel."""

    def __init__(self, channels, eps=1e-5):
        super().__init__(channels, eps)

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
`},
	"DropPath": {text: `class DropPath(nn.Module):
    """In training drops the value of a share p of the images."""

    def __init__(self, p):
        super().__init__()
        self.p = p

    def forward(self, x):
        if not self.training or self.p == 0:
            return x
        kept = torch.rand(x.shape[0], *[1] * (x.dim() - 1), device=x.device) >= self.p
        return x * kept / (1 - self.p)
`},
	"without": {text: `def without(norm, tensor):
    """A normalisation that lacks one of its tensors."""
    setattr(norm, tensor, None)
    return norm
`},
	"ChannelLinear": {text: `class ChannelLinear(nn.Linear):
    """A fully connected layer over the channels of every pixel."""

    def forward(self, x):
        return super().forward(x.movedim(1, -1)).movedim(-1, 1)
`},
}
