package main

import (
	"fmt"
	"path"
	"slices"
	"strings"

	"cnnlang/interp"
)

// firstClasses is how many classes a new net has, until someone says how many.
const firstClasses = 5

// fromLibrary is the text of a net that is one of the library, with what people change first.
func fromLibrary(name string, p *interp.Program, n *interp.Net) string {
	settable := p.Settable(n.Name)
	var arguments []string
	hasClasses := slices.Contains(settable, "classes")
	if hasClasses {
		arguments = append(arguments, fmt.Sprintf("classes=%d", firstClasses))
	}
	if in := n.Graph.Inputs[0].Shape; len(in) == 4 {
		for i, size := range []string{"C", "H", "W"} {
			if slices.Contains(settable, size) {
				arguments = append(arguments, fmt.Sprintf("%s=%d", size, in[i+1]))
			}
		}
	}
	weights, get := startingWeights(n)
	trained := hasClasses && weights != "" && n.Kind() == interp.ClassesOutput

	var b strings.Builder
	fmt.Fprintf(&b, "# %s: %s of the library, with what one changes first.\n#\n", name, n.Name)
	for _, c := range [][2]string{
		{"check " + name + ".cnn", "finds mistakes"},
		{"params " + name + ".cnn", "counts parameters and work"},
		{"run " + name + ".cnn --weights random --input random", "tries it out"},
		{get, "downloads published weights"},
	} {
		if c[0] != "" {
			fmt.Fprintf(&b, "#   %s   %s\n", "cnnlang "+c[0], c[1])
		}
	}
	if trained {
		fmt.Fprintf(&b, "#   cnnlang train %s.cnn --data FOLDER --weights %s --output %[1]s.safetensors\n#\n", name, weights)
		b.WriteString("# FOLDER has a folder of pictures for each class, and `classes` becomes their number.\n")
	}
	fmt.Fprintf(&b, "import nets.%s { %s }\n\n", strings.TrimSuffix(path.Base(n.MainFile()), ".cnn"), n.Name)
	fmt.Fprintf(&b, "# `cnnlang doc %s` says what the net is and what else can be changed.\nnet %s = %[1]s", n.Name, name)
	if len(arguments) > 0 {
		fmt.Fprintf(&b, "(%s)", strings.Join(arguments, ", "))
	}
	if !trained {
		return aligned(b.String()) + "\n"
	}
	return aligned(b.String()) + finetuning
}

// startingWeights is what to begin a training with, and the arguments of the command that downloads it: "" for none.
func startingWeights(n *interp.Net) (weights, get string) {
	if own, ok := n.Own(); ok {
		return own.Path(), ""
	}
	for _, f := range published(n) {
		if f.URL != "" {
			file := n.Name + path.Ext(f.File)
			return file, "get " + n.Name + " --output " + file
		}
	}
	return "", ""
}

// finetuning is the body of a net that goes on from published weights.
const finetuning = ` {
  # meta { classes = ["cat", "dog"] }   # as many names as there are classes

  # How it learns on from weights; ` + "`cnnlang doc train`" + ` explains every word.
  train finetune {
    optimizer   = adamw(lr=1e-3)
    loss        = cross_entropy(smoothing=0.1)
    bn          = "stored"   # batch norms keep their statistics
    head_epochs = 3          # at first the last layer learns alone,
    head_rate   = 10         # then all do, the last layer faster
    warmup      = 1
    batch       = 32
    epochs      = 12
  }
}
`
