package draw

import (
	"encoding/json"
	"fmt"
	"math"
	"os"
	"path/filepath"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp"
	"cnnlang/interp/graph"
	"cnnlang/ops/dim"
)

// A reader is someone before a page in a browser.
type reader struct {
	*browser
	net *interp.Net
	url string
}

// What a reader sees, as expressions in the page.
const (
	boxesSeen = `document.querySelectorAll("#world .box").length`
	panelSeen = `document.getElementById("panel").innerText`
	foundSeen = `document.getElementById("found").textContent`
	selected  = `(document.querySelector("#world .selected")?.dataset.nodes ?? "")`
)

func TestPageInABrowser(t *testing.T) {
	b := openBrowser(t)
	page := readNet(t, b, netOf(t, "resnet18"), Options{Depth: 1})
	for _, part := range []struct {
		name string
		try  func(*testing.T, *reader)
	}{{"folds", folds}, {"searches", searches}, {"selects", selects}, {"keyboard", keyboard}, {"buttons", buttons}, {"beside the panel", besidePanel}, {"goes on", goesOn}, {"links", links}, {"colours", colours}, {"thousands of boxes", thousands}} {
		t.Run(part.name, func(t *testing.T) {
			b.t = t
			page.load(page.url)
			part.try(t, page)
			var wrong []string
			if b.js(&wrong, `errors.concat(performance.getEntriesByType("resource").map(e => "loads " + e.name))`); len(wrong) > 0 {
				t.Errorf("the page: %q", wrong)
			}
		})
	}
}

// readNet writes the page of a net and opens it.
func readNet(t *testing.T, b *browser, n *interp.Net, opts Options) *reader {
	t.Helper()
	file := filepath.Join(t.TempDir(), "page.html")
	w, err := os.Create(file)
	if err != nil {
		t.Fatal(err)
	}
	defer w.Close()
	if err := Page(w, n.Graph, n.Outline(), opts, func(file string) string { return n.File(file).Text }); err != nil {
		t.Fatal(err)
	}
	r := &reader{b, n, "file://" + file}
	r.load(r.url)
	return r
}

// sees compares an expression in the page with what it should be.
func sees[T comparable](r *reader, what, expression string, want T) {
	r.t.Helper()
	var got T
	if r.js(&got, "%s", expression); got != want {
		r.t.Errorf("%s: got %v, want %v", what, got, want)
	}
}

// place is where the box or the frame of an item is on the screen.
func (r *reader) place(id string) (at [4]float64) {
	r.t.Helper()
	r.js(&at, `(() => { const b = document.querySelector('#world [data-id="%s"] rect').getBoundingClientRect(); return [b.left, b.top, b.width, b.height]; })()`, id)
	return at
}

func (r *reader) id(path string) (id string) {
	r.t.Helper()
	r.js(&id, `document.querySelector('#world [data-path="%s"]').dataset.id`, path)
	return id
}

func (r *reader) clickBox(path string) {
	r.t.Helper()
	at := r.place(r.id(path))
	r.click(at[0]+at[2]/2, at[1]+at[3]/2)
}

// inSight checks that what is selected lies within the picture.
func (r *reader) inSight() {
	r.t.Helper()
	sees(r, "whether what is selected is in sight", `(() => { const a = document.querySelector("#world .selected rect").getBoundingClientRect(), b = document.getElementById("picture").getBoundingClientRect();
		return a.left >= b.left && a.right <= b.right && a.top >= b.top && a.bottom <= b.bottom; })()`, true)
}

// drawnBoxes is how many boxes Go draws at a depth.
func (r *reader) drawnBoxes(depth int) int {
	return len(Of(r.net.Graph, r.net.Outline(), Options{Depth: depth}).scene().boxes)
}

