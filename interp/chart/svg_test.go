package chart_test

import (
	"bytes"
	"fmt"
	"math"
	"math/rand/v2"
	"strings"
	"testing"

	"cnnlang/interp/chart"
	"cnnlang/interp/draw"
	"cnnlang/interp/internal/svgtest"
)

func picture(t *testing.T, c *chart.Chart) svgtest.Element {
	t.Helper()
	var b bytes.Buffer
	if err := c.SVG(&b); err != nil {
		t.Fatal(err)
	}
	return svgtest.Read(t, b.Bytes())
}

// placed is where a value of an axis is, going by two of its ticks.
func placed(v float64, a, b [2]float64, log bool) float64 {
	share := (v - a[0]) / (b[0] - a[0])
	if log {
		share = math.Log(v/a[0]) / math.Log(b[0]/a[0])
	}
	return a[1] + share*(b[1]-a[1])
}

// checkPicture compares a picture with its numbers: every ball is drawn once, where the ticks of both axes
// say, on the front if it is, as large as its area; names do not overlap, neither each other nor the edge. It returns how
// many balls are named.
func checkPicture(t *testing.T, c *chart.Chart) int {
	t.Helper()
	root := picture(t, c)
	axes := map[string][][2]float64{}
	for _, axis := range []string{"x", "y"} {
		texts := map[string]bool{}
		for _, e := range root.All("tick") {
			if !strings.HasSuffix(e.Attr("class"), axis) {
				continue
			}
			if texts[e.Text] || e.Text == "" {
				t.Errorf("axis %s: two ticks %q", axis, e.Text)
			}
			texts[e.Text] = true
			axes[axis] = append(axes[axis], [2]float64{e.Number(t, "data-value"), e.Number(t, axis)})
		}
		if n := len(axes[axis]); n < 2 || n > 12 {
			t.Fatalf("axis %s has %d ticks", axis, n)
		}
		rim, side := root.All("rim")[0], map[string]string{"x": "width", "y": "height"}[axis]
		for _, tick := range axes[axis] {
			if from := rim.Number(t, axis); tick[1] < from || tick[1] > from+rim.Number(t, side) {
				t.Errorf("axis %s: the tick %v is beside the plot, at %v", axis, tick[0], tick[1])
			}
		}
	}
	onAxis := func(axis string, v, at float64) bool {
		ticks := axes[axis]
		first, last := ticks[0], ticks[len(ticks)-1]
		middle := ticks[len(ticks)/2]
		log := len(ticks) > 2 && math.Abs(placed(middle[0], first, last, false)-middle[1]) > 1
		return math.Abs(placed(v, first, last, log)-at) < 0.1
	}
	front := c.Front()
	balls := root.All("ball")
	if len(balls) != len(c.Balls) || len(root.All("dot")) != len(c.Balls) {
		t.Fatalf("%d balls of %d", len(balls), len(c.Balls))
	}
	drawn := map[string]svgtest.Element{}
	for _, e := range balls {
		drawn[e.Attr("data-net")] = e
	}
	perArea := 0.0
	for i, b := range c.Balls {
		e, ok := drawn[b.Name]
		if !ok {
			t.Fatalf("%q is not drawn", b.Name)
		}
		circle := e.All("area")[0]
		if x, y := circle.Number(t, "cx"), circle.Number(t, "cy"); !onAxis("x", b.X, x) || !onAxis("y", b.Y, y) || e.Number(t, "data-x") != b.X {
			t.Errorf("%q, which is %v %v, is drawn at %v %v; ticks %v", b.Name, b.X, b.Y, x, y, axes)
		}
		if got := strings.Contains(e.Attr("class"), "front"); got != front[i] {
			t.Errorf("%q: on the front %v", b.Name, got)
		}
		if c.Area.Name != "" && b.Area > 0 {
			r := circle.Number(t, "r")
			if perArea == 0 {
				perArea = r * r / b.Area
			}
			if math.Abs(math.Sqrt(perArea*b.Area)-r) > 0.03*math.Sqrt(perArea*b.Area)+0.01 {
				t.Errorf("%q of area %v has the radius %v", b.Name, b.Area, r)
			}
		}
	}
	return checkNames(t, root)
}

// checkNames holds names apart, and returns how many there are.
func checkNames(t *testing.T, root svgtest.Element) int {
	t.Helper()
	const size, above, under = 11.0, 9.0, 2.5 // of letters
	type box struct {
		x, y, w float64
		net     string
	}
	var boxes []box
	rim := root.All("rim")[0]
	left, right := rim.Number(t, "x"), rim.Number(t, "x")+rim.Number(t, "width")
	for _, e := range root.All("label") {
		b := box{e.Number(t, "x"), e.Number(t, "y"), draw.TextWidth(e.Text, size), e.Attr("data-net")}
		for _, o := range boxes {
			if b.net == o.net {
				t.Errorf("%q is named twice", b.net)
			}
			if b.x < o.x+o.w && o.x < b.x+b.w && b.y-above < o.y+under && o.y-above < b.y+under {
				t.Errorf("the names %q and %q overlap", b.net, o.net)
			}
		}
		if b.x < left || b.x+b.w > right {
			t.Errorf("the name %q leaves the plot", b.net)
		}
		for _, dot := range root.All("dot") {
			if x, y := dot.Number(t, "cx"), dot.Number(t, "cy"); x > b.x && x < b.x+b.w && y > b.y-above && y < b.y+under {
				t.Errorf("the name %q covers the centre at %v %v", b.net, x, y)
			}
		}
		boxes = append(boxes, b)
	}
	return len(boxes)
}

