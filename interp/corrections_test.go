package interp_test

import (
	"strings"
	"testing"
)

// Typing errors and words of other languages, each in an otherwise right program, with the
// corrected text; an ambiguous one is left.
var slips = []struct{ wrong, right string }{
	{"  rellu\n", "  relu\n"},
	{"  conv(8, 3x3, padd=1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, 3x3, pad: 1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, 3X3, pad=1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, 3 x 3, pad=1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, (3, 3), pad=1)\n", "  conv(8, [3, 3], pad=1)\n"},
	{"  conv(8, \"3x3\", pad=1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, 1x1, bias=False)\n", "  conv(8, 1x1, bias=false)\n"},
	{"  conv(8, 3x3, padding=1)\n", "  conv(8, 3x3, pad=1)\n"},
	{"  Conv2d(3, 8, 3, padding=1)\n", "  conv(8, 3, pad=1)\n"},
	{"  nn.BatchNorm2d(3)\n  nn.ReLU(inplace=True)\n", "  bn\n  relu\n"},
	{"  mean([2, 3])\n", "  gap\n"},
	{"  AdaptiveAvgPool2d(1)\n", "  gap\n"},
	{"  AdaptiveAvgPool2d((1, 1))\n", "  gap\n"},
	{"  dropout(50%)\n", "  dropout(0.5)\n"},
	{"  conv(1k, 1x1)\n", "  conv(1K, 1x1)\n"},
	{"  let a = 3\n  repeat x in (a+1)*[1, 2] { conv(x, 1x1) }\n", "  let a = 3\n  repeat x in [1, 2] * (a+1) { conv(x, 1x1) }\n"},
	{"  let a = 3\n  repeat x in a*([1] + [2]) { conv(x, 1x1) }\n", "  let a = 3\n  repeat x in ([1] + [2]) * a { conv(x, 1x1) }\n"},
	{"  let a = 3\n  repeat x in a//2*[4] { conv(x, 1x1) }\n", "  let a = 3\n  repeat x in [4] * (a//2) { conv(x, 1x1) }\n"},
	{"  let a = 3\n  repeat x in (if a > 1 then a else 2)*[4] { conv(x, 1x1) }\n", "  let a = 3\n  repeat x in [4] * (if a > 1 then a else 2) { conv(x, 1x1) }\n"},
	{"  let a = 3\n  repeat x in (a + 1) + [4] { conv(x, 1x1) }\n", "  let a = 3\n  repeat x in ([a + 1]) + [4] { conv(x, 1x1) }\n"},
	{"  repaet 2 relu\n", "  repeat 2 relu\n"},
	{"  if 3 > 2 { relu } esle { id }\n", "  if 3 > 2 { relu } else { id }\n"},
	{"  let n: 3\n", ""},
	{"  relu => bn\n", "  relu -> bn\n"},
	{"  relu |> bn\n", "  relu -> bn\n"},
	{"  relu, bn\n", "  relu -> bn\n"},
	{"  relu → bn\n", "  relu -> bn\n"},
	{"  relu // as usual\n", "  relu # as usual\n"},
	{"  conv(8, 1x1) as stem\n  add { | @stm | conv(8, 1x1) }\n", "  conv(8, 1x1) as stem\n  add { | @stem | conv(8, 1x1) }\n"},
	{"  conv(8, 1x1) as stem\n  add { | stem | conv(8, 1x1) }\n", "  conv(8, 1x1) as stem\n  add { | @stem | conv(8, 1x1) }\n"},
	{"  stage: relu\n", "  \"stage\": relu\n"},
	{"  res-block: relu\n", "  \"res-block\": relu\n"},
	{"  stage 3x3: relu\n", "  stage \"3x3\": relu\n"},
	{"  relu as x\n  side @x -> aux: gap\n", ""},
	{"  3 -> first: relu\n", ""},
	{"  mta { paper = \"x\" }\n", "  meta { paper = \"x\" }\n"},
	{"  meta { paper: \"x\" }\n", "  meta { paper = \"x\" }\n"},
	{"  add {\n    | id\n    | conv(3, 1x1)\n", "  add {\n    | id\n    | conv(3, 1x1)\n  }\n"},
	{"  conv(8, 3x3, pad=1\n", "  conv(8, 3x3, pad=1)\n"},
	{"  conv(8, 3x3, pad=1]\n", "  conv(8, 3x3, pad=1)\n"},
	{"  relu }\n", "  relu\n"},
	{"  conv(8, 3x3, padding_mode=\"reflect\")\n", ""},
	{"  conv(8, 3x3, in_channels=3)\n", "  conv(8, 3x3)\n"},
	{"  conv(8, 3x3, in_channels=4)\n", ""}, // which says that something else is wrong
	{"  deconv(8, 2x2, stride=2, output_padding=1)\n", "  deconv(8, 2x2, stride=2, output_pad=1)\n"},
	{"  unpool(2)\n", ""},
	{"  mean(1)\n", ""},
	{"  conv(8, 1x1, stride=0.5)\n", ""},
}

func TestEvidentCorrections(t *testing.T) {
	const program = `net k(classes = 10) [N, 3, 32, 32] -> [N, classes] {
@  gap -> flatten -> linear(classes)
}
`
	for _, slip := range slips {
		text := strings.Replace(program, "@", slip.wrong, 1)
		want := text
		if slip.right != "" {
			want = strings.Replace(program, "@", slip.right, 1)
		}
		p, list := examine(t, text, patient)
		if !list.HasErrors() {
			t.Errorf("nothing is wrong with %q", slip.wrong)
		}
		if fixed, _ := p.Fixed(list); fixed != want {
			t.Errorf("%q is made\n%s", slip.wrong, fixed)
		}
	}
}

// The same outside bodies.
func TestEvidentCorrectionsOfDeclarations(t *testing.T) {
	const body = " [N, 3, 32, 32] -> [N, 10] {\n  gap -> flatten -> linear(10)\n}\n"
	const uses = " [N, 3, 32, 32] -> [N, 3, 32, 32] { b(3) }\n"
	for wrong, right := range map[string]string{
		"nte k" + body:             "net k" + body,
		"net my-net" + body:        "net my_net" + body,
		"\uFEFF\u200Bnet k" + body: "\uFEFFnet k" + body,
		"\uFEFFnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n":                                                  "\uFEFFimport std.resnet { basic }\nnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n",
		"block b(c: integer) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses:                              "block b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses,
		"block b(int c) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses:                                   "block b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses,
		"class b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses:                                  "block b(c: int) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\nnet k" + uses,
		"import std.resnet { basik }\nnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n":                           "import std.resnet { basic }\nnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n",
		"import std.resnt { basic }\nnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n":                            "import std.resnet { basic }\nnet k [N, 3, 32, 32] -> [N, 3, 32, 32] { basic(3) }\n",
		"net k [N, 3, 32, 32] -> [N, 3, 32, 32] { b(3) }\nblock b(c) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }}\n": "net k [N, 3, 32, 32] -> [N, 3, 32, 32] { b(3) }\nblock b(c) [N, C, H, W] -> [N, c, H, W] { conv(c, 1x1) }\n",
	} {
		p, list := examine(t, wrong, patient)
		if fixed, _ := p.Fixed(list); fixed != right {
			t.Errorf("%q is made\n%s", wrong, fixed)
		}
	}
}
