package interp

import (
	"cmp"
	"errors"
	"slices"
	"strings"

	"cnnlang/interp/internal/elab"
	"cnnlang/interp/internal/namemap"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
)

// Renames change the names of a file's tensors before they are compared with the net's, or with
// those of its maps. Each text is OLD=NEW: a name in the file, or up to a dot what names begin
// with, and what it is to be. They are patterns as in the rows of `names`, with captures:
// "layer{i}.{rest:path}=stage{i}.{rest}". The first text that fits a name counts.
type Renames struct {
	Texts []string
	// Name is what diagnostics call the texts, "renames" if empty.
	Name string
}

// Rename makes Renames of texts such as "module.=".
func Rename(texts ...string) Renames { return Renames{Texts: texts} }

// Err is a *ProgramError if the texts have mistakes.
func (r Renames) Err() error {
	if len(r.Texts) == 0 {
		return nil
	}
	_, err := r.parse()
	return err
}

// before and after make the texts a map of a net, one line for each.
const (
	before = "net renames [N, C, H, W] -> [N, C, H, W] { names renames {\n"
	after  = "}\nid }\n"
)

// rows are the texts as rows of a map.
func (r Renames) rows() string {
	var b strings.Builder
	for _, text := range r.Texts {
		old, new, _ := strings.Cut(strings.NewReplacer("\n", " ", "\r", " ").Replace(text), "=")
		quoted := func(s string) string { return `"` + strings.ReplaceAll(strings.Trim(s, `"`), `"`, `\"`) + `"` }
		b.WriteString(quoted(strings.TrimSpace(old)) + " = " + quoted(strings.TrimSpace(new)) + "\n")
	}
	return b.String()
}

// parse reads the texts as a net with one map.
func (r Renames) parse() (*resolve.Object, error) {
	p, err := parseText(cmp.Or(r.Name, "renames"), before+r.rows()+after)
	if err != nil {
		return nil, err
	}
	if err := r.failed(p.Problems); err != nil {
		return nil, err
	}
	return p.Main.Nets()[0], nil
}

// failed is a *ProgramError if a list has errors, whose places are those in the rows.
func (r Renames) failed(list diag.List) error {
	if !list.HasErrors() {
		return nil
	}
	file := source.NewFile(cmp.Or(r.Name, "renames"), r.rows())
	place := func(s *source.Span) {
		for _, p := range []*source.Pos{&s.Start, &s.End} {
			*p = file.Pos(min(max(p.Offset-len(before), 0), len(file.Text)))
		}
	}
	var moved diag.List
	for _, d := range list {
		if d.Severity != diag.Error {
			continue
		}
		d := *d
		d.Labels, d.Correction, d.Repairs, d.Progress, d.Trace = slices.Clone(d.Labels), nil, nil, nil, nil
		place(&d.Span)
		for i := range d.Labels {
			place(&d.Labels[i].Span)
		}
		moved = append(moved, &d)
	}
	return &ProgramError{moved, func(string) *source.File { return file }}
}

// errRenames is the error of texts that say something else together than each for itself.
var errRenames = errors.New("interp: renames are texts of the form OLD=NEW, and these hold more than two names each")

// of calls the tensors of a store as the texts say: those that one fits by the names that they
// have there, others by the names that layers gives them. It reports which were renamed, by
// their new names.
func (r Renames) of(store weights.Store, layers *weights.Aliased) (named, byLayers *weights.Aliased, renamed map[string]bool, err error) {
	net, err := r.parse()
	if err != nil {
		return nil, nil, nil, err
	}
	table, unused := elab.Rename(net, store.Path(), namesOf(store))
	if table == nil {
		return nil, nil, nil, cmp.Or(r.failed(unused), errRenames)
	}
	renamed = map[string]bool{}
	to := func(table *namemap.Table, name string) string {
		t, _ := table.Own(name)
		if t.Name != name {
			renamed[t.Name] = true
		}
		return t.Name
	}
	named = weights.Alias(store, func(e weights.Entry) (string, bool) { return to(table, e.Name), true })
	if layers == nil {
		return named, nil, renamed, r.failed(unused)
	}
	second, still := elab.Rename(net, store.Path(), namesOf(layers))
	if second == nil {
		return nil, nil, nil, cmp.Or(r.failed(still), errRenames)
	}
	unused = slices.DeleteFunc(unused, func(d *diag.Diagnostic) bool {
		return !slices.ContainsFunc(still, func(o *diag.Diagnostic) bool { return o.Span == d.Span })
	})
	byLayers = weights.Alias(layers, func(e weights.Entry) (string, bool) {
		own := weights.NameIn(layers, e.Name)
		if t, ok := table.Own(own); ok && t.Name != own {
			return t.Name, true
		}
		return to(second, e.Name), true
	})
	return named, byLayers, renamed, r.failed(unused)
}

func namesOf(store weights.Store) []string {
	entries := store.Entries()
	names := make([]string, len(entries))
	for i, e := range entries {
		names[i] = e.Name
	}
	return names
}
