package interp

import (
	"errors"
	"fmt"
	"io"
	"io/fs"
	"slices"
	"strings"
	"sync"

	"cnnlang/interp/internal/classnames"
	"cnnlang/interp/internal/regular"
	"cnnlang/interp/internal/weights"
	"cnnlang/lang/resolve"
	"cnnlang/stdlib"
)

// Labels are the names of a net's classes, in the order of its outputs. They are the first of
// these that there are:
//
//  1. Options.Labels,
//  2. those that the file of weights has beside its numbers, if they are as many as the outputs,
//  3. for a published file those that the net's meta says of it, and for Darknet's files, which
//     are trained in an order of their own, ImageNet's in that,
//  4. the net's `classes`; if they are ImageNet's 1,000 and there is one output more, those
//     behind a background, as Google trains.
type Labels struct {
	Names []string
	From  string // in words, "" for the fourth

	last int // the line of a file that the last one is in
}

// LabelsOf are labels of a caller's own.
func LabelsOf(names ...string) Labels { return Labels{Names: names, From: "Options.Labels"} }

// A LabelsError says why labels cannot be read, or are not as many as the outputs.
type LabelsError struct {
	Path    string
	Line    int // 0 is none
	Problem string
	Unfit   bool // they can be read, but are not for this net
}

func (e *LabelsError) Error() string {
	if e.Line == 0 {
		return fmt.Sprintf("%s: %s", e.Path, e.Problem)
	}
	return fmt.Sprintf("%s:%d: %s", e.Path, e.Line, e.Problem)
}

// ReadLabels reads labels from a file: one a line, behind an index or not, or a list or object of
// JSON, such as Keras's imagenet_class_index.json. Its errors are *LabelsError and *fs.PathError.
func ReadLabels(path string) (Labels, error) {
	const most = classnames.MostBytes
	file, info, err := regular.Open(path)
	if err != nil {
		return Labels{}, err
	}
	defer file.Close()
	if info.Size() > most {
		return Labels{}, &LabelsError{Path: path, Problem: fmt.Sprintf("has %s, want at most %s of names; is it another file?", Bytes(info.Size()), Bytes(most))}
	}
	text, err := io.ReadAll(io.LimitReader(file, most+1))
	if err != nil {
		return Labels{}, &fs.PathError{Op: "read", Path: path, Err: errors.New(regular.Problem(err))}
	}
	names, err := classnames.Parse(string(text))
	var problem *classnames.Problem
	if errors.As(err, &problem) {
		return Labels{}, &LabelsError{Path: path, Line: problem.Line, Problem: problem.Text}
	}
	return Labels{names, path, 1 + strings.Count(strings.TrimRight(string(text), "\r\n"), "\n")}, err
}

// KnownLabels are the names of lists of labels that NamedLabels finds: those of std.classes and
// std.challenge.
func KnownLabels() []string { return knownLabels() }

// knownLabels looks for them in the texts, as every command names them in its help and few read one.
var knownLabels = sync.OnceValue(func() (names []string) {
	for _, file := range labelFiles {
		text, err := fs.ReadFile(stdlib.FS, strings.TrimPrefix(file, "std.")+".cnn")
		if err != nil {
			panic("interp: " + err.Error())
		}
		for line := range strings.Lines(string(text)) {
			if rest, ok := strings.CutPrefix(line, "let "); ok && !strings.HasPrefix(rest, "_") {
				name, _, _ := strings.Cut(rest, " ")
				names = append(names, name)
			}
		}
	}
	return names
})

// NamedLabels finds one of KnownLabels, such as imagenet1k.
func NamedLabels(name string) (Labels, bool) {
	for i, m := range labelModules() {
		if !slices.Contains(m.Exported(), name) {
			continue
		}
		p, err := parseText("", fmt.Sprintf("import %s { %s }\nnet n [N, C = len(%[2]s)] -> [N, C] { meta { classes = %[2]s }\n relu }", labelFiles[i], name))
		if err != nil {
			panic("interp: " + err.Error())
		}
		n, err := p.Net(Options{})
		if err != nil {
			panic("interp: " + err.Error())
		}
		return Labels{Names: n.Meta.Classes, From: name}, true
	}
	return Labels{}, false
}

// labelFiles are the files of the library that have lists of classes.
var labelFiles = []string{"std.classes", "std.challenge"}

var labelModules = sync.OnceValue(func() []*resolve.Module {
	p, err := parseText("", "import "+strings.Join(labelFiles, "\nimport "))
	if err != nil {
		panic("interp: std.classes cannot be read")
	}
	return p.Main.Imports
})

// label gives the net's outputs other names than its meta does. Its error is a *LabelsError.
func (n *Net) label(l Labels) error {
	if l.Names == nil {
		return nil
	}
	outputs, classifies := n.outputs()
	e := &LabelsError{Path: l.From, Line: l.last, Unfit: true}
	switch {
	case !classifies:
		e.Problem = fmt.Sprintf("has the names of %s, and the output %v of %s is not scores of classes", counted(len(l.Names), "class", "classes"), n.Graph.Output().Shape, n.Name)
		return e
	case outputs != len(l.Names):
		e.Problem = fmt.Sprintf("ends after the names of %s, want %d for the outputs of %s", counted(len(l.Names), "class", "classes"), outputs, n.Name)
		return e
	}
	n.labels = l
	return nil
}

// outputs is how many classes the net tells apart, in a picture or at each of its pixels.
func (n *Net) outputs() (int, bool) {
	if k := n.Kind(); k != ClassesOutput && k != MaskOutput {
		return 0, false
	}
	return n.Graph.Output().Shape[1], true
}

// labelsFor are the labels of the net with these weights, once they are open, and a note where
// the file has some that do not fit.
func (n *Net) labelsFor(w Weights) (l Labels, note string) {
	outputs, classifies := n.outputs()
	if n.labels.Names != nil || !classifies || w.store == nil {
		return n.ownLabels(), ""
	}
	said := aboutOf(w.store).Classes
	if len(said.Names) == outputs {
		return Labels{Names: said.Names, From: fmt.Sprintf("%s, `%s`", w.store.Path(), said.Key)}, ""
	}
	if said.Names != nil {
		note = fmt.Sprintf("passed over the names of %s in `%s`: the net has %s", counted(len(said.Names), "class", "classes"), said.Key, counted(outputs, "output", "outputs"))
	}
	if c, ok := n.Published(w.path); ok && len(c.Classes) == outputs {
		return Labels{Names: c.Classes, From: "what the net's meta says of " + c.File}, note
	}
	if _, darknet := weights.Numbers(w.store); darknet {
		imagenet, _ := NamedLabels("imagenet1k")
		if kit, _ := NamedLabels("imagenet1k_kit"); slices.Equal(n.Meta.Classes, imagenet.Names) {
			return Labels{Names: kit.Names, From: "imagenet1k_kit, the order in which Darknet's own files are trained"}, note
		}
	}
	return n.ownLabels(), note
}

// ownLabels are those without weights.
func (n *Net) ownLabels() Labels {
	if n.labels.Names != nil {
		return n.labels
	}
	return Labels{Names: n.Meta.Classes}
}

// String says where labels come from, for people.
func (l Labels) String() string {
	switch {
	case l.Names == nil:
		return "classes have no names"
	case l.From == "":
		return "classes are named by the net's meta"
	}
	return "classes are named by " + strings.TrimSpace(l.From)
}