// Pictures of any number of nets are as their numbers say.
func TestPicturesAreAsTheirNumbers(t *testing.T) {
	for seed := range uint64(60) {
		r := rand.New(rand.NewPCG(seed, 3))
		c := &chart.Chart{Title: "t", X: chart.Axis{Name: "MACs"}, Y: chart.Axis{Name: "accuracy", Unit: chart.PerCent, More: true}, Area: chart.Axis{Name: "parameters"}}
		switch r.IntN(3) {
		case 0:
			c.Y = chart.Axis{Name: "memory", Unit: chart.Bytes}
		case 1:
			c.Area.Name = ""
		}
		spread := math.Pow(10, float64(r.IntN(9)))
		n := []int{1, 2, 5, 30, 60}[r.IntN(5)]
		for i := range n {
			c.Balls = append(c.Balls, chart.Ball{
				Name: fmt.Sprintf("net_%d%s", i, strings.Repeat("x", r.IntN(20))),
				X:    math.Ceil(1 + math.Pow(spread, r.Float64())*1000), Y: 40 + 50*r.Float64(), Area: 1e6 * math.Pow(200, r.Float64()),
			})
		}
		if named := checkPicture(t, c); named < min(n, 25) || c.Balls[0].Area == 0 {
			t.Errorf("seed %d: %d of %d are named", seed, named, n)
		}
		if t.Failed() {
			t.Fatalf("seed %d", seed)
		}
	}
}

// Nets in one place, without parameters or work, of odd names or very many have a picture like others.
func TestOddPictures(t *testing.T) {
	axes := chart.Chart{Title: "a < b", X: chart.Axis{Name: "MACs"}, Y: chart.Axis{Name: "parameters"}, Area: chart.Axis{Name: "area"}}
	for name, balls := range map[string][]chart.Ball{
		"zero":    {{Name: "a"}},
		"alike":   {{Name: "a", X: 3, Y: 4, Area: 5}, {Name: "b", X: 3, Y: 4, Area: 5}, {Name: "c", X: 3, Y: 4, Area: 5}},
		"apart":   {{Name: "a", X: 1, Y: 1, Area: 1}, {Name: "b", X: 9e15, Y: 9e15, Area: 9e15}},
		"near":    {{Name: "a", X: 1e9, Y: 5, Area: 1}, {Name: "b", X: 1e9 + 1, Y: 5, Area: 1}},
		"nearer":  {{Name: "a", X: 1e13, Y: 5, Area: 1}, {Name: "b", X: 1e13 + 3, Y: 5, Area: 1}},
		"nearest": {{Name: "a", X: 1 << 53, Y: 9e15, Area: 1}, {Name: "b", X: 1<<53 + 2, Y: 9e15 + 8, Area: 1}},
		"no area": {{Name: "a", X: 1, Y: 2}, {Name: "b", X: 2, Y: 1}},
		"names":   {{Name: "<&\"'\x00\x1b\ufffe\xff>", X: 1, Y: 2, Area: 1}, {Name: "größe ネットワーク 🙂", X: 2, Y: 1, Area: 1}},
		"long":    {{Name: strings.Repeat("a", 5000), X: 1, Y: 2, Area: 1}, {Name: strings.Repeat("a", 5001), X: 2, Y: 1, Area: 1}},
	} {
		t.Run(name, func(t *testing.T) {
			c := axes
			c.Balls = balls
			if name != "names" { // of which not all can be in XML
				if named := checkPicture(t, &c); named != len(balls) {
					t.Errorf("%d of %d are named", named, len(balls))
				}
			} else if got := len(picture(t, &c).All("label")); got != len(balls) {
				t.Errorf("%d of %d are named", got, len(balls))
			}
		})
	}
}

// Of very many nets all are drawn; as many are named as have room, and how many are not is told.
func TestManyNets(t *testing.T) {
	r := rand.New(rand.NewPCG(5, 5))
	for n, least := range map[int]int{500: 10, 4000: 1} {
		c := &chart.Chart{X: chart.Axis{Name: "MACs"}, Y: chart.Axis{Name: "parameters"}}
		for i := range n {
			c.Balls = append(c.Balls, chart.Ball{Name: fmt.Sprintf("net_%d", i), X: 1 + 1e9*r.Float64(), Y: 1 + 1e6*r.Float64()})
		}
		root := picture(t, c)
		named := checkNames(t, root)
		told := fmt.Sprintf("%d of %d.", n-named, n)
		notes := root.All("note")
		if len(root.All("ball")) != n || named < least || !strings.HasSuffix(notes[len(notes)-1].Text, told) {
			t.Errorf("%d nets: %d balls, %d names, %q", n, len(root.All("ball")), named, notes[len(notes)-1].Text)
		}
	}
}
