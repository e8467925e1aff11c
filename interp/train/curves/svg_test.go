package curves

import (
	"bytes"
	"fmt"
	"math"
	"regexp"
	"slices"
	"strconv"
	"strings"
	"testing"

	"cnnlang/interp/draw"
	"cnnlang/interp/internal/svgtest"
	"cnnlang/interp/train/events"
)

// picture draws runs and reads the picture.
func picture(t *testing.T, runs ...Run) (svgtest.Element, string) {
	t.Helper()
	var b bytes.Buffer
	if err := SVG(&b, "a title <&>", runs); err != nil {
		t.Fatal(err)
	}
	root := svgtest.Read(t, b.Bytes())
	if bad := regexp.MustCompile(`NaN|Inf|<script|\son\w+=`).FindString(b.String()); bad != "" {
		t.Errorf("the picture has %q", bad)
	}
	return root, b.String()
}

// placesOf are the places of a line: of its path and of what stands alone.
func placesOf(t *testing.T, path string) (points []point) {
	t.Helper()
	for _, m := range regexp.MustCompile(`[ML]([\d.\-]+) ([\d.\-]+)`).FindAllStringSubmatch(path, -1) {
		x, errX := strconv.ParseFloat(m[1], 64)
		y, errY := strconv.ParseFloat(m[2], 64)
		if errX != nil || errY != nil {
			t.Fatalf("%q is no place", m[0])
		}
		points = append(points, point{x, y})
	}
	return points
}

// run is a training of so many epochs.
func run(name string, epochs int, seed float64) Run {
	r := Run{Name: name}
	for e := 1; e <= epochs; e++ {
		left := math.Exp(-4 * float64(e) / float64(epochs))
		wave := 0.02 * math.Sin(1.7*float64(e)+seed)
		r.Records = append(r.Records, Record{float64(e), 2*left + 0.5 + wave/2, 2*left + 0.6 + wave, 0.9 - left/2 + wave, 0.1 * left, e == epochs/2})
	}
	return r
}

// Each value of each line is where the ticks of its panel say.
func TestLinesAreWhereTheTicksSay(t *testing.T) {
	runs := []Run{run("a", 12, 1), run("b", 9, 2)}
	root, _ := picture(t, runs...)
	rims := root.All("rim")
	if len(rims) != 3 {
		t.Fatalf("got %d panels, want 3", len(rims))
	}
	x := axis(t, root.All("x"), "x")
	lines := root.All("line")
	for _, r := range runs {
		for n, p := range panels {
			from, height := rims[n].Number(t, "y"), rims[n].Number(t, "height")
			var ticks []svgtest.Element
			for _, tick := range root.All("tick") {
				if y := tick.Attr("y"); tick.Is("y") {
					if v, err := strconv.ParseFloat(y, 64); err == nil && v >= from && v <= from+height {
						ticks = append(ticks, tick)
					}
				}
			}
			y := axis(t, ticks, "y")
			for _, q := range p.lines {
				i := slices.IndexFunc(lines, func(e svgtest.Element) bool {
					return e.Attr("data-run") == r.Name && e.Attr("data-panel") == p.title && e.Is("training") == q.training
				})
				if i < 0 {
					t.Fatalf("run %s has no line in %s", r.Name, p.title)
				}
				points := placesOf(t, lines[i].Attr("d"))
				if len(points) != len(r.Records) {
					t.Fatalf("run %s in %s: %d places for %d records", r.Name, p.title, len(points), len(r.Records))
				}
				for k, rec := range r.Records {
					if at := (point{x(rec.Epoch), y(q.of(rec))}); math.Hypot(at.x-points[k].x, at.y-points[k].y) > 0.1 {
						t.Errorf("run %s in %s, epoch %g: at %v, want %v", r.Name, p.title, rec.Epoch, points[k], at)
					}
				}
			}
		}
	}
	if n := len(root.All("best")); n != 4 {
		t.Errorf("%d rings, want one for each run in two panels", n)
	}
}

// axis is the places along an axis by its first and last ticks, logarithmic if a third tick is there only then.
func axis(t *testing.T, ticks []svgtest.Element, name string) func(float64) float64 {
	t.Helper()
	if len(ticks) < 3 {
		t.Fatalf("%d ticks along %s, want at least 3", len(ticks), name)
	}
	a, b, c := ticks[0], ticks[len(ticks)-1], ticks[1]
	at := func(change func(float64) float64) func(float64) float64 {
		from, to := change(a.Number(t, "data-value")), change(b.Number(t, "data-value"))
		return func(v float64) float64 {
			return a.Number(t, name) + (change(v)-from)/(to-from)*(b.Number(t, name)-a.Number(t, name))
		}
	}
	plain := at(func(v float64) float64 { return v })
	if math.Abs(plain(c.Number(t, "data-value"))-c.Number(t, name)) < 0.1 {
		return plain
	}
	return at(math.Log)
}

// Names of lines do not overlap, neither each other nor the picture's edge.
func TestLabelsDoNotOverlap(t *testing.T) {
	var runs []Run
	for n := range 40 {
		runs = append(runs, run(strings.Repeat("long ", n%7)+fmt.Sprint("run ", n), 3+n%5, float64(n)))
		for _, some := range [][]Run{runs, runs[n:]} {
			root, _ := picture(t, some...)
			var before float64
			for _, l := range root.All("label") {
				x, y := l.Number(t, "x"), l.Number(t, "y")
				if end := x + draw.TextWidth(l.Text, labelSize); end > root.Number(t, "width") {
					t.Errorf("%d runs: %q ends at %g, beyond the picture", len(some), l.Text, end)
				}
				if before > 0 && y-before < labelHeight-0.02 {
					t.Errorf("%d runs: %q is %g below the label above", len(some), l.Text, y-before)
				}
				before = y
			}
			if before == 0 {
				t.Errorf("%d runs: no labels", len(some))
			}
		}
	}
	if root, _ := picture(t, runs...); len(root.All("note")) != 1 || !strings.Contains(root.All("note")[0].Text, "of 40 runs") {
		t.Error("no note says that runs have no name")
	}
}