// A frame opens and closes in place, at any scale.
func folds(t *testing.T, r *reader) {
	shut := r.drawnBoxes(1)
	inside := 0
	for _, i := range Of(r.net.Graph, r.net.Outline(), Options{Depth: All}).Items {
		if i.Path == "layer3" {
			each(i.Items[1].Items, func(i *Item) {
				if i.isDrawn() {
					inside++
				}
			})
		}
	}
	for _, zoom := range []string{"0", "-", "+"} {
		r.press(zoom)
		sees(r, "boxes when closed", boxesSeen, shut)
		id := r.id("layer3.1")
		was := r.place(id)
		r.click(was[0]+was[2]/2, was[1]+was[3]/2)
		sees(r, "boxes when open", boxesSeen, shut-1+inside)
		open := r.place(id)
		if math.Abs(open[0]-was[0]) > 0.5 || math.Abs(open[1]-was[1]) > 0.5 || open[3] < 2*was[3] {
			t.Errorf("the box was at %v, and open it is at %v", was, open)
		}
		r.click(open[0]+20, open[1]+10) // its title
		sees(r, "boxes when closed again", boxesSeen, shut)
		if again := r.place(id); math.Abs(again[0]-was[0]) > 0.5 || math.Abs(again[1]-was[1]) > 0.5 {
			t.Errorf("the box was at %v, and closed again it is at %v", was, again)
		}
	}
	for _, depth := range []string{"0", "1", "2", "all"} {
		r.js(nil, `document.querySelector('[data-depth="%s"]').click()`, depth)
		n := map[string]int{"0": 0, "1": 1, "2": 2, "all": All}[depth]
		sees(r, "boxes at depth "+depth, boxesSeen, r.drawnBoxes(n))
	}
}

func searches(t *testing.T, r *reader) {
	want := 0
	each(Of(r.net.Graph, r.net.Outline(), Options{Depth: All}).Items, func(i *Item) {
		if strings.Contains(strings.Join(append(i.Nodes, i.Path, i.Text), " "), "conv2") {
			want++
		}
	})
	r.press("/")
	r.write("conv2")
	sees(r, "found", foundSeen, fmt.Sprintf("%d found", want))
	for n := range 2 {
		r.press("Enter")
		sees(r, "found", foundSeen, fmt.Sprintf("%d of %d", n+1, want))
		sees(r, "whether it is selected", selected+`.includes("conv2")`, true)
		r.inSight()
	}
	r.press("Escape")
	sees(r, "found", foundSeen, "")
	r.press("/")
	r.write("no such step")
	sees(r, "found", foundSeen, "0 found")
	r.press("Enter")

	r.press("Escape") // a step of the second of two blocks that are drawn once
	r.press("/")
	r.write("layer1.1.conv2")
	r.press("Enter")
	sees(r, "the address", "location.hash", "#layer1.1.conv2")
	var panel string
	r.js(&panel, panelSeen)
	for text, want := range map[string]bool{"path\tlayer1.1.conv2\n": true, "2, from layer1.0.conv2 to layer1.1.conv2": true, "layer1.1.bn2.running_var": true, "layer1.0.bn2": false} {
		if strings.Contains(panel, text) != want {
			t.Errorf("%q is in the panel: %v, want %v: %s", text, !want, want, panel)
		}
	}
	sees(r, "operations", `[...document.querySelectorAll("#panel tr")].find(e => e.innerText.startsWith("operations")).querySelectorAll("code").length`, 2)
}

// The panel has what is known of a step.
func selects(t *testing.T, r *reader) {
	r.clickBox("conv1")
	var of []*graph.Node
	for _, n := range r.net.Graph.Nodes {
		if slices.Contains([]string{"conv1", "bn1", "2"}, n.Path) {
			of = append(of, n)
		}
	}
	wants := []string{"7×7 conv, 64, /2", "conv1", "64×112×112", "9,536", "118,013,952"}
	for _, n := range of {
		for _, p := range n.Params {
			wants = append(wants, p.Path+" "+fmt.Sprint(p.Shape))
		}
	}
	var panel string
	r.js(&panel, panelSeen)
	for _, want := range wants {
		if !strings.Contains(panel, want) {
			t.Errorf("the panel lacks %q: %s", want, panel)
		}
	}
	at := of[0].Origin.Start
	line := strings.Split(r.net.File(at.Filename).Text, "\n")[at.Line-1]
	sees(r, "the marked line", `document.querySelector("#panel .here").textContent`, fmt.Sprintf("%4d  %s", at.Line, line))
	sees(r, "lines", `document.querySelectorAll("#panel pre span").length > 5`, true)

	r.clickBox("layer1.0") // two blocks, drawn once
	r.js(&panel, panelSeen)
	for path, want := range map[string]bool{"layer1.0.conv2.weight": true, "layer1.1.": false, "73,984 each": true} {
		if strings.Contains(panel, path) != want {
			t.Errorf("%q is in the panel: %v; want %v: %s", path, !want, want, panel)
		}
	}
	r.press("Escape")
	sees(r, "the panel", panelSeen, "")
	aFrame(t, r)
}

