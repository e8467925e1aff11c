package interp

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/classnames"
	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/source"
)

// HoldsNet reports whether a name is that of a file of weights that may hold the net that it is
// for: a safetensors file whose metadata has the texts of Net.Carried, as training writes it.
func HoldsNet(name string) bool { return strings.HasSuffix(name, ".safetensors") }

// A holding is what a file of weights says of its net, beside the text.
type holding struct {
	path    string // of the file, "" for none
	net     string // which of the text, "" for the only one
	hash    string // of the net, "" where it is not said
	set     Settings
	prepare Preparation
	size    [2]int // of the input that this is for, 0 where it is not said
	classes []string
}

// A HoldingError says why there is no net in a file of weights. Key is the entry of its metadata
// that is wrong, "" where the file holds no net.
type HoldingError struct{ Path, Key, Problem string }

func (e *HoldingError) Error() string {
	return "interp: " + e.Path + ": " + strings.TrimSpace(e.Key+" "+e.Problem)
}

// openHolding reads the program in the metadata of a file of weights. It can import only the library.
func openHolding(path string) (*Program, error) {
	store, err := weights.Open(path, weights.Options{NoMap: true})
	if err != nil {
		return nil, err
	}
	about := weights.Metadata(store)
	if err := store.Close(); err != nil {
		return nil, err
	}
	text, ok := about[carriedSource]
	switch version := about[carriedVersion]; {
	case !ok:
		return nil, &HoldingError{Path: path, Problem: "holds no net: its metadata has no " + carriedSource}
	case version != "" && version != carriedNow:
		return nil, &HoldingError{path, carriedVersion, fmt.Sprintf("is %.20q, want %q; a newer version of this program reads the file", version, carriedNow)}
	}
	within := func(key string) string { return path + ": " + key }
	h := holding{path: path, net: about[carriedNet], hash: about[carriedHash], prepare: Preparation{Text: about[carriedPrepare], Name: within(carriedPrepare)}}
	if set := about[carriedSet]; set != "" {
		h.set = Settings{Texts: strings.Split(set, "\n"), Name: within(carriedSet)}
	}
	if size := about[carriedSize]; size != "" {
		if h.size, ok = sizeOf(size); !ok {
			return nil, &HoldingError{path, carriedSize, fmt.Sprintf("is %.40q, want a height and a width, as in 224x224", size)}
		}
	}
	if list := about[carriedClasses]; list != "" {
		if h.classes, err = classnames.Parse(list); err != nil {
			return nil, &HoldingError{path, carriedClasses, err.Error()}
		}
	}
	p, err := parseText(within(carriedSource), text)
	if err != nil {
		return nil, err
	}
	p.holding, p.own = h, WeightsFile(path)
	if again := p.again; again != nil {
		p.again = func(text string) (*Program, error) {
			q, err := again(text)
			if err == nil {
				q.holding, q.own = p.holding, p.own
			}
			return q, err
		}
	}
	return p, nil
}

// sizeOf reads two sizes with an x between them.
func sizeOf(text string) (size [2]int, ok bool) {
	for i, part := range strings.Split(text, "x") {
		n, err := strconv.Atoi(part)
		if i > 1 || err != nil || n < 1 || n > math.MaxInt32 {
			return size, false
		}
		size[i] = n
	}
	return size, size[1] > 0
}

// asked is what options ask of elab, with the texts that diagnostics quote. Of a net that a file of weights
// holds it is what the file says where the options say nothing; a shape replaces all its sizes.
func (p *Program) asked(opts Options) (elab.Options, []*source.File, error) {
	set, file, err := opts.Set.parse()
	if err != nil {
		return elab.Options{}, nil, err
	}
	files := []*source.File{file}
	prepare := opts.Prepare
	if h := p.holding; h.path != "" && (opts.Net == "" || opts.Net == h.net) {
		own, file, err := h.set.parse()
		if err != nil {
			return elab.Options{}, nil, err
		}
		replaced := func(s elab.Setting) bool {
			return slices.ContainsFunc(set, func(other elab.Setting) bool { return other.Name == s.Name }) ||
				(opts.Shape != nil || opts.Shapes != nil) && slices.Contains(p.sizes(h.net), s.Name)
		}
		set, files = append(slices.DeleteFunc(own, replaced), set...), append(files, file)
		if prepare.Text == "" {
			prepare = h.prepare
		}
	}
	how, file, err := p.preparation(prepare)
	if err != nil {
		return elab.Options{}, nil, err
	}
	if how != nil && prepare == p.holding.prepare {
		how.At = p.holding.size
	}
	return elab.Options{Set: set, Shape: opts.Shape, Shapes: opts.Shapes, Prepare: how}, append(files, file), nil
}

// sizes are the names of those of a net's input, or of the only net's, that settings can give.
func (p *Program) sizes(name string) []string {
	nets := p.Main.Nets()
	for _, o := range nets {
		if o.Name == name || name == "" && len(nets) == 1 {
			open, _ := elab.Open(o)
			return open.Sizes
		}
	}
	return nil
}

// hold gives a net what the file that holds it says, and notes where it is no longer the net that the file
// was written for.
func (n *Net) hold(opts Options) {
	h := n.program.holding
	if h.path == "" || n.Name != h.net && h.net != "" {
		return
	}
	if k, classifies := n.outputs(); classifies && len(h.classes) == k {
		n.Meta.Classes, n.result.Meta.Classes = h.classes, h.classes
	}
	if asIs := opts.Shape == nil && opts.Shapes == nil && len(opts.Set.Texts) == 0; asIs && h.hash != "" && h.hash != n.hash() {
		n.Notes = append(n.Notes, fmt.Sprintf("the text in %s gives another net than the one that it was written with: the blocks that it imports from the library have changed since, or it was edited", h.path))
	}
}

// Own are the weights that come with the net, and whether it has some: those of the file that holds it.
func (n *Net) Own() (Weights, bool) { return n.program.own, n.program.own.from != nowhere }

// weights are these, or those that come with the net where these are none.
func (n *Net) weights(w Weights) Weights {
	if w.from == nowhere {
		return n.program.own
	}
	return w
}

// Path is the file that weights are read from, "" where they are none.
func (w Weights) Path() string { return w.path }
