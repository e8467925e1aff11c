package interp_test

import (
	"fmt"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/draw"
	"cnnlang/interp/graph"
	"cnnlang/interp/internal/svgtest"
	"cnnlang/ops/dim"
)

// A drawing is what an SVG shows, read back from its text.
type drawing struct {
	width, height float64
	boxes         []drawnBox
	frames        []area
	edges         [][][2]float64
}

type area struct{ x, y, w, h float64 }

type drawnBox struct {
	area
	kind, path, sign    string
	nodes               []string
	count, params, macs int
}

func areaOf(t *testing.T, e svgtest.Element) area {
	t.Helper()
	return area{e.Number(t, "x"), e.Number(t, "y"), e.Number(t, "width"), e.Number(t, "height")}
}

// countIn is a count, 0 for a formula.
func countIn(text string) int {
	n, err := strconv.Atoi(text)
	if err != nil {
		return 0
	}
	return n
}

// readDrawing reads an SVG.
func readDrawing(t *testing.T, text string) *drawing {
	t.Helper()
	root := svgtest.Read(t, []byte(text))
	d := &drawing{width: root.Number(t, "width"), height: root.Number(t, "height")}
	for _, e := range root.Children {
		class := e.Attr("class")
		switch {
		case class == "legend":
		case e.XMLName.Local == "g":
			var rects []area
			for _, c := range e.Children {
				if c.XMLName.Local == "rect" {
					rects = append(rects, areaOf(t, c))
				}
			}
			if len(rects) != 1 {
				t.Errorf("%s has %d rectangles, want 1", e.Attr("data-path"), len(rects))
			}
			if strings.HasPrefix(class, "frame") {
				d.frames = append(d.frames, rects[0])
				continue
			}
			kind, sign, _ := strings.Cut(strings.TrimPrefix(class, "box "), " ")
			kind = "box " + kind
			b := drawnBox{area: rects[0], kind: kind, sign: sign, path: e.Attr("data-path"), nodes: strings.Fields(e.Attr("data-nodes")),
				count: countIn(e.Attr("data-count")), params: countIn(e.Attr("data-params")), macs: countIn(e.Attr("data-macs"))}
			d.boxes = append(d.boxes, b)
		case strings.HasPrefix(class, "edge"):
			d.edges = append(d.edges, corners(t, e.Attr("d")))
		}
	}
	return d
}

// corners are the points of a line whose corners are rounded.
func corners(t *testing.T, path string) (list [][2]float64) {
	t.Helper()
	fields := strings.Fields(strings.NewReplacer("M", "M ", "L", "L ", "Q", "Q ").Replace(path))
	number := func(i int) float64 {
		x, err := strconv.ParseFloat(fields[i], 64)
		if err != nil {
			t.Fatal(err)
		}
		return x
	}
	for i := 0; i < len(fields); {
		switch fields[i] {
		case "M", "L":
			list = append(list, [2]float64{number(i + 1), number(i + 2)})
			i += 3
		case "Q":
			list = append(list, [2]float64{number(i + 1), number(i + 2)}, [2]float64{number(i + 3), number(i + 4)})
			i += 5
		default:
			t.Fatalf("got %q in %q", fields[i], path)
		}
	}
	return list
}

// inside reports whether two areas overlap by more than a touch.
func (a area) overlaps(b area) bool {
	const touch = 0.5
	return a.x+touch < b.x+b.w && b.x+touch < a.x+a.w && a.y+touch < b.y+b.h && b.y+touch < a.y+a.h
}

// crossings lists what lies on what in a drawing.
func (d *drawing) crossings() (list []string) {
	for i, a := range d.boxes {
		if a.x < 0 || a.y < 0 || a.x+a.w > d.width || a.y+a.h > d.height {
			list = append(list, a.path+" leaves the picture")
		}
		for _, b := range d.boxes[:i] {
			if a.overlaps(b.area) {
				list = append(list, fmt.Sprintf("%s lies on %s", a.path, b.path))
			}
		}
	}
	for _, e := range d.edges {
		for i := range e[1:] {
			p, q := e[i], e[i+1]
			line := area{min(p[0], q[0]) - 0.6, min(p[1], q[1]) - 0.6, max(p[0], q[0]) - min(p[0], q[0]) + 1.2, max(p[1], q[1]) - min(p[1], q[1]) + 1.2}
			for _, b := range d.boxes {
				if inner := (area{b.x + 1, b.y + 1, b.w - 2, b.h - 2}); line.overlaps(inner) {
					list = append(list, fmt.Sprintf("the edge %v crosses %s %v", e, b.path, b.area))
				}
			}
		}
	}
	for i, a := range d.frames {
		for _, b := range d.frames[:i] {
			within := func(a, b area) bool {
				return a.x >= b.x && a.y >= b.y && a.x+a.w <= b.x+b.w && a.y+a.h <= b.y+b.h
			}
			if a.overlaps(b) && !within(a, b) && !within(b, a) {
				list = append(list, fmt.Sprintf("the frames %v and %v cross", a, b))
			}
		}
	}
	return list
}

