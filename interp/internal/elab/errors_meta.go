package elab

import (
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/source"
)

func unknownMeta(n *ast.Name) *diag.Diagnostic {
	d := diag.New(diag.UnknownMeta, n.Span(), "meta has no key `%s`", n.Text)
	if n.Text == "license" {
		return d.WithHelp("the license is the file's: `weights = checkpoint(\"x.pth\", license=\"MIT\")`")
	}
	if d.DidYouMean(n.Text, MetaKeys()) {
		return d
	}
	return d.WithHelp("the keys are %s", diag.Names(MetaKeys()))
}

func wrongMeta(item *ast.Setting, want string, got Value) *diag.Diagnostic {
	d := diag.New(diag.WrongType, item.Value.Span(), "`%s` must be %s, got %s", item.Key.Text, want, described(got))
	namedInText(d, item)
	return d
}

func settingTwice(key, first *ast.Name) *diag.Diagnostic {
	return diag.New(diag.DuplicateName, key.Span(), "`%s` is set twice", key.Text).
		WithLabel("again here").At(first.Span(), "first here").
		WithHelp("write it once; what a preset says in its braces replaces what the net says")
}

// unknownInMeta is about a size of the signature or a let of the body.
func unknownInMeta(item *ast.Setting, name *ast.Name) *diag.Diagnostic {
	return diag.New(diag.UnknownName, name.Span(), "`%s` has no value in `meta`", name.Text).
		WithHelp("`%s` may use the net's parameters and what the file defines outside it", item.Key.Text)
}

// pixelsBeyond is about a list that belongs to pixels of another range.
func pixelsBeyond(key string, numbers []float64, scale float64, item metaItem) *diag.Diagnostic {
	span, _ := item.argument(key)
	d := diag.New(diag.MetaPixels, span, "pixels are from 0 to %g here, which a `%s` of %s does not fit", scale, key, list(numbers))
	if at, written := item.argument("scale"); written {
		d.At(at, "0 to %g is stated here", scale)
	}
	switch {
	case slices.Min(numbers) < 0:
		return d.WithHelp("`mean` is subtracted from pixels, which are not negative: write it without the sign")
	case scale == 1 && slices.Max(numbers) <= 255:
		return d.WithHelp("write `scale=255` where pixels are from 0 to 255, or divide `mean` and `std` by 255")
	}
	if slices.Max(numbers) > scale {
		return d.WithHelp("no pixel is above %g: correct it", scale)
	}
	return d.WithHelp("leave `scale` out where pixels are from 0 to 1, or multiply `mean` and `std` by 255")
}

func list(numbers []float64) string {
	var texts []string
	for _, x := range numbers {
		texts = append(texts, strconv.FormatFloat(x, 'g', 6, 64))
	}
	return "[" + strings.Join(texts, ", ") + "]"
}

func classesBeyond(at source.Span, names, outputs int, net string) *diag.Diagnostic {
	d := diag.New(diag.MetaUnfit, at, "`classes` names %d output%s, and `%s` has %d", names, plural(names), net, outputs)
	if names == 0 {
		return d.WithHelp("leave it out, or list one name for each output, in their order")
	}
	return d.WithHelp("list one name for each output, in their order, or let the last layer have %d", names)
}

func unknownMap(at source.Span, f Checkpoint, net string, maps []string) *diag.Diagnostic {
	d := diag.New(diag.MetaUnfit, at, "`%s` is read by `names %s`, which `%s` does not have", f.File, f.Map, net)
	if len(maps) == 0 {
		return d.WithHelp("write it, `names %s { … }`, or leave `map` out where the file has the net's own names", f.Map)
	}
	return d.WithHelp("it has %s", diag.Names(maps))
}

func channelsBeyond(at source.Span, key string, numbers, channels int, net string) *diag.Diagnostic {
	return diag.New(diag.MetaUnfit, at, "`%s` has %d numbers, and the input of `%s` has %d channel%s", key, numbers, net, channels, plural(channels)).
		WithHelp("give one number for all channels, or as many as there are channels")
}

func resizeBelow(at source.Span, resize, side int) *diag.Diagnostic {
	return diag.New(diag.MetaCrop, at, "pictures are resized to %d and then cut to %d, which leaves a border", resize, side).
		WithHelp("`resize` is the size before the cut, so at least %d; 0 is the size of the input", side)
}