// aFrame checks that of a frame the panel has the place where the text has it, and counts as Go counts them.
func aFrame(t *testing.T, r *reader) {
	r.load("about:blank")
	r.load(r.url + "#layer2")
	sees(r, "the marked line", `document.querySelector("#panel .here").textContent.includes("layer{")`, true)
	var own, all graph.Count
	height, wide, field := r.net.Graph.Fields(dim.Height), r.net.Graph.Fields(dim.Width), ""
	for _, n := range r.net.Graph.Operations() {
		if all = all.Add(n.Count()); strings.HasPrefix(n.Path, "layer2.") {
			own, field = own.Add(n.Count()), fmt.Sprintf("%dx%d", height[n.ID].Size(), wide[n.ID].Size())
		}
	}
	var got map[string]string
	r.js(&got, `Object.fromEntries([...document.querySelectorAll("#panel tr")].map(e => [e.cells[0].innerText, e.cells[1].innerText]))`)
	share := func(of, all dim.Size, what string) string {
		return fmt.Sprintf("%.1f %% of the %s", 100*of.Float()/all.Float(), what)
	}
	for name, want := range map[string]string{"FLOPs": own.FLOPs.String(), "receptive field": field,
		"share": share(own.Params, all.Params, "parameters") + "\n" + share(own.MACs, all.MACs, "MACs") + "\n" + share(own.FLOPs, all.FLOPs, "FLOPs")} {
		if strings.ReplaceAll(got[name], ",", "") != want {
			t.Errorf("%s of the frame: got %q, want %q", name, got[name], want)
		}
	}
}

// buttons checks those of the zoom, the list of keys, and that a key belongs to the button that has the focus.
func buttons(t *testing.T, r *reader) {
	wide := func() float64 { return r.place(r.id("conv1"))[2] }
	was := wide()
	r.js(nil, `document.querySelector('[data-zoom="1.25"]').click()`)
	if now := wide(); math.Abs(now/was-1.25) > 0.01 {
		t.Errorf("the button changed a box's width from %v to %v, want a quarter more", was, now)
	}
	r.js(nil, `document.querySelector('[data-zoom="0.8"]').click()`)
	if now := wide(); math.Abs(now-was) > 0.01 {
		t.Errorf("both buttons changed a box's width from %v to %v", was, now)
	}
	for _, open := range []bool{true, false} {
		r.press("?")
		sees(r, "whether keys are listed", `!!document.querySelector("#keys[open]")`, open)
	}
	r.press("j")
	r.js(nil, `document.getElementById("fit").focus()`)
	sees(r, "whether Enter is left to a button", `document.getElementById("fit").dispatchEvent(new KeyboardEvent("keydown", {key: "Enter", bubbles: true, cancelable: true}))`, true)
}

// besidePanel checks that a frame which is opened is beside the panel and not under it.
func besidePanel(t *testing.T, r *reader) {
	page := readNet(t, r.browser, netOf(t, "googlenet"), Options{Depth: 0})
	page.clickBox("inception3a")
	sees(page, "whether it is open", boxesSeen+fmt.Sprintf(" > %d", page.drawnBoxes(0)), true)
	sees(page, "whether the frame is in sight", `document.querySelector("#world .selected rect").getBoundingClientRect().right <= document.getElementById("panel").getBoundingClientRect().left`, true)
}

