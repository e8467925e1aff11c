package stdlib_test

import (
	"strings"
	"testing"
)

// Each rule finds what breaks it: good is a file without a fault, and each case
// changes one thing in it.
func TestStyleFindsFaults(t *testing.T) {
	const good = `# A Paper on Nets
# An Author, 2015
# arXiv:1512.03385, Table 1

import std.conv { conv_bn }

# One layer: [N, C, H, W] to [N, c, H, W].
block layer(c: int) [N, C, H, W] -> [N, c, H, W] {
  a: conv_bn(c, 3x3, pad=1)
  b: conv_bn(c, 3x3, pad=1)
}

# Two ways: [N, C, H, W] to [N, 2*c, H, W].
block ways(c: int) [N, C, H, W] -> [N, 2*c, H, W] {
  concat {
    | one: layer(c)
    | two: layer(c)
      six: layer(c)
  }
}

# The net of Table 1.
net small(classes = 10) [N, 3, H = 8, W = 8] -> [N, classes] {
  meta {
    paper = "arXiv:1512.03385"
  }
  ways(8)      is [N, 16, 8, 8]
  ways(16)     is [N, 32, 8, 8]
  gap -> flatten -> fc: linear(classes)
  expect params == 17_178
  expect macs   == 1_060_160
}
`
	for _, r := range rules {
		if found := faults(read(t, "nets", "good.cnn", good), r); len(found) > 0 {
			t.Errorf("%s: %q in a good file", r.name, found)
		}
	}
	for _, c := range []struct{ rule, old, now string }{
		{"text", "  a: conv_bn", "\ta: conv_bn"},
		{"text", "  a: conv_bn", "   a: conv_bn"},
		{"text", "pad=1)\n}", "pad=1) \n}"},
		{"text", "# One layer: ", "# One layer that is described in so many words that the line becomes too long: "},
		{"text", "  gap ->", "  id -> id -> id -> id -> id -> id -> id -> id -> id -> id -> id -> id -> id -> id -> gap ->"},
		{"first comment", "2015", "last year"},
		{"first comment", "# arXiv:1512.03385, Table 1", "# in Table 1"},
		{"first comment", ", Table 1", ""},
		{"order", "import std.conv { conv_bn }\n", "# A value.\nlet x = 1\nimport std.conv { conv_bn }\n"},
		{"order", "    | one: layer(c)", "    | one: later(c)"},
		{"block comment", "# The net of Table 1.\n", ""},
		{"block comment", "# The net of Table 1.", "# The net of Table 1"},
		{"block comment", ": [N, C, H, W] to [N, c, H, W].", "."},
		{"signature", "-> [N, 2*c, H, W]", "-> [N, _, H, W]"},
		{"signature", "block layer(c: int) [N, C, H, W] -> [N, c, H, W] {", "block layer(c: int) {"},
		{"labels", "  a: conv_bn", "  \"{c}\": conv_bn"},
		{"labels", "  a: conv_bn(c, 3x3, pad=1)", "  \"\": conv_bn(c, 3x3, pad=1)"},
		{"labels", "  a: conv_bn(c, 3x3, pad=1)", "  \"\": { conv_bn(c, 3x3, pad=1) }"},
		{"bars", "    | two: layer(c)", "      | two: layer(c)"},
		{"bars", "      six: layer(c)", "     six: layer(c)"},
		{"alignment", "  b: conv_bn", "  bb: conv_bn"},
		{"alignment", "ways(16)     is", "ways(16)      is"},
		{"meta", "  meta {\n    paper = \"arXiv:1512.03385\"\n  }\n", ""},
		{"meta", "  meta {", "  relu\n  meta {"},
		{"expect", "17_178", "17178"},
		{"expect", "  expect macs   == 1_060_160\n", ""},
		{"expect", "  gap -> flatten", "  side head: { gap -> flatten -> linear(2) }\n  gap -> flatten"},
		{"expect", "  expect macs ", "  relu\n  expect macs "},
	} {
		text := strings.Replace(good, c.old, c.now, 1)
		if c.now == "    | one: later(c)" {
			text += "\n# Below.\nblock later(c: int) [N, C, H, W] -> [N, c, H, W] {\n  layer(c)\n}\n"
		}
		if text == good {
			t.Fatalf("%q is not in the text", c.old)
		}
		// Shapes in words are asked of the blocks that others use.
		folder := map[bool]string{true: "stdlib", false: "nets"}[c.rule == "block comment"]
		found := 0
		for _, r := range rules {
			if r.name == c.rule {
				found = len(faults(read(t, folder, "bad.cnn", text), r))
			}
		}
		if found == 0 {
			t.Errorf("%s: no fault with %q", c.rule, c.now)
		}
	}
}
