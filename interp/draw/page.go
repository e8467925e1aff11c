package draw

import (
	_ "embed"
	"fmt"
	"html/template"
	"io"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/lang/source"
	"cnnlang/ops/dim"
)

//go:embed page/page.html
var pageHTML string

//go:embed page/page.css
var pageStyle string

//go:embed page/page.js
var pageLayout string

//go:embed page/show.js
var pageShow string

var pageTemplate = template.Must(template.New("page").Parse(pageHTML))

// Page writes a page of HTML that needs nothing else: frames open and close in place, and what is known
// of a step stands beside it, with the lines of its text that texts gives for a file's name.
func Page(w io.Writer, g *graph.Graph, outline []*graph.Part, opts Options, texts func(file string) string) error {
	closed := Of(g, outline, opts)
	opts.Depth = All
	d := Of(g, outline, opts)
	return pageTemplate.Execute(w, map[string]any{
		"Heading": d.heading(), "Style": template.CSS(style), "PageStyle": template.CSS(pageStyle),
		"Layout": template.JS(pageLayout), "Show": template.JS(pageShow), "Data": d.data(g, closed.Depth, opts.Costs, texts),
	})
}

// A pageData is what page.js reads.
type pageData struct {
	Title    string              `json:"title"`
	Depth    int                 `json:"depth"` // to which frames are open at first
	Lengths  map[string]float64  `json:"lengths"`
	Advances []int16             `json:"advances"`
	Items    []pageItem          `json:"items"`
	Nodes    map[string]pageNode `json:"nodes"`
	Files    map[string][]string `json:"files"` // lines
	Costs    []string            `json:"costs"` // what items cost besides parameters and MACs
	Colour   string              `json:"colour"`
}

type pageItem struct {
	Kind     string       `json:"kind"`
	Text     string       `json:"text,omitempty"`
	Told     string       `json:"told,omitempty"` // when it is closed, "" for its text
	Marks    []string     `json:"marks,omitempty"`
	Label    string       `json:"label,omitempty"`
	Call     string       `json:"call,omitempty"`
	Stage    bool         `json:"stage,omitempty"`
	Path     string       `json:"path"`
	Nodes    []string     `json:"nodes"`
	Count    int          `json:"count"`
	Params   *int         `json:"params"`
	MACs     *int         `json:"macs"`
	FLOPs    *int         `json:"flops"`
	Shape    string       `json:"shape,omitempty"`
	Size     []int        `json:"size,omitempty"`
	Items    []pageItem   `json:"items,omitempty"`
	Branches [][]pageItem `json:"branches,omitempty"`
	Costs    []pageCost   `json:"costs,omitempty"`
	At       []pageLine   `json:"at,omitempty"` // where the text has each copy of a frame
	From     int          `json:"from"`         // of a tap, the number of the item in their order, -1 for none
}

// A pageCost is one of the costs that a page is given, of one copy of an item and all in it.
type pageCost struct {
	Value float64 `json:"value"`
	Text  string  `json:"text"`
}

type pageNode struct {
	Op     string     `json:"op"`
	Shape  string     `json:"shape"`
	Params [][]string `json:"params"`
	Field  string     `json:"field,omitempty"` // "" where it is not known, or of no pixels
	pageLine
}

// A pageLine is a line of a text.
type pageLine struct {
	File string `json:"file"`
	Line int    `json:"line"`
}

func (d *Diagram) data(g *graph.Graph, depth int, costs []*Heat, texts func(string) string) pageData {
	p := pageData{Costs: []string{}, Title: d.Title, Depth: depth, Advances: advances[:], Nodes: map[string]pageNode{}, Files: map[string][]string{},
		Lengths: map[string]float64{"textSize": textSize, "smallSize": smallSize, "boxHeight": boxHeight, "leastBox": leastBox, "gap": gap,
			"rail": rail, "lead": lead, "join": join, "titleLeft": titleLeft, "between": between, "pad": pad, "titleRow": titleRow, "round": round, "arcGap": arcGap, "margin": margin, "leastTitle": leastTitle, "mostArcs": mostArcs}}
	if d.heat != nil {
		p.Colour = d.heat.Name
	}
	for _, c := range costs {
		p.Costs = append(p.Costs, c.Name)
	}
	numbers := map[*Item]int{}
	each(d.Items, func(i *Item) { numbers[i] = len(numbers) })
	makes := d.makers()
	var items func(list []*Item) ([]pageItem, []float64)
	items = func(list []*Item) (out []pageItem, sums []float64) {
		out, sums = []pageItem{}, make([]float64, len(costs))
		for _, i := range list {
			one := pageItem{Kind: i.Kind.String(), Text: i.Text, Told: i.told, Marks: i.Marks, Label: i.Label, Call: i.Call, Stage: i.Stage, Path: word(i.Path),
				Nodes: unspaced(i.Nodes), Count: i.Count, Params: count(i.Cost.Params), MACs: count(i.Cost.MACs), FLOPs: count(i.Cost.FLOPs), Size: known(i.shape), From: -1}
			if len(i.shape) > 0 {
				one.Shape = graph.SizesOf(i.shape)
			}
			for _, at := range i.at {
				one.At = append(one.At, p.line(at, texts))
			}
			if maker := makes[i.from]; i.Kind == Tap && maker != nil {
				one.From = numbers[maker]
			}
			within := make([]float64, len(costs)) // of all copies
			if len(i.Items) > 0 {
				one.Items, within = items(i.Items)
			}
			for n, c := range costs {
				for _, path := range i.Nodes {
					within[n] += c.Of[path]
				}
				each := within[n] / float64(i.Count)
				one.Costs = append(one.Costs, pageCost{each, c.Text(each)})
				sums[n] += within[n]
			}
			for _, b := range i.Branches {
				branch, more := items(b)
				one.Branches = append(one.Branches, branch)
				for n := range costs {
					sums[n] += more[n]
				}
			}
			out = append(out, one)
		}
		return out, sums
	}
	p.Items, _ = items(d.Items)
	height, wide := g.Fields(dim.Height), g.Fields(dim.Width)
	for _, n := range g.Nodes {
		node := pageNode{Op: graph.Describe(n.Op), Shape: fmt.Sprint(n.Shape), Params: [][]string{}, pageLine: p.line(n.Origin.Start, texts)}
		if h, w := height[n.ID].Size(), wide[n.ID].Size(); h > 0 && w > 0 {
			node.Field = fmt.Sprintf("%dx%d", h, w)
		}
		for _, t := range n.Params {
			node.Params = append(node.Params, []string{t.Path, fmt.Sprint(t.Shape)})
		}
		p.Nodes[word(idOf(g, n))] = node
	}
	return p
}

// line is a line of a text, which the page then has.
func (p *pageData) line(at source.Pos, texts func(string) string) pageLine {
	if p.Files[at.Filename] == nil {
		p.Files[at.Filename] = strings.Split(texts(at.Filename), "\n")
	}
	return pageLine{at.Filename, at.Line}
}

// unspaced are paths without blanks.
func unspaced(list []string) []string {
	out := make([]string, len(list))
	for i, p := range list {
		out[i] = word(p)
	}
	return out
}

// known are the sizes of a shape, which a net has all of.
func known(s dim.Shape) (list []int) {
	for _, size := range s {
		n, _ := size.Int()
		list = append(list, n)
	}
	return list
}

func count(n dim.Size) *int {
	if v, ok := n.Int(); ok {
		return &v
	}
	return nil
}