func keyboard(t *testing.T, r *reader) {
	r.press("j")
	r.press("j")
	sees(r, "after j and j", selected, "conv1 bn1 2")
	r.inSight()
	r.press("k")
	sees(r, "after k", selected, "input")
	at := func() [4]float64 { return r.place(r.id("conv1")) }
	before := at()
	r.press("ArrowDown")
	if now := at(); now[1] >= before[1] || now[0] != before[0] {
		t.Errorf("the arrow moved the picture from %v to %v", before, now)
	}
	r.press("+")
	if now := at(); math.Abs(now[2]/before[2]-1.25) > 0.01 {
		t.Errorf("+ changed a box's width from %v to %v, want a quarter more", before[2], now[2])
	}
	for range 4 {
		r.press("j")
	}
	shut := r.drawnBoxes(1)
	sees(r, "after four j", selected+`.startsWith("layer2.0")`, true)
	r.press("Enter")
	sees(r, "whether Enter opens a frame", boxesSeen+fmt.Sprintf(" > %d", shut), true)
	r.press("Enter")
	sees(r, "boxes after another Enter", boxesSeen, shut)
	r.press("0")
	sees(r, "whether all is in sight", `(() => { const a = world.getBoundingClientRect(), b = picture.getBoundingClientRect(); return a.top >= b.top && a.left >= b.left && a.right <= b.right; })()`, true)
}

// goesOn checks that j goes down, from the branches of a merge to it, in a block that is open.
func goesOn(t *testing.T, r *reader) {
	r.js(nil, `document.querySelector('[data-depth="all"]').click()`)
	r.press("Escape")
	for _, want := range []string{"input", "conv1", "maxpool", "layer1.0.conv1", "layer1.0.conv2", "layer1.0.0", "layer1.0.1", "layer2.0.conv1"} {
		r.press("j")
		var nodes string
		if r.js(&nodes, selected); strings.Fields(nodes + " ")[0] != want {
			t.Errorf("j goes on to %q, want %s", nodes, want)
		}
	}
}

// The address names a step, and follows what is selected.
func links(t *testing.T, r *reader) {
	for hash, want := range map[string]string{"layer3.1.conv2": "layer3.1.conv2", "layer4.0.downsample": "layer4.0.downsample.0", "layer1.1.bn1": "layer1.1.bn1", "layer1.1": "layer1.1.conv1"} {
		r.load("about:blank")
		r.load(r.url + "#" + hash)
		var nodes string
		r.js(&nodes, selected)
		if !slices.Contains(strings.Fields(nodes), want) {
			t.Errorf("#%s selects %q", hash, nodes)
		}
		r.inSight()
	}
	r.js(nil, `location.hash = "fc"`)
	r.js(nil, `new Promise(done => setTimeout(done, 50))`)
	sees(r, "after another hash", selected, "fc")
	r.press("k")
	sees(r, "the address", "location.hash", "#avgpool")
	r.load("about:blank")
	r.load(r.url + "#no.such.step%")
	sees(r, "found", foundSeen, "no no.such.step%")
}

