package darknet

import (
	"fmt"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/graph"
	"cnnlang/interp/importer/internal/flattest"
)

// text puts sections behind a [net] of 4 channels, 7 rows and 9 columns. "|" ends a line.
func text(sections string) []byte {
	return []byte("[net]\nheight=7\nwidth=9\nchannels=4\n" + strings.ReplaceAll(sections, "|", "\n"))
}

// TestSections: what each kind of section becomes on [1, 4, 7, 9], by Darknet's parser.c and the sizes
// that its layers give.
func TestSections(t *testing.T) {
	const plain = "stride=1x1, pad=[0, 0, 0, 0], groups=1, dilation=1x1, bias=true)"
	for sections, want := range map[string]string{
		"[conv]|filters=3":                                       "conv(out=3, k=1x1, " + plain + " [1, 3, 7, 9] -> sigmoid [1, 3, 7, 9]",
		"[convolutional]|size=3|activation=linear":               "conv(out=1, k=3x3, " + plain + " [1, 1, 5, 7]",
		"[convolutional]|size=2|pad=1|activation=linear":         "conv(out=1, k=2x2, stride=1x1, pad=[1, 1, 1, 1], groups=1, dilation=1x1, bias=true) [1, 1, 8, 10]",
		"[convolutional]|size=3|pad=1|dilation=2|activation=elu": "conv(out=1, k=3x3, stride=1x1, pad=[2, 2, 2, 2], groups=1, dilation=2x2, bias=true) [1, 1, 7, 9] -> elu(alpha=1) [1, 1, 7, 9]",
		"[convolutional]|size=3|padding=2|stride=2|groups=4|filters=4|activation=mish|batch_normalize=1": "conv(out=4, k=3x3, stride=2x2, pad=[2, 2, 2, 2], groups=4, dilation=1x1, bias=false) [1, 4, 5, 6] -> bn(eps=0.00001) [1, 4, 5, 6] -> mish [1, 4, 5, 6]",
		"[convolutional]|stride_x=2|stride_y=3|activation=swish":                                         "conv(out=1, k=1x1, stride=3x2, pad=[0, 0, 0, 0], groups=1, dilation=1x1, bias=true) [1, 1, 3, 5] -> silu [1, 1, 3, 5]",
		"[connected]|output=5|activation=leaky":                                                          "flatten [1, 252] -> linear(out=5, bias=true) [1, 5] -> leaky_relu(slope=0.1) [1, 5]",
		"[maxpool]|size=2|stride=2":                                                                      "maxpool(k=2x2, stride=2x2, pad=[0, 0, 0, 0], ceil=true) [1, 4, 4, 5]",
		"[avgpool]|[maxpool]|size=2|stride=2":                                                            "gap [1, 4, 1, 1] -> maxpool(k=2x2, stride=2x2, pad=[0, 1, 0, 1], ceil=false) [1, 4, 1, 1]",
		"[maxpool]|stride=2":                                                                             "maxpool(k=2x2, stride=2x2, pad=[0, 0, 0, 0], ceil=true) [1, 4, 4, 5]",
		"[maxpool]|size=2|stride=2|padding=0":                                                            "maxpool(k=2x2, stride=2x2, pad=[0, 0, 0, 0], ceil=false) [1, 4, 3, 4]",
		"[maxpool]|size=3|stride=2":                                                                      "maxpool(k=3x3, stride=2x2, pad=[1, 1, 1, 1], ceil=false) [1, 4, 4, 5]",
		"[maxpool]|size=2|stride=1":                                                                      "maxpool(k=2x2, stride=1x1, pad=[0, 1, 0, 1], ceil=false) [1, 4, 7, 9]",
		"[maxpool]|size=5|stride=1":                                                                      "maxpool(k=5x5, stride=1x1, pad=[2, 2, 2, 2], ceil=false) [1, 4, 7, 9]",
		"[avgpool]":                                                                                      "gap [1, 4, 1, 1]",
		"[softmax]":                                                                                      "flatten [1, 252] -> softmax(axis=1) [1, 252]",
		"[softmax]|spatial=1":                                                                            "softmax(axis=1) [1, 4, 7, 9]",
		"[dropout]|probability=.2":                                                                       "dropout(p=0.2) [1, 4, 7, 9]",
		"[upsample]":                                                                                     "resize(size=14x18, mode=\"nearest\", align_corners=false) [1, 4, 14, 18]",
		"[dropout]|[avgpool]|[route]|layers=0|groups=2|group_id=1":                                       "dropout(p=0.5) [1, 4, 7, 9] -> slice(from=2, to=4) [1, 2, 7, 9]",
		"[dropout]|[route]|layers=-1,0|groups=4":                                                         "dropout(p=0.5) [1, 4, 7, 9] -> slice(from=0, to=1) [1, 1, 7, 9] -> slice(from=0, to=1) [1, 1, 7, 9] -> concat(axis=1) [1, 2, 7, 9]",
		"[dropout]|[dropout]|[shortcut]|from=-2,0|activation=relu":                                       "dropout(p=0.5) [1, 4, 7, 9] -> dropout(p=0.5) [1, 4, 7, 9] -> add [1, 4, 7, 9] -> relu [1, 4, 7, 9]",
		"[crop]|crop_height=4|crop_width=9|flip=1":                                                       "crop(by=[1, 2, 0, 0]) [1, 4, 4, 9] -> channel_affine(scale=[2 2 2 2], shift=[-1 -1 -1 -1]) [1, 4, 4, 9]",
		"[crop]|crop_height=7|crop_width=9|noadjust=1|[activation]|activation=relu":                      "relu [1, 4, 7, 9]",
		"[dropout]|[conv]|filters=4|activation=linear|[sam]|from=0":                                      "dropout(p=0.5) [1, 4, 7, 9] -> conv(out=4, k=1x1, " + plain + " [1, 4, 7, 9] -> mul [1, 4, 7, 9]",
		"[dropout]|[avgpool]|[scale_channels]|from=0|activation=relu":                                    "dropout(p=0.5) [1, 4, 7, 9] -> gap [1, 4, 1, 1] -> mul [1, 4, 7, 9] -> relu [1, 4, 7, 9]",
		"[avgpool]|[cost]|type=sse":                                                                      "gap [1, 4, 1, 1]",
		"[avgpool]|[region]|classes=20|[cost]":                                                           "gap [1, 4, 1, 1]",
		"[avgpool]|[region]|classes=20":                                                                  "gap [1, 4, 1, 1]",
	} {
		net, err := Read(flattest.Source("net.cfg", text(sections)))
		if err != nil {
			t.Errorf("%s: %v", sections, err)
			continue
		}
		var all []string
		for _, n := range net.Graph.Operations() {
			all = append(all, fmt.Sprint(graph.Describe(n.Op), " ", n.Shape))
		}
		if got := strings.Join(all, " -> "); got != want {
			t.Errorf("%s\ngot  %s\nwant %s", sections, got, want)
		}
	}
}

