package elab

import (
	"regexp"
	"slices"
	"strings"

	"cnnlang/lang/ast"
)

// A stage is known outside its block by its path: @body.layer2 is the stage layer2 of what is
// called under the label body. When a block has been applied, the body that called it takes
// over its stages under the path of the call, and so on outwards. With the empty label they
// are those of that body, by their own names as well.
//
// Only what is read is taken over: a net may have thousands of stages.

// reads is what a text reads that may be stages of blocks: paths, and names of which the text
// does not say what they are.
type reads struct {
	paths *pathTree
	names map[string]bool
}

func (r reads) any() bool { return len(r.names) > 0 || r.paths != nil && r.paths.below != nil }

// A pathTree is paths by their parts.
type pathTree struct {
	read  bool // the path to here
	below map[string]*pathTree
}

// at is what is read below a path, nil for nothing.
func (t *pathTree) at(path string) *pathTree {
	for path != "" && t != nil {
		var part string
		part, path, _ = strings.Cut(path, ".")
		t = t.below[part]
	}
	return t
}

// readsOf is what the text of a block reads.
func (m *machine) readsOf(b *ast.Block) reads {
	if r, known := m.reads[b]; known {
		return r
	}
	r, own := reads{&pathTree{}, map[string]bool{}}, map[string]bool{}
	note := func(t *ast.TapRef) {
		if len(t.Path) == 1 {
			r.names[t.Text()] = true
			return
		}
		at := r.paths
		for _, part := range t.Path {
			if at.below == nil {
				at.below = map[string]*pathTree{}
			}
			if at.below[part.Text] == nil {
				at.below[part.Text] = &pathTree{}
			}
			at = at.below[part.Text]
		}
		at.read = true
	}
	for _, p := range b.Params.All() {
		own[p.Name.Text] = true
	}
	ast.Walk(b.Body, func(n ast.Node) bool {
		switch n := n.(type) {
		case *ast.TapRef:
			note(n)
		case *ast.TapExpr:
			note(&n.TapRef)
		case *ast.Claim:
			for _, name := range n.Names() {
				own[name.Text] = true
			}
		case *ast.Step:
			if n.Stage && n.Label != nil && n.Label.Name != nil {
				own[n.Label.Name.Text] = true
			}
		}
		return true
	})
	for name := range own {
		delete(r.names, name)
	}
	if m.reads == nil {
		m.reads = map[*ast.Block]reads{}
	}
	m.reads[b] = r
	return r
}

// asked is what callers read of the stages of a frame's body.
type asked struct {
	paths []*pathTree
	names []map[string]bool // by their labels, where the body belongs to that of a caller
}

func (a asked) any() bool { return len(a.paths)+len(a.names) > 0 }

func (a asked) path(path string) bool {
	return slices.ContainsFunc(a.paths, func(t *pathTree) bool { t = t.at(path); return t != nil && t.read })
}

func (a asked) name(label string) bool {
	return slices.ContainsFunc(a.names, func(names map[string]bool) bool { return names[label] })
}

// askedAt is what is read of the stages of a block that is called at a site.
func (m *machine) askedAt(at *site) (a asked) {
	f := at.env.frame
	if !at.labelled {
		return a
	}
	path := m.pathIn(f, at.path)
	for _, t := range append(slices.Clip(f.asked.paths), f.own.paths) {
		if strings.ContainsAny(path, marks) && t != nil && t.below != nil {
			f.unsure = true // whether it is a path that is read depends on a number
		}
		if below := t.at(path); below != nil && below.below != nil {
			a.paths = append(a.paths, below)
		}
	}
	if at.flat() {
		a.names = f.asked.names
		if len(f.own.names) > 0 {
			a.names = append(slices.Clip(a.names), f.own.names)
		}
	}
	return a
}

// pathIn is a path as it is in a frame's body.
func (m *machine) pathIn(f *frame, path string) string {
	if len(f.base) == len(path)+1 && strings.HasPrefix(f.base, path) { // paths may be long
		return ""
	}
	return strings.TrimPrefix(path, f.base)
}

// ownMark begins what the value of a stage is known by that a caller reads by its label alone,
// and pathMark by its path. No tap is called so.
const ownMark, pathMark = "=", "."