// Boxes have the colours that they have in the SVG, for every cost that there is.
func colours(t *testing.T, r *reader) {
	heat := func(name string, of func(*graph.Node) float64) *Heat {
		h := &Heat{Name: name, Of: map[string]float64{}, Text: func(v float64) string { return fmt.Sprintf("%.0f", v) }}
		for _, n := range r.net.Graph.Operations() {
			h.Of[n.Path] = of(n)
		}
		return h
	}
	memory := heat("memory", func(n *graph.Node) float64 { return n.Bytes().Values.Float() })
	heats := []*Heat{memory,
		heat("parameters", func(n *graph.Node) float64 { return n.Count().Params.Float() }),
		heat("MACs", func(n *graph.Node) float64 { return n.Count().MACs.Float() })}
	page := readNet(t, r.browser, r.net, Options{Depth: 1, Heat: memory, Costs: []*Heat{memory}})
	sees(r, "the choice", `[...document.getElementById("colour").options].map(o => o.value).join()`, "kind,parameters,MACs,memory")
	for _, h := range heats {
		if h != memory {
			page.js(nil, `(() => { const c = document.getElementById("colour"); c.value = %q; c.dispatchEvent(new Event("change")); })()`, h.Name)
		}
		var got map[string]float64
		page.js(&got, `Object.fromEntries([...document.querySelectorAll("#world .box")].map(e => [e.dataset.path, +e.querySelector("rect:not(.none), circle").style.fillOpacity]))`)
		d := Of(page.net.Graph, page.net.Outline(), Options{Depth: 1, Heat: h})
		most := h.most(d.Items)
		for _, b := range d.scene().boxes {
			want := math.Sqrt(h.of(b.item) / most)
			if math.Abs(got[word(b.item.Path)]-want) > 0.006 {
				t.Errorf("%s: %s has the opacity %g, want %g", h.Name, b.item.Path, got[word(b.item.Path)], want)
			}
		}
		var legend string
		page.js(&legend, `document.getElementById("legend").innerText.replaceAll(",", "")`)
		if want := strings.ReplaceAll(h.words(most), ",", ""); legend != want {
			t.Errorf("the legend says %q, want %q", legend, want)
		}
	}
	page.clickBox("conv1")
	sees(r, "the panel", panelSeen+`.includes("memory\t"+`+fmt.Sprintf("%q", heats[0].Text(memory.Of["conv1"]+memory.Of["bn1"]+memory.Of["2"]))+`)`, true)
	sees(r, "the colour in the panel", `!!document.querySelector("#panel .swatch")`, true)
	page.js(nil, `(() => { const c = document.getElementById("colour"); c.value = "kind"; c.dispatchEvent(new Event("change")); })()`)
	sees(r, "whether kinds have a legend", `document.getElementById("legend").offsetHeight`, 0)
}

// With 5,000 boxes it still works: they are laid out once when a frame opens, and not at all where none does.
func thousands(t *testing.T, r *reader) {
	var text strings.Builder
	text.WriteString("net big(classes = 10) [N, 3, 8, 8] -> [N, classes] {\n")
	for i := range 500 {
		fmt.Fprintf(&text, "  b%d: {\n", i)
		for k := range 10 {
			fmt.Fprintf(&text, "    c%d: conv(%d, 1x1)\n", k, 1+(i+k)%7)
		}
		text.WriteString("  }\n")
	}
	text.WriteString("  gap -> flatten -> linear(classes)\n}\n")
	p, err := interp.Read("big.cnn", strings.NewReader(text.String()))
	if err != nil {
		t.Fatal(err)
	}
	n, err := p.Net(interp.Options{})
	if err != nil {
		t.Fatal(err)
	}
	page := readNet(t, r.browser, n, Options{Depth: All})
	sees(page, "boxes", boxesSeen, page.drawnBoxes(All))
	sees(page, "whether there are 5,000", boxesSeen+" >= 5000", true)
	page.js(nil, `{ window.layouts = 0; const was = layout; layout = () => { layouts++; return was(); }; }`)
	count := func(what string, want int) {
		t.Helper()
		sees(page, "layouts for "+what, "layouts", want)
		page.js(nil, "layouts = 0")
	}
	page.press("/")
	page.write("b250.c3")
	page.press("Enter")
	sees(page, "what is selected", selected, "b250.c3")
	page.press("Escape")
	page.js(nil, `document.activeElement.blur()`)
	for range 10 {
		page.press("j")
	}
	sees(page, "after ten j", selected, "b251.c3")
	page.inSight()
	count("searching and going on", 0)
	page.press("Enter")
	count("closing a frame", 1)
	sees(page, "boxes when it is closed", boxesSeen, page.drawnBoxes(All)-9)
	page.press("Enter")
	count("opening it", 1)
	sees(page, "boxes", boxesSeen, page.drawnBoxes(All))
	text250, _ := json.Marshal("c")
	page.js(nil, "look(%s)", text250) // every box
	sees(page, "boxes found", `document.querySelectorAll("#world .hit").length >= 5000`, true)
}
