package main

import (
	"errors"
	"fmt"
	"path/filepath"
	"regexp"
	"slices"
	"strings"

	"cnnlang/interp"
)

// Inputs and outputs of a net by name: `--input image=a.png`, `--shape image=1x3x320x320`.

// prefixed is a value with the name of the input that it is for; a file whose own name begins so
// is written ./a=b.npy.
var prefixed = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*(?:\.[0-9]+)?)=(.*)$`)

// indexed is a value with an index as the text of a net writes it.
var indexed = regexp.MustCompile(`^([A-Za-z_][A-Za-z0-9_]*)\[([0-9]+)\]=(.*)$`)

// An inputOf is what an input is made of: a file, or numbers that are generated. Without a name it
// is the only input, or generates all of them.
type inputOf struct{ name, file string }

const inputKinds = "[NAME=]FILE|random"

func (in inputOf) isRandom() bool { return in.file == "random" }

// isPicture tells by the name of the file.
func (in inputOf) isPicture() bool {
	return slices.Contains(extensions, strings.ToLower(filepath.Ext(in.file)))
}

// what is what messages call it.
func (in inputOf) what() string {
	if in.name == "" {
		return "the input"
	}
	return "the input " + in.name
}

// inputsOption is the flag --input, which may be repeated for several inputs.
func inputsOption() *option[[]inputOf] {
	o := &option[[]inputOf]{what: inputKinds, write: func([]inputOf) string { return "" }}
	o.parse = func(text string) ([]inputOf, error) {
		in := inputOf{file: text}
		if parts := prefixed.FindStringSubmatch(text); parts != nil {
			in = inputOf{parts[1], parts[2]}
		}
		if parts := indexed.FindStringSubmatch(text); parts != nil {
			return nil, fmt.Errorf("an input of a list is named with a dot: %s.%s=%s, where %s is the list; ./%s is a file of that name",
				parts[1], parts[2], parts[3], parts[1], text)
		}
		switch {
		case in.file == "":
			return nil, errors.New("want " + inputKinds)
		case in.file == "-":
			return nil, fmt.Errorf("want %s, not a stream; ./- is a file of that name", inputKinds)
		}
		for _, other := range o.value {
			switch {
			case other.name == "" && in.name == "":
				return []inputOf{in}, nil // as of any flag, the last one holds
			case other.name == in.name && !(other.isPicture() || other.isMany()) || other.name == in.name && !(in.isPicture() || in.isMany()):
				return nil, fmt.Errorf("%s is given twice", other.what())
			case other.name == in.name: // several images
			case other.name == "" || in.name == "":
				return nil, errors.New("one has a name and one has none; name each, as in image=a.png")
			}
		}
		return append(slices.Clip(o.value), in), nil
	}
	return o
}

// A shapeFor is the shape of an input, without a name of the only one.
type shapeFor struct {
	name  string
	shape []int
}

// shapesOption is the flag --shape.
func shapesOption() *option[[]shapeFor] {
	o := &option[[]shapeFor]{what: "[NAME=]NxCxHxW", write: func(list []shapeFor) string {
		texts := make([]string, len(list))
		for i, s := range list {
			if texts[i] = shapeText(s.shape); s.name != "" {
				texts[i] = s.name + "=" + texts[i]
			}
		}
		return strings.Join(texts, " ")
	}}
	o.parse = func(text string) ([]shapeFor, error) {
		s := shapeFor{}
		if parts := prefixed.FindStringSubmatch(text); parts != nil {
			s.name, text = parts[1], parts[2]
		}
		var err error
		if s.shape, err = parseShape(text); err != nil {
			return nil, err
		}
		for _, other := range o.value {
			switch {
			case other.name == "" && s.name == "":
				return []shapeFor{s}, nil
			case other.name == s.name:
				return nil, fmt.Errorf("the shape of %s is given twice", s.name)
			case other.name == "" || s.name == "":
				return nil, errors.New("one has the name of an input and one has none; name each, as in image=1x3x320x320")
			}
		}
		return append(slices.Clip(o.value), s), nil
	}
	return o
}

// shapes fills in the shapes that options ask for.
func shapes(list []shapeFor, opts *interp.Options) {
	for _, s := range list {
		if s.name == "" {
			opts.Shape = s.shape
			continue
		}
		if opts.Shapes == nil {
			opts.Shapes = map[string][]int{}
		}
		opts.Shapes[s.name] = s.shape
	}
}

// choose takes the outputs that --output names without a file, of a net that has several: they
// alone are shown. What such a name is can be told only once the net is known.
func (f *runFlags) choose(n *interp.Net) error {
	names := n.OutputNames()
	if len(names) == 1 {
		for i, t := range f.output.value {
			if slices.ContainsFunc(f.output.value[:i], t.again) {
				return usage("%v is given twice", t)
			}
		}
		return nil
	}
	var files []target
	for _, t := range f.output.value {
		switch {
		case t.name != "":
			files = append(files, t)
		case slices.Contains(names, t.file):
			f.shown = append(f.shown, t.file)
		default:
			return usage("%s has %d outputs, and %s is none of them: %s", n.Name, len(names), t.file, some(names)).
				withHelp("name the output that a file is for, as in `--output %s=%s`", names[0], shellQuoted(t.file))
		}
	}
	f.output.value = files
	return nil
}

// some are the first few of many names.
func some(names []string) string {
	const most = 12
	if len(names) > most {
		return strings.Join(names[:most], ", ") + ", …"
	}
	return strings.Join(names, ", ")
}