// publish makes the value of a stage known by its path, if that is read.
func (m *machine) publish(f *frame, path, label string, t Tensor) {
	if m.unknowns != nil && len(m.stages) < mostStages {
		m.stages = append(m.stages, path)
	}
	path = m.pathIn(f, path)
	if strings.ContainsAny(path, marks) && (f.asked.any() || f.own.any()) {
		f.publishPerhaps(pathMark + path)
		if strings.ContainsAny(label, marks) {
			f.publishPerhaps(ownMark + label)
		}
	}
	isAsked := f.asked.path(path)
	if own := f.own.paths.at(path); isAsked || own != nil && own.read {
		f.name(pathMark+path, t)
	}
	if isAsked {
		f.published = append(f.published, pathMark+path)
	}
	if f.asked.name(label) {
		f.name(ownMark+label, t)
		f.published = append(f.published, ownMark+label)
	}
}

// takeOver gives the body that called a block those of its stages that are read.
func (m *machine) takeOver(inner *frame, at *site) {
	f, path := at.env.frame, m.pathIn(at.env.frame, at.path)
	taken := map[string]bool{}
	for _, key := range inner.published {
		t, perhaps, ok := inner.tap(key)
		if !ok || taken[key] {
			continue
		}
		taken[key] = true
		if name, isOwn := strings.CutPrefix(key, ownMark); isOwn {
			if f.own.names[name] {
				m.nameOnce(f, at, name)
				f.nameAs(name, t, perhaps)
			}
		} else {
			key = pathMark + join(path, strings.TrimPrefix(key, pathMark))
		}
		f.nameAs(key, t, perhaps)
		f.published = append(f.published, key)
	}
	if inner.asked.any() {
		f.unsure = f.unsure || inner.unsure
		for _, key := range inner.perhaps {
			if below, isPath := strings.CutPrefix(key, pathMark); isPath {
				key = pathMark + join(path, below)
			}
			f.publishPerhaps(key)
		}
	}
}

// publishPerhaps takes note of a stage that an unknown number or string names.
func (f *frame) publishPerhaps(key string) {
	switch {
	case slices.Contains(f.perhaps, key):
	case len(f.perhaps) < mostPerhaps:
		f.perhaps = append(f.perhaps, key)
	default:
		f.unsure = true
	}
}

// mostPerhaps limits how many of them are told apart.
const mostPerhaps = 100

// mayBeStage reports whether what a text reads may be a stage that an unknown number or string
// names.
func (m *machine) mayBeStage(f *frame, ref *ast.TapRef) bool {
	key := pathMark + ref.Text()
	if len(ref.Path) == 1 {
		if key = ownMark + ref.Text(); !f.own.names[ref.Text()] {
			return false // the text says what it is
		}
	}
	return slices.ContainsFunc(f.perhaps, func(stage string) bool {
		if before, _, ok := strings.Cut(stage, string(stringBegins)); ok {
			return strings.ContainsAny(before, marks) || strings.HasPrefix(key, before)
		}
		return m.mayBeOne(m.tokens(stage), m.tokens(key))
	})
}

// nameOnce reports a second stage that the body around it may read by one name.
func (m *machine) nameOnce(f *frame, at *site, name string) {
	switch _, perhaps, taken := f.tap(name); {
	case taken && perhaps:
		m.unknowns.Beyond("whether two values are named " + name)
	case taken:
		m.fail(stageNamedTwice(at, name))
	}
}

// nameAs names a value of which perhaps nothing certain is known.
func (f *frame) nameAs(tap string, t Tensor, perhaps bool) {
	if perhaps {
		f.taps = &taps{of: map[string]Tensor{tap: t}, around: f.taps, perhaps: true}
		return
	}
	f.name(tap, t)
}

// calledBy reports whether a block is being applied within itself.
func (m *machine) calledBy(c *Closure) bool {
	last := len(m.trace) - 1
	return slices.ContainsFunc(m.trace[:last], func(outer calling) bool { return outer.object == c.Object })
}

// stagesOf lists the stages that a frame's body can read by their paths.
func (m *machine) stagesOf(f *frame) (paths []string) {
	all := slices.Clone(m.stages)
	for _, s := range m.graph.Steps {
		if s.Stage && m.side.Within(s.Side) {
			all = append(all, s.Path)
		}
	}
	for _, path := range all {
		if path, within := strings.CutPrefix(path, f.base); within && readable.MatchString(path) && !slices.Contains(paths, path) {
			if paths = append(paths, path); len(paths) == mostStages {
				break
			}
		}
	}
	return paths
}

// mostStages is how many paths are compared with one that leads to no stage.
const mostStages = 200

// readable is a path of words.
var readable = regexp.MustCompile(`^[A-Za-z_]\w*(\.[A-Za-z_]\w*)+$`)
