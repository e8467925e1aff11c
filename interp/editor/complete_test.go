package editor

import (
	"slices"
	"strings"
	"testing"
)

// What is offered at a place, in a text that does not parse there, and around it does not either.
func TestWhatIsOffered(t *testing.T) {
	const text = `import std.resnet { basic }

block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] { conv: conv(c, 3x3, stride=stride, pad=1) -> relu }

net n(classes = 10) [N, 3, H = 32, W = 32] -> [N, classes] {
  meta { paper = "x" }
  names keras { "stem.conv." = "c/" }
  stem: unit(8) as wide
  layer: { basic(8) }
  gap -> flatten -> fc: linear(classes)
  expect shape(stem) == [1, 8, 32, 32]
}
`
	for _, test := range []struct{ place, written, offered string }{
		{`paper = "x"`, `prepare = |`, "imagenet picture caffe"},
		{`paper = "x"`, `prepare = ima|`, "imagenet"},
		{`paper = "x"`, `classes = |`, "imagenet1k cifar10"},
		{`paper = "x"`, `weights = torch|`, "torchvision"},
		{`paper = "x"`, `pre|`, "prepare"},
		{`"stem.conv." = "c/"`, `"|`, "stem. stem.conv. layer. fc.weight"},
		{`"stem.conv." = "c/"`, `"la|"`, "layer. layer.0.conv1.weight"},
		{`"stem.conv." = "c/"`, `"stem.conv." = "c/"; "f|" = "x"`, "fc. fc.bias"},
		{`names keras {`, `train { freeze = ["l|`, "layer layer.0.bn1.bias"},
		{`shape(stem)`, `shape("st|`, "stem stem.conv"},
		{`basic(8)`, `bottle|`, "bottleneck"},
		{`unit(8)`, `unit(8, s|`, "stride"},
		{`unit(8)`, `uni|`, "unit"},
		{`gap`, `@w|`, "wide"},
		{`{ basic }`, `{ bott|`, "bottleneck"},
		{`import std.resnet { basic }`, `import |`, "std nets"},
		{`import std.resnet { basic }`, `import std.res|`, "resnet resnet_d"},
		{`linear(classes)`, `linear(cl|`, "classes"},
		{`linear(classes)`, `linear(W|`, "W"},
		{`gap`, `{ @w| ( `, "wide"},
		{`shape(stem)`, `shape(st| (`, "stem"},
	} {
		for _, broken := range []string{"", "\nblock ( {{ |\n"} {
			text := strings.Replace(text, test.place, test.written, 1) + broken
			offset := strings.Index(text, test.written) + strings.Index(test.written, "|")
			text = text[:offset] + text[offset+1:]
			var names []string
			for _, i := range read(t, text).Complete(offset) {
				names = append(names, i.Name)
			}
			for _, want := range strings.Fields(test.offered) {
				if !slices.Contains(names, want) {
					t.Errorf("%s%q: no %s in %.300q", test.written, broken, want, names)
				}
			}
		}
	}
}