// unjoined lists the boxes to which no line leads, and the merges of fewer than two values.
func (d *drawing) unjoined() (list []string) {
	for _, b := range d.boxes {
		want := 1
		switch b.kind {
		case "box input", "box tap":
			want = 0
		case "box merge", "box concat":
			want = 2
		}
		for _, e := range d.edges {
			end := e[len(e)-1]
			if near := (area{end[0] - 0.6, end[1] - 0.6, 1.2, 1.2}); near.x < b.x+b.w && b.x < near.x+near.w && near.y < b.y+b.h && b.y < near.y+near.h {
				want--
			}
		}
		if want > 0 {
			list = append(list, fmt.Sprintf("%s lacks %d lines that lead to it", b.path, want))
		}
	}
	return list
}

// drawn draws a net and checks that every node is in one box as often as it should, that the costs
// of the boxes are those of the net, and that nothing lies on anything else.
func drawn(t *testing.T, n *interp.Net, opts draw.Options) *drawing {
	t.Helper()
	return drawnAs(t, n, n.Outline(), opts)
}

// drawnAs does that with an outline of the net.
func drawnAs(t *testing.T, n *interp.Net, outline []*graph.Part, opts draw.Options) *drawing {
	t.Helper()
	var b strings.Builder
	if err := draw.Of(n.Graph, outline, opts).SVG(&b); err != nil {
		t.Fatal(err)
	}
	d := readDrawing(t, b.String())
	want, got := map[string]int{}, map[string]int{}
	for _, node := range n.Graph.Nodes {
		path := strings.NewReplacer("%", "%25", " ", "%20").Replace(node.Path)
		if path == "" {
			path = "%"
		}
		want[path]++
	}
	if strings.Contains(b.String(), "…") && n.Name != "random" {
		t.Errorf("%s at depth %d: a text is cut", n.Name, opts.Depth)
	}
	params, macs := 0, 0
	for _, box := range d.boxes {
		for _, path := range box.nodes {
			got[path]++
		}
		params += box.params * box.count
		macs += box.macs * box.count
		if box.count < 1 || len(box.nodes)%box.count != 0 {
			t.Errorf("%s: %s has %d nodes and stands for %d", n.Name, box.path, len(box.nodes), box.count)
		}
	}
	for path := range want {
		if got[path] != want[path] {
			t.Errorf("%s: %q is drawn %d times, want %d", n.Name, path, got[path], want[path])
		}
	}
	if len(got) != len(want) {
		t.Errorf("%s: %d paths are drawn, the net has %d", n.Name, len(got), len(want))
	}
	if total := n.Main.Add(n.Sides); total.Params != dim.Int(params) || total.MACs != dim.Int(macs) {
		t.Errorf("%s: the boxes have %d parameters and %d MACs, the net %v and %v", n.Name, params, macs, total.Params, total.MACs)
	}
	for i, crossing := range append(d.crossings(), d.unjoined()...) {
		if i == 3 {
			break
		}
		t.Errorf("%s at depth %d: %s", n.Name, opts.Depth, crossing)
	}
	return d
}

func TestPicturesOfTheLibrary(t *testing.T) {
	for _, name := range interp.Library() {
		_, n := selected(t, name, "", interp.Options{})
		heat := &draw.Heat{Name: "x", Of: map[string]float64{n.Graph.Output().Path: 1}, Text: func(float64) string { return "1" }}
		for _, opts := range []draw.Options{{Depth: draw.FitPage}, {Depth: draw.All, Heat: heat}, {Depth: draw.All, Steps: true}} {
			drawn(t, n, opts)
		}
	}
}

func TestPicturesOfRandomNets(t *testing.T) {
	for seed := range uint64(1100) {
		_, n := selected(t, "-", randomOf(seed, 1000), interp.Options{})
		for _, opts := range []draw.Options{{Depth: int(seed % 4)}, {Depth: draw.All, Steps: seed%2 == 0}} {
			if drawn(t, n, opts); t.Failed() {
				t.Fatalf("seed %d", seed)
			}
		}
	}
}

// A picture says at what depth it is as long as more would open.
func TestAFoldedPictureSaysItsDepth(t *testing.T) {
	_, n := selected(t, "unet", "", interp.Options{})
	picture := func(depth int) string {
		var b strings.Builder
		if err := draw.Of(n.Graph, n.Outline(), draw.Options{Depth: depth}).SVG(&b); err != nil {
			t.Fatal(err)
		}
		return b.String()
	}
	all, depth := picture(draw.All), 0
	if strings.Contains(all, "--depth all") {
		t.Error("a picture with every frame open says that more would open")
	}
	for ; picture(depth) != all; depth++ {
		if depth > 20 {
			t.Fatal("no depth opens every frame")
		}
	}
	if depth < 4 {
		t.Fatalf("got %d depths of a net of five levels", depth)
	}
	for k := range depth {
		if want := fmt.Sprintf(">depth %d of %d; --depth all opens every frame<", k, depth); !strings.Contains(picture(k), want) {
			t.Errorf("at depth %d: no %q", k, want)
		}
	}
}
