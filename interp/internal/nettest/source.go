package nettest

import (
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/internal/weights"
	"cnnlang/ops/tensor"
)

// SourceNames are the maps by which the reference calls the tensors of networks that have
// names of their own. Its weights are generated from its names.
var SourceNames = map[string]string{
	"bninception":               "cadene",
	"googlenet_bvlc":            "caffe",
	"nin_cifar10":               "caffe",
	"nin_imagenet":              "caffe",
	"legacy_seresnext50_32x4d":  "cadene",
	"legacy_seresnext101_32x4d": "cadene",
	"yolo_v3":                   "pytorch_yolov3",
	"siamese":                   "siamese_pytorch",
	"unet_taps":                 "milesial",
	"darknet53":                 "timm",
	"vdsr":                      "pytorch_vdsr",
	"darknet53_timm":            "timm",
	"eca_resnet50":              "authors",
}

// Generated are the weights that the reference has for a network and a seed.
func Generated(n *interp.Net, seed uint64) interp.Weights {
	return interp.RandomWeights(seed).Named(SourceNames[n.Name])
}

// Tensors are the same in memory, by the network's own names.
func Tensors(t testing.TB, n *interp.Net, seed uint64) map[string]tensor.Tensor {
	t.Helper()
	all := interp.RandomTensors(n, seed)
	names := SourceNames[n.Name]
	if names == "" {
		return all
	}
	list, err := n.Tensors(names)
	if err != nil {
		t.Fatal(err)
	}
	for _, x := range list {
		made := weights.Random(seed).Tensor(x.Name, x.Shape)
		all[x.Own.Path] = tensor.From(x.ToNet(made.Data), x.Own.Shape...)
	}
	return all
}