// TestNotes: what is passed over is told once, and options of training are not.
func TestNotes(t *testing.T) {
	net, err := Read(flattest.Source("net.cfg", text("[avgpool]|learning_rate=2|fast=1|[dropout]|fast=1")))
	if want := []string{"section 0 [avgpool] (line 5): fast in line 7 is not known and passed over"}; err != nil || !slices.Equal(net.Notes, want) {
		t.Errorf("got %q, %v", net.Notes, err)
	}
}

// TestPictures: a detector gets the whole picture, and a classifier its middle, wherever the head stands.
func TestPictures(t *testing.T) {
	for sections, want := range map[string]string{
		"channels=3|[avgpool]": "prepare = picture",
		"channels=3|[conv]|filters=30|activation=linear|[region]":                             `prepare = picture(fit="pad")`,
		"channels=3|[conv]|activation=linear|[yolo]|[route]|layers=0|[conv]|filters=2|[cost]": `prepare = picture(fit="pad")`,
		"channels=5|[avgpool]": "",
	} {
		net, err := Read(flattest.Source("net.cfg", []byte("[net]\nheight=7\nwidth=9\n"+strings.ReplaceAll(sections, "|", "\n"))))
		if err != nil {
			t.Fatal(err)
		}
		if got := strings.Join(net.Meta, " "); got != want {
			t.Errorf("%s: got %q, want %q", sections, got, want)
		}
	}
}
