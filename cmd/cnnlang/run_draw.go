package main

import (
	"fmt"
	"image"
	"image/png"
	"io"
	"strconv"
	"strings"

	"github.com/jedib0t/go-pretty/v6/text"

	"cnnlang/interp"
	"cnnlang/interp/picture/render"
	"cnnlang/interp/rows"
	"cnnlang/ops/tensor"
)

// A drawing says how a value becomes a picture: a mask of classes, or the brightness of a range.
type drawing struct {
	mask  bool
	shade render.Range
	from  string // who says what is black
	names []string

	beyond, values int // of all pictures so far
}

// kindOption is what the output is taken as, "" for what the net's text tells.
func kindOption() *option[interp.OutputKind] {
	return &option[interp.OutputKind]{what: "KIND", parse: func(text string) (interp.OutputKind, error) {
		return interp.OutputKind(text), known(text, strings.Split(kindNames(), ", "))
	}}
}

func kindNames() string { return joined(interp.OutputKinds, ", ") }

// name gives masks of the output the names of the model's classes.
func name(drawings map[target]*drawing, m *interp.Model) {
	for t, d := range drawings {
		if t.name == "" {
			d.names = m.Labels.Names
		}
	}
}

// drawings are those of the targets that are pictures.
func (f *runFlags) drawings(n *interp.Net) (map[target]*drawing, error) {
	all := map[target]*drawing{}
	for _, t := range f.output.value {
		if !t.isPicture() {
			continue
		}
		d, err := f.drawing(n, t)
		if err != nil {
			return nil, err
		}
		if d != nil {
			all[t] = d
		}
	}
	if f.rng.given {
		for _, d := range all {
			if !d.mask {
				return all, nil
			}
		}
		return nil, usage("--range is for an output that is written as a picture").withHelp("add `--output out.png`")
	}
	return all, nil
}

// drawing decides for one target. It is never a guess: where nobody says what is black it is
// asked for, since an output of another range would be a wrong picture.
func (f *runFlags) drawing(n *interp.Net, t target) (*drawing, error) {
	shape := shapeOfValue(n, t.name)
	if shape == nil {
		return nil, nil // the name is unknown, which is told where the model is made
	}
	if len(shape) != 4 {
		return nil, usage("%v of %s is %v, and a picture is made of [N, C, H, W]", t, n.Name, shape).
			withHelp("write it to an array: a file whose name ends in .npy")
	}
	isOutput := t.name == ""
	d := &drawing{}
	switch kind := n.Kind(); {
	case isOutput && (kind == interp.MaskOutput || kind == interp.PictureOutput):
		d.mask = kind == interp.MaskOutput
	default:
		d.mask = shape[1] != 1 && shape[1] != 3
	}
	if d.mask && shape[1] > render.MostColours {
		return nil, usage("%v of %s has %d channels, and a mask of classes has at most %d colours", t, n.Name, shape[1], render.MostColours).
			withHelp("write it to an array: a file whose name ends in .npy")
	}
	if d.mask {
		return d, nil
	}
	shade, from := n.Range()
	if !isOutput {
		shade, from = render.Range{}, ""
	}
	if f.rng.given {
		shade.Low, shade.High, from = f.rng.value[:1], f.rng.value[1:], "--range"
	}
	if from == "" {
		return nil, usage("what is black and what is full brightness in %v of %s is not known", t, n.Name).
			withHelp("say it, as in `--range 0,1` or `--range -1,1`, or in the net's text: meta { range = [0, 1] }")
	}
	d.shade, d.from = shade, from
	return d, nil
}

// shapeOfValue is the shape of the output, a side head or a step, nil for an unknown name.
func shapeOfValue(n *interp.Net, name string) tensor.Shape {
	if i, isOutput := n.Graph.OutputAt(name); isOutput {
		return n.Graph.Outputs[i].Node.Shape
	}
	for _, s := range n.Graph.Sides {
		if s.Name == name && s.Output != nil {
			return s.Output.Shape
		}
	}
	if at, ok := n.Graph.At(name); ok && name != "" {
		return at.Shape
	}
	if name == "" {
		return n.Graph.Output().Shape
	}
	return nil
}

// A drawnPicture is what was drawn, in JSON.
type drawnPicture struct {
	Width  int              `json:"width"`
	Height int              `json:"height"`
	Low    []float64        `json:"low,omitempty"` // what is black: of all channels, or of each
	High   []float64        `json:"high,omitempty"`
	From   string           `json:"range,omitempty"` // who says so
	Beyond *real            `json:"beyond,omitempty"`
	Mask   []rows.MaskClass `json:"mask,omitempty"`
}

// draw makes a picture of one value [1, C, H, W].
func (d *drawing) draw(value tensor.Tensor) (image.Image, *drawnPicture) {
	p := &drawnPicture{Width: value.Shape[3], Height: value.Shape[2]}
	if d.mask {
		m := render.MaskOf(value)
		p.Mask = rows.MaskClasses(m, d.names)
		return m.Picture(), p
	}
	img, beyond := d.shade.Picture(value)
	d.beyond, d.values = d.beyond+beyond, d.values+len(value.Data)
	share := real(float64(beyond) / float64(len(value.Data)))
	p.Low, p.High, p.From, p.Beyond = d.shade.Low, d.shade.High, d.from, &share
	return img, p
}

// encode writes a value as a PNG.
func (d *drawing) encode(w io.Writer, value tensor.Tensor) (*drawnPicture, error) {
	img, p := d.draw(value)
	return p, png.Encode(w, img)
}

// String says in a few words what is drawn, for all pictures of it.
func (d *drawing) String() string {
	if d.mask {
		return "of each pixel the class with the highest score"
	}
	order := ""
	if d.shade.BGR {
		order = ", blue first"
	}
	return fmt.Sprintf("black is %s, full brightness %s%s (%s)", spaced(d.shade.Low), spaced(d.shade.High), order, d.from)
}

// spaced are numbers with few digits.
func spaced(list []float64) string {
	var parts []string
	for _, x := range list {
		parts = append(parts, strconv.FormatFloat(x, 'g', 4, 64))
	}
	return strings.Join(parts, " ")
}

// note says in a line how a picture was made.
func (d *drawing) note(file string, p *drawnPicture) string {
	text := fmt.Sprintf("%s %dx%d: %v", visibleName(file), p.Width, p.Height, d)
	if cut := d.cut(); cut != "" {
		text += "; " + cut
	}
	return text
}

// cut says what lay outside of the range in all pictures so far, "" for nothing.
func (d *drawing) cut() string {
	if d.beyond == 0 {
		return ""
	}
	return fmt.Sprintf("%.2g %% of the values lie beyond, and are cut off", 100*float64(d.beyond)/float64(d.values))
}

// maskGrid is the legend of a mask, for a terminal of so many columns, 0 for none.
func maskGrid(classes []rows.MaskClass, width int) grid {
	g := grid{columns: []column{{"class", true}, {"colour", false}, {"pixels", true}}}
	named := false
	for _, c := range classes {
		named = named || c.Name != ""
	}
	if named {
		g.columns = append(g.columns, column{"name", false})
	}
	for _, c := range classes {
		row := []any{c.Class, c.Colour, fmt.Sprintf("%.2f %%", 100*float64(c.Share))}
		if named {
			const before = len("class  colour     pixels  ")
			name := visibleName(c.Name)
			if width > 0 {
				name = text.Snip(name, max(width-before, leastName), "…")
			}
			row = append(row, name)
		}
		g.rows = append(g.rows, row)
	}
	return g
}
