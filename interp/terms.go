package interp

import (
	"io/fs"
	"slices"
	"strings"
	"sync"

	"cnnlang/stdlib"
)

// A Term is what another framework calls something, and how it is said here.
type Term struct {
	Framework string         `json:"framework"` // as people write it: PyTorch, Keras, TensorFlow, ONNX, Caffe or Darknet
	Names     []string       `json:"names"`
	Here      []string       `json:"here"` // what to write, line by line; none where the language has no such thing
	Arguments []TermArgument `json:"arguments"`
	Notes     []string       `json:"notes"`
}

// A TermArgument says what becomes of some arguments.
type TermArgument struct {
	Names []string `json:"names"`
	Here  string   `json:"here"`
}

// A framework is a file of stdlib.Elsewhere. Names may be given with one of its prefixes.
type framework struct {
	file, name string
	prefixes   []string
}

var frameworks = []framework{
	{"torch", "PyTorch", []string{"torch."}},
	{"keras", "Keras", []string{"tensorflow.keras.", "tf.keras.", "keras."}},
	{"tensorflow", "TensorFlow", nil}, // without its prefix: most of its words are the others'
	{"onnx", "ONNX", []string{"ai.onnx.", "onnx."}},
	{"caffe", "Caffe", []string{"caffe."}},
	{"darknet", "Darknet", []string{"darknet."}},
}

// Terms are the words of other frameworks, framework by framework.
func Terms() []Term { return slices.Clone(terms()) }

var terms = sync.OnceValue(func() (all []Term) {
	for _, f := range frameworks {
		text, err := fs.ReadFile(stdlib.Elsewhere, "elsewhere/"+f.file+".txt")
		if err != nil {
			panic("interp: the library is not readable: " + err.Error())
		}
		for paragraph := range strings.SplitSeq(string(text), "\n\n") {
			if !strings.HasPrefix(paragraph, "#") && strings.TrimSpace(paragraph) != "" {
				all = append(all, termOf(f.name, paragraph))
			}
		}
	}
	return all
})

// termOf reads a paragraph, whose form the first comment of stdlib/elsewhere/torch.txt describes.
func termOf(framework, paragraph string) Term {
	t := Term{Framework: framework, Here: []string{}, Arguments: []TermArgument{}, Notes: []string{}}
	for line := range strings.Lines(strings.TrimLeft(paragraph, "\n")) {
		line = strings.TrimRight(line, "\n")
		if code, ok := strings.CutPrefix(line, "    "); ok {
			t.Here = append(t.Here, code)
		} else if note, ok := strings.CutPrefix(line, "  : "); ok {
			t.Notes = append(t.Notes, note)
		} else if argument, ok := strings.CutPrefix(line, "  "); ok {
			names, here, _ := strings.Cut(argument, "  ")
			t.Arguments = append(t.Arguments, TermArgument{strings.Split(names, ", "), here})
		} else {
			t.Names = strings.Split(line, ", ")
		}
	}
	return t
}

// TermsOf finds the terms that a word means: those that have the name or end in it, as nn.Conv2d and Conv2d, and else those
// that are spelt otherwise, as batch_norm.
func TermsOf(word string) []Term {
	word, _, _ = strings.Cut(word, "(")
	word = strings.TrimSuffix(strings.TrimPrefix(word, "["), "]") // as Darknet's files have them
	of := ""
	for _, f := range frameworks {
		for _, prefix := range f.prefixes {
			if rest, ok := strings.CutPrefix(word, prefix); ok && of == "" {
				word, of = rest, f.name
			}
		}
	}
	if rest, ok := strings.CutPrefix(word, "F."); ok {
		word = "nn.functional." + rest
	}
	find := func(is func(name string) bool) (found []Term) {
		for _, t := range terms() {
			if (of == "" || of == t.Framework) && slices.ContainsFunc(t.Names, is) {
				found = append(found, t)
			}
		}
		return found
	}
	found := find(func(name string) bool {
		return strings.HasSuffix("."+strings.TrimPrefix(name, "torch."), "."+word) && word != ""
	})
	if len(found) == 0 {
		bare := bareTerm(word)
		found = find(func(name string) bool { return bareTerm(name) == bare && bare != "" })
	}
	return found
}

// bareTerm is the last part of a name in lower case, without underscores and the number of dimensions.
func bareTerm(name string) string {
	name = name[strings.LastIndexByte(name, '.')+1:]
	return strings.TrimSuffix(strings.ReplaceAll(strings.ToLower(name), "_", ""), "2d")
}
