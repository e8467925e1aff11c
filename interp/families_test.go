package interp_test

import (
	"regexp"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
)

// The titles and years of papers are those that they have: of those below whose title or authors go on in a second line of
// the comment, or whose names do, as their first pages have them.
func TestTitlesOfFamilies(t *testing.T) {
	want := map[string]struct {
		title string
		year  int
	}{
		"nin":          {"Network In Network", 2013},
		"googlenet":    {"Going Deeper with Convolutions", 2014},
		"bninception":  {"Batch Normalization: Accelerating Deep Network Training by Reducing Internal Covariate Shift", 2015},
		"inception_v3": {"Rethinking the Inception Architecture for Computer Vision", 2015},
		"inception_v4": {"Inception-v4, Inception-ResNet and the Impact of Residual Connections on Learning", 2016},
		"xception":     {"Xception: Deep Learning with Depthwise Separable Convolutions", 2016},
		"senet":        {"Squeeze-and-Excitation Networks", 2017},
		"squeezenet":   {"SqueezeNet: AlexNet-level accuracy with 50x fewer parameters and <0.5MB model size", 2016},
		"espcn":        {"Real-Time Single Image and Video Super-Resolution Using an Efficient Sub-Pixel Convolutional Neural Network", 2016},
		"mobilenet":    {"MobileNetV2: Inverted Residuals and Linear Bottlenecks", 2018},
		"densenet":     {"Densely Connected Convolutional Networks", 2016},
		"convnext_v2":  {"ConvNeXt V2: Co-designing and Scaling ConvNets with Masked Autoencoders", 2023},
		"hrnet":        {"Deep High-Resolution Representation Learning for Visual Recognition", 2019},
		"yolo_v5":      {"YOLOv5", 2020},
		"unetpp":       {"UNet++: A Nested U-Net Architecture for Medical Image Segmentation", 2018},
	}
	found := 0
	for _, f := range interp.Families() {
		if w, ok := want[f.Name]; ok {
			found++
			if w.title != f.Title || w.year != f.Year {
				t.Errorf("%s: %q, %d; want %q, %d", f.Name, f.Title, f.Year, w.title, w.year)
			}
		}
		if f.Year == 0 || f.Title == "" || regexp.MustCompile(`\d{4}$|,$| and$|arXiv`).MatchString(f.Title) {
			t.Errorf("%s: %q of %d is no title of a paper with its year: the first comment is the title, the authors with a comma and the year, and the arXiv id", f.Name, f.Title, f.Year)
		}
	}
	if found != len(want) {
		t.Errorf("%d of %d families are there", found, len(want))
	}
}

// Lists begin with the papers of docs/family.md; the others follow by their years.
func TestOrderOfFamilies(t *testing.T) {
	var names []string
	year := 0
	for i, f := range interp.Families() {
		names = append(names, f.Name)
		if i < 11 {
			continue
		}
		if f.Year < year {
			t.Errorf("%s of %d follows one of %d", f.Name, f.Year, year)
		}
		year = f.Year
	}
	first := strings.Fields("nin googlenet bninception inception_v3 inception_v4 xception resnet cifar_resnet resnext senet glyphs")
	if !slices.Equal(names[:11], first) {
		t.Errorf("%v are first, want %v", names[:11], first)
	}
}

// A family has the nets of its file in the order of the text, with the comments above them.
func TestNetsOfFamilies(t *testing.T) {
	for _, f := range interp.Families() {
		if f.Name != "resnet" {
			continue
		}
		var names []string
		for _, n := range f.Nets {
			names = append(names, n.Name)
		}
		if want := strings.Fields("resnet18 resnet34 resnet50 resnet101 resnet152"); !slices.Equal(names[:5], want) {
			t.Errorf("got %v, want %v and others", names, want)
		}
		if !strings.HasPrefix(f.Nets[2].Doc, "50 layers of Table 1") {
			t.Errorf("the comment of resnet50 is %q", f.Nets[2].Doc)
		}
		return
	}
	t.Error("there is no resnet")
}
