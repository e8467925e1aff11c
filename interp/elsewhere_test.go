package interp_test

import (
	"errors"
	"os"
	"path"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/nets"
)

// meant is the net that a name means, and its files.
func meant(t *testing.T, name string) (*interp.Net, []string) {
	t.Helper()
	if err := interp.Known(name); err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	p, err := interp.Open(name)
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatalf("%s: %v", name, err)
	}
	if p.Elsewhere != name {
		t.Errorf("%s is not known as another's name: %q", name, p.Elsewhere)
	}
	var files []string
	for _, c := range n.Meta.Weights {
		files = append(files, c.File)
	}
	return n, files
}

// testdata/names/timm.txt has the names in timm's source whose numbers are a file of torchvision.
// Those of a net of the library mean that file, and the others nothing.
func TestTimmsNamesMeanTheirFiles(t *testing.T) {
	text, err := os.ReadFile("../testdata/names/timm.txt")
	if err != nil {
		t.Fatal(err)
	}
	listed := allListings(t)
	resolved := 0
	for line := range strings.Lines(string(text)) {
		fields := strings.Fields(line)
		name, file := fields[0], fields[1]
		if err := interp.Known(name); err != nil {
			var unknown *interp.UnknownNetError
			if _, ok := listed[file]; ok || !errors.As(err, &unknown) {
				t.Errorf("%s means nothing, and the library has %s: %v", name, file, err)
			}
			continue
		}
		resolved++
		if _, files := meant(t, "timm/"+name); len(files) != 1 || files[0] != file {
			t.Errorf("%s means %q, want %s", name, files, file)
		}
	}
	if resolved < 12 {
		t.Errorf("only %d names mean a net", resolved)
	}
}

func TestNamesOfOthers(t *testing.T) {
	for name, want := range map[string][2]string{
		"ResNet50_Weights.IMAGENET1K_V1":                      {"resnet50", "resnet50-0676ba61.pth"},
		"ResNet50_Weights.IMAGENET1K_V2":                      {"resnet50", "resnet50-11ad3fa6.pth"},
		"ResNet50_Weights.DEFAULT":                            {"resnet50", "resnet50-11ad3fa6.pth"},
		"VGG16_Weights.IMAGENET1K_V1":                         {"vgg16", "vgg16-397923af.pth"},
		"GoogLeNet_Weights.DEFAULT":                           {"googlenet", "googlenet-1378be20.pth"},
		"ShuffleNet_V2_X1_0_Weights.DEFAULT":                  {"shufflenet_v2_x1_0", "shufflenetv2_x1-5666bf0f80.pth"},
		"RegNet_Y_400MF_Weights.IMAGENET1K_V2":                {"regnet_y_400mf", "regnet_y_400mf-e6988f5f.pth"},
		"torchvision.models.mobilenet_v2":                     {"mobilenet_v2", ""},
		"torchvision.models.detection.retinanet_resnet50_fpn": {"retinanet_resnet50_fpn", "retinanet_resnet50_fpn_coco-eeacb38b.pth"},
		"RetinaNet_ResNet50_FPN_Weights.COCO_V1":              {"retinanet_resnet50_fpn", "retinanet_resnet50_fpn_coco-eeacb38b.pth"},
		"DeepLabV3_ResNet101_Weights.COCO_WITH_VOC_LABELS_V1": {"deeplabv3_resnet101", "deeplabv3_resnet101_coco-586e9e4e.pth"},
		"RegNet_Y_16GF_Weights.DEFAULT":                       {"regnet_y_16gf", "regnet_y_16gf-3e4a00f9.pth"},
		"RegNet_Y_16GF_Weights.IMAGENET1K_SWAG_E2E_V1":        {"regnet_y_16gf_swag", "regnet_y_16gf_swag-43afe44d.pth"},
		"InceptionV3":                               {"inception_v3_keras", "inception_v3_weights_tf_dim_ordering_tf_kernels.h5"},
		"tf.keras.applications.MobileNetV2":         {"mobilenet_v2_keras", "mobilenet_v2_weights_tf_dim_ordering_tf_kernels_1.0_224.h5"},
		"hf_hub:timm/legacy_seresnext50_32x4d.in1k": {"legacy_seresnext50_32x4d", "model.safetensors"},
		"tv_resnet34":                               {"resnet34", "resnet34-b627a593.pth"},
	} {
		n, files := meant(t, name)
		if n.Name != want[0] || want[1] != "" && (len(files) != 1 || path.Base(files[0]) != want[1]) || want[1] == "" && len(files) < 2 {
			t.Errorf("%s: got %s with %q, want %s with %s", name, n.Name, files, want[0], want[1])
		}
	}
	for name, want := range map[string]string{
		"resnet50.a1_in1k":                  `there is no net called "resnet50.a1_in1k"; the nearest is "resnet50": the same net, and the weights a1_in1k are not among those that it lists: a file of them may fit`,
		"seresnext50_32x4d.gluon_in1k":      `there is no net called "seresnext50_32x4d.gluon_in1k"; the nearest is "seresnext50_32x4d": the same net, and the weights gluon_in1k are not among those that it lists: a file of them may fit`,
		"VGG16_Weights.IMAGENET1K_FEATURES": `there is no net called "VGG16_Weights.IMAGENET1K_FEATURES"; the nearest is "vgg16": a backbone for SSD: its file has no numbers of the classifier`,
		"microsoft/resnet-50":               `there is no net called "microsoft/resnet-50"; the nearest is "resnet50": the same net, but transformers' names of weights are others`,
		"ResNet18_Weights.IMAGENET1K_V2":    "", "ResNet18_Weights.IMAGENET1K_SWAG_E2E_V1": "", "RegNet_Y_128GF_Weights.IMAGENET1K_V1": "", "ESPCN_Weights": "", "ESPCN_Weights.DEFAULT": "", "resnet50.": "", ".tv_in1k": "", "timm/": "", "nothing.tv_in1k": "",
	} {
		err := interp.Known(name)
		if want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s: got %v, want %s", name, err, want)
		}
		if _, opened := interp.Open(name); opened == nil {
			t.Errorf("%s is opened", name)
		}
	}
}

// Every row of nets/elsewhere.txt names a net of the library, and a file where it names a
// publisher.
func TestElsewhereIsOfTheLibrary(t *testing.T) {
	rows := 0
	for line := range strings.Lines(nets.Elsewhere) {
		fields := strings.Fields(line)
		if len(fields) == 0 || fields[0] == "#" {
			continue
		}
		rows++
		if fields[2] == "-" {
			var unknown *interp.UnknownNetError
			if err := interp.Known(fields[0]); !errors.As(err, &unknown) || unknown.Near[0] != fields[1] || unknown.Differs == "" {
				t.Errorf("%s: got %v", fields[0], err)
			}
			fields[0] = "torchvision.models." + fields[1]
		}
		n, files := meant(t, fields[0])
		if n.Name != fields[1] || fields[2] != "-" && fields[2] != "=" && len(files) != 1 {
			t.Errorf("%s: got %s with %q", fields[0], n.Name, files)
		}
	}
	if rows < 20 {
		t.Errorf("got %d rows", rows)
	}
}
