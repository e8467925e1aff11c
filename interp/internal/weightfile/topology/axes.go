package topology

import (
	"strings"

	"cnnlang/interp/internal/weightfile"
)

// Axes are those of a tensor of a layer, by what Keras calls it there ("kernel", and "W" in
// Keras 1) and how many it has. Without a layer they are the usual ones.
func Axes(l *Layer, leaf string, rank int) weightfile.Axes {
	kind, name := "", ""
	if l != nil {
		kind, name = l.Kind, l.Name
	}
	return AxesOf(kind, name, leaf, rank, l != nil && l.Theano)
}

// AxesOf is Axes of a layer of which only these are known.
func AxesOf(kind, name, leaf string, rank int, theano bool) weightfile.Axes {
	kernel := leaf == "kernel" || leaf == "W"
	transposed := kind == "Conv2DTranspose" || kind == "Deconvolution2D" ||
		kind == "" && (strings.Contains(name, "transpose") || strings.Contains(name, "deconv"))
	switch {
	case rank == 1:
		return weightfile.C
	case rank == 2 && kernel && (kind == "Dense" || kind == ""):
		return weightfile.IO
	case rank != 4:
		return weightfile.Unknown
	case theano && kernel && !transposed:
		return weightfile.OIHW
	case theano:
		return weightfile.Unknown
	case leaf == "depthwise_kernel", kernel && kind == "DepthwiseConv2D":
		return weightfile.HWIM
	case leaf == "pointwise_kernel":
		return weightfile.HWIO
	case kernel && transposed:
		return weightfile.HWOI
	case kernel && (kind == "" || strings.HasPrefix(kind, "Conv") || kind == "AtrousConvolution2D"):
		return weightfile.HWIO
	}
	return weightfile.Unknown
}