func TestValuesThatAreNotFinite(t *testing.T) {
	nan, inf := math.NaN(), math.Inf(1)
	values := []float64{0, 1, -1, nan, inf, -inf, math.MaxFloat64, -math.MaxFloat64, 5e-324, 1e15}
	for _, a := range values {
		for _, b := range values {
			for _, c := range values {
				r := Run{Name: "x", Records: []Record{{1, a, b, c, a, true}, {2, b, c, a, b, false}, {3, c, a, b, c, true}}}
				if r.Empty() {
					continue
				}
				picture(t, r)
			}
		}
	}
	r := run("x", 10, 0)
	r.Records[4].Loss, r.Records[5].Loss, r.Records[7].ValLoss = nan, inf, 1e300
	root, text := picture(t, r)
	if n := len(root.All("lost")); n != 2 || !strings.Contains(text, "Cross: a value that is not finite.") {
		t.Errorf("%d crosses, want 2 with a note", n)
	}
	if path := root.All("training")[0].Attr("d"); strings.Count(path, "M") != 2 {
		t.Errorf("the line is not in two pieces: %s", path)
	}
	if !(Run{Records: []Record{{1, nan, inf, nan, -inf, false}}}).Empty() || run("x", 1, 0).Empty() {
		t.Error("Empty is wrong")
	}
}

func TestOneRecordIsADot(t *testing.T) {
	root, _ := picture(t, run("x", 1, 0))
	if n := len(root.All("dot")); n != 4 {
		t.Errorf("%d dots, want one for each of 4 quantities", n)
	}
	for _, tick := range root.All("x") {
		if v := tick.Number(t, "data-value"); v != math.Floor(v) {
			t.Errorf("there is no epoch %g", v)
		}
	}
}

// A line of many records has few points, and its highest and lowest places.
func TestManyRecordsAreThinned(t *testing.T) {
	r := run("x", 100_000, 0)
	r.Records[77_777].Loss, r.Records[33_333].Loss = 2.9, 0.01
	root, text := picture(t, r)
	if len(text) > 400_000 {
		t.Errorf("the picture has %d bytes", len(text))
	}
	points := placesOf(t, root.All("training")[0].Attr("d"))
	least, most := points[0].y, points[0].y
	for i, p := range points {
		least, most = min(least, p.y), max(most, p.y)
		if i > 0 && p.x < points[i-1].x {
			t.Fatalf("point %d goes back", i)
		}
	}
	rim := root.All("rim")[0]
	if from := rim.Number(t, "y"); math.Abs(least-from-room) > 0.1 || math.Abs(from+rim.Number(t, "height")-room-most) > 0.1 {
		t.Errorf("the line lies between %g and %g, and a record is lost", least, most)
	}
}

func TestNamesAreEscaped(t *testing.T) {
	r := run("<script>\"&\x00\xff]]>", 3, 0)
	root, _ := picture(t, r, run("b", 3, 1))
	if got := root.All("line")[0].Attr("data-run"); !strings.HasPrefix(got, `<script>"&`) {
		t.Errorf("got %q", got)
	}
}

func TestLogsBecomeRuns(t *testing.T) {
	loss, top1 := events.Number(0.5), events.Number(0.75)
	log := &events.Log{
		Start:  events.Start{StepsPerEpoch: 4},
		Steps:  []events.Step{{Step: 1, Loss: 3, Rate: 0.1}, {Step: 6, Loss: 2, Rate: 0.2}},
		Epochs: []events.Epoch{{Epoch: 1, Loss: 1, ValLoss: &loss, ValTop1: &top1, Rate: 0.1, Best: true}, {Epoch: 2, Loss: 0.5, Rate: 0.05}},
	}
	got := Of(log, "x")
	if len(got.Records) != 2 || got.Records[0] != (Record{1, 1, 0.5, 0.75, 0.1, true}) || !math.IsNaN(got.Records[1].ValLoss) || got.Records[1].Rate != 0.05 {
		t.Errorf("epochs: got %+v", got)
	}
	log.Epochs = nil
	if got = Of(log, "x"); len(got.Records) != 2 || got.Records[0].Epoch != 0.25 || got.Records[1].Epoch != 1.5 || got.Records[1].Loss != 2 {
		t.Errorf("steps: got %+v", got)
	}
	log.Epochs = []events.Epoch{{Epoch: 1, Loss: 1}, {Epoch: math.MaxInt - 1, Loss: 1}, {Epoch: math.MaxInt, Loss: 1}}
	picture(t, Of(log, "x"))
	log.Epochs, log.Start.StepsPerEpoch = nil, 0
	picture(t, Of(log, "x"))
}

// TestRangeTests: rates have a logarithmic axis, and the suggested one is marked.
func TestRangeTests(t *testing.T) {
	var b strings.Builder
	if err := RangeSVG(&b, "Range test of tiny", []float64{1e-6, 1e-4, 1e-2, 1}, []float64{2, 1.5, 0.5, 4}, 1e-3); err != nil {
		t.Fatal(err)
	}
	for _, want := range []string{">Learning rate</text>", `class="best run-a"`, "a tenth of the rate with the smallest loss"} {
		if !strings.Contains(b.String(), want) {
			t.Errorf("the picture lacks %s", want)
		}
	}
	if strings.Contains(b.String(), "Epoch") {
		t.Error("the picture has an axis of epochs")
	}
}
