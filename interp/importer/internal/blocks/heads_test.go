package blocks_test

import (
	"strings"
	"testing"

	"cnnlang/interp/importer/internal/darknet"
	"cnnlang/interp/importer/internal/flattest"
)

// A detector whose heads read maps of several sizes: what a group gives has its name behind the group, so that units stay
// alike, heads stand beside each other, and a layer that is called 0 in a branch keeps its name.
const detector = `
block unit(c: int, stride = 1) [N, C, H, W] -> [N, c, _, _] {
  conv(C, 3x3, stride=stride, pad=half, groups=C, bias=false) -> bn -> relu
  conv(c, 1x1, bias=false) -> bn -> relu
}
net detector [N, 8, 32, 32] -> | [N, 2688] as boxes | [N, 672] as scores {
  base: {
    unit(16) -> unit(32, stride=2) -> unit(32) as fine
    unit(32) -> unit(64, stride=2) as middle
    unit(64) -> unit(64, stride=2)
  } as coarse
  boxes: concat {
    | @fine -> "boxes.0": conv(8, 3x3, pad=half) -> flatten
    | @middle -> "boxes.1": conv(8, 3x3, pad=half) -> flatten
    | @coarse -> "boxes.2": conv(8, 3x3, pad=half) -> flatten
  } as b
  scores: concat {
    | @fine -> "scores.0": conv(2, 3x3, pad=half) -> flatten
    | @middle -> "scores.1": conv(2, 3x3, pad=half) -> flatten
    | @coarse -> "scores.2": conv(2, 3x3, pad=half) -> flatten
  } as s
  list { | @b | @s }
}
`

func TestDetectors(t *testing.T) {
	net := namedAfter(graphOf(t, detector))
	text := folded(t, net)
	samePaths(t, graphOf(t, text), net)
	if n := lines(text); n > 31 || strings.Count(text, "unit") > 0 || strings.Count(text, "concat {") != 2 {
		t.Errorf("%d lines:\n%s", n, text)
	}
}

// Values that are read elsewhere are those of units as any other, as the maps that YOLO's heads come back to.
func TestTappedUnits(t *testing.T) {
	net, err := darknet.Read(flattest.File(t, "darknet/darknet53_yolo.cfg"))
	if err != nil {
		t.Fatal(err)
	}
	net.Graph.Name = "darknet53_yolo"
	forget(net) // the names are numbers
	text := folded(t, net)
	if n := lines(text); n > 46 || strings.Count(text, "bias=false") != 1 || strings.Count(text, "residual as t") != 2 {
		t.Errorf("%d lines\n%s", n, text)
	}
}
