package elab

import (
	"fmt"
	"regexp"
	"slices"
	"strconv"
	"strings"

	"cnnlang/lang/ast"
	"cnnlang/lang/diag"
	"cnnlang/lang/resolve"
	"cnnlang/lang/source"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// What this package says about arguments that do not fit, with the words of other
// frameworks in mind.

// argumentsElsewhere is what they call arguments, without underscores, and what those
// are called here; the first name that an operation or block has is meant.
var argumentsElsewhere = map[string][]string{
	"kernelsize": {"k"}, "kernel": {"k"}, "ksize": {"k"}, "size": {"k", "resize"}, "window": {"k"}, "windowsize": {"k"}, "poolsize": {"k"},
	"filtersize": {"k"}, "kernelshape": {"k"}, "outputsize": {"k"},
	"filters": {"out", "c"}, "numfilters": {"out", "c"}, "outchannels": {"out", "c"}, "outputchannels": {"out", "c"}, "channels": {"out", "c"},
	"features": {"out", "c"}, "outfeatures": {"out", "c"}, "units": {"out", "c"}, "numoutput": {"out", "c"}, "outplanes": {"out", "c"},
	"planes": {"out", "c"}, "width": {"out", "c"}, "output": {"out"}, "outputs": {"out"}, "n": {"out"},
	"padding": {"pad"}, "pads": {"pad"}, "padsize": {"pad"}, "strides": {"stride"}, "stridesize": {"stride"},
	"usebias": {"bias"}, "biasterm": {"bias"}, "group": {"groups"}, "numgroups": {"groups"}, "dilationrate": {"dilation"},
	"dilations": {"dilation"}, "epsilon": {"eps"}, "rate": {"p"}, "dropout": {"p"}, "prob": {"p"}, "ceilmode": {"ceil"},
	"countincludepad": {"count_pad"}, "dim": {"axis"}, "factor": {"s"}, "value": {"s"}, "center": {"shift"}, "outputpadding": {"output_pad"},
	"resizesize": {"resize"}, "channelorder": {"order"}, "resample": {"interpolation"}, "deviation": {"std"},
}

// needless is what they need to be told and a step here does not, and why.
var needless = func() map[string]string {
	by := map[string]string{}
	for words, why := range map[string]string{
		"inchannels inputchannels infeatures numfeatures inplanes inputshape inputdim normalizedshape": channelsKnown,
		"activation act activationfn activationfunction nonlinearity":                                  "the activation is a step of its own, as in `-> relu`",
		"name label id": "a label stands before the step: `name: conv(…)`",
		"inplace dtype device dataformat trainable training momentum requiresgrad":                            leaveOut + "nothing here depends on it",
		"kernelinitializer biasinitializer weightfiller biasfiller initializer regularizer kernelregularizer": leaveOut + "weights come from a file, or from a seed",
		"affine":                   "`scale` says whether there is a weight, and `shift` whether there is a bias",
		"trackrunningstats":        "`bn` has statistics of the training, `instance_norm` and `group_norm` have none",
		"paddingmode":              "what is padded is zeros: leave it out where that is meant; otherwise pad in a step before, as in `pad(1, mode=\"reflect\")`",
		"crop cropsize centercrop": leaveOut + "what is cut out is as large as the input of the net",
		"batchnormalize usebatchnorm bn batchnorm norm": "the normalisation is a step of its own, as in `-> bn`",
	} {
		for word := range strings.FieldsSeq(words) {
			by[word] = why
		}
	}
	return by
}()

// leaveOut begins what is said of arguments that do nothing here.
const leaveOut = "leave it out: "

// channelsKnown is said of those that say how many channels come in.
const channelsKnown = leaveOut + "the input channels are known"

// without is the edit that takes an argument out of a call.
func without(args *ast.Args, arg *ast.Arg) diag.Edit {
	i := slices.Index(args.List, arg)
	switch a := args.List[i]; {
	case len(args.List) == 1:
		return diag.Edit{Span: args.Span()}
	case i == 0:
		return diag.Edit{Span: source.Span{Start: a.Span().Start, End: args.List[1].Span().Start}}
	default:
		return diag.Edit{Span: source.Span{Start: args.List[i-1].Span().End, End: a.Span().End}}
	}
}

// incoming is what an argument says of the input channels.
func incoming(args *ast.Args, name *ast.Name, o *resolve.Object) []diag.Given {
	for _, a := range args.List {
		if a.Name == name && needless[plainName(name.Text)] == channelsKnown {
			return said(args, a.Value, o.Name)
		}
	}
	return nil
}

// said is the number of channels that an argument of an operation says come in.
func said(args *ast.Args, x ast.Expr, operation string) []diag.Given {
	number, ok := x.(*ast.Number)
	if !ok {
		return nil
	}
	n, err := strconv.Atoi(strings.ReplaceAll(number.Text, "_", ""))
	if err != nil {
		return nil
	}
	at := args.Span()
	at.Start.Offset-- // in the name of the operation, which stays
	return []diag.Given{{At: at, Op: operation, Channels: n}}
}

// plainName is a name without what frameworks write differently.
func plainName(name string) string { return strings.ToLower(strings.ReplaceAll(name, "_", "")) }

func unknownArgument(n *ast.Name, args *ast.Args, o *resolve.Object, params []*ast.Param) *diag.Diagnostic {
	d := diag.New(diag.UnknownArgument, n.Span(), "`%s` has no parameter `%s`", o.Name, n.Text)
	if why := unsettable(o, n.Text); why != "" {
		return d.WithHelp("%s", why)
	}
	names := settable(o, params)
	plain := plainName(n.Text)
	for _, ours := range argumentsElsewhere[plain] {
		if slices.Contains(names, ours) {
			return d.WithHelp("it is called `%s` here", ours).Write(ours)
		}
	}
	why, idle := needless[plain]
	near := ""
	for _, name := range names {
		if len(name) >= 3 && strings.HasPrefix(n.Text, name) {
			near = name // groups for groups_in
		}
	}
	switch {
	case idle:
		if d.WithHelp("%s", why); strings.HasPrefix(why, leaveOut) {
			d.Correct("leave out `"+n.Text+"`", without(args, args.List[slices.IndexFunc(args.List, func(a *ast.Arg) bool { return a.Name == n })]))
			d.Correction.Given = incoming(args, n, o)
		}
	case d.DidYouMean(n.Text, names):
	case near != "":
		d.WithHelp("did you mean `%s`?", near)
	case len(names) == 0:
		d.WithHelp("it takes no arguments")
	default:
		d.WithHelp("it takes %s", diag.Names(names))
	}
	return d
}

func tooManyArguments(at source.Span, o *resolve.Object, params []*ast.Param, v Value) *diag.Diagnostic {
	d := diag.New(diag.TooManyArguments, at, "`%s` takes no arguments", o.Name)
	if n := len(params); n > 0 {
		d = diag.New(diag.TooManyArguments, at, "`%s` takes %d argument%s, this is one more", o.Name, n, plural(n))
	}
	_, isTensor := v.(*Tensor)
	switch {
	case isTensor:
		return d.WithHelp("`%s` works on the value before it; to start from another one, write that and an arrow before it", o.Name)
	case len(sizesOf(o)) > 0:
		sizes := sizesOf(o)
		return d.WithHelp("sizes are given by name, as in `%s=64`", sizes[len(sizes)-1].name)
	case len(params) == 0:
		return d.WithHelp("leave the parentheses out; the input channels are known")
	case len(params) == 1:
		return d.WithHelp("its parameter is `%s`; the input channels are known", params[0].Name.Text)
	}
	return d.WithHelp("its parameters are %s", diag.Names(names(params)))
}

func wrongArgument(b bound, o *resolve.Object, p *ast.Param, want string) *diag.Diagnostic {
	code := diag.WrongType
	n, isNumber := b.value.(dim.Size)
	if isNumber && n.Known() && !n.IsWhole() && !strings.HasPrefix(want, "a list") {
		code = diag.InexactDivision
	}
	d := diag.New(code, b.span, "`%s` of `%s` must be %s, got %s", p.Name.Text, o.Name, want, described(b.value))
	if _, written := b.expr.(*ast.Number); written && code == diag.InexactDivision {
		if p.Name.Text == "stride" {
			return d.WithHelp("a stride of 2 halves height and width; `deconv(c, 2x2, stride=2)` doubles them")
		}
		return d.WithHelp("write a whole number")
	}
	if code == diag.InexactDivision {
		return d.WithHelp("`/` is exact; `//` rounds down, and ceil(…), floor(…) and round(…) say which way")
	}
	if text, ok := b.value.(string); ok && quoted(text, p) {
		return d.WithHelp("write it without quotation marks: `%s`", text).Write(text)
	}
	if isNumber && o.IsPrimitive() && o.Name == "linear" && p.Name.Text == "bias" && want == article("bool") && n != dim.Int(0) && n != dim.Int(1) {
		withoutFirst(d, b)
		return d.WithHelp("the input size is not an argument: `linear(%v)`", n)
	}
	if isNumber && want == article("bool") && (n == dim.Int(0) || n == dim.Int(1)) {
		return d.WithHelp("write `%v`", n == dim.Int(1)).Write(fmt.Sprint(n == dim.Int(1)))
	}
	if p.Type == nil && p.Default != nil && !o.IsPrimitive() {
		d.At(p.Span(), "the default makes it so")
		switch b.value.(type) {
		case dim.Pair, ops.Padding, []Value:
			return d.WithHelp("declare a wider type, as in `%s: dims = …` or `%[1]s: pad = …`", p.Name.Text)
		}
		return d.WithHelp("give %s", want)
	}
	text := sample(p.Type)
	if p.Name.Text == "stride" || p.Name.Text == "dilation" {
		text = "2"
	}
	if text != "…" && d.Help == "" {
		return d.WithHelp("write it as in `%s=%s`", p.Name.Text, text)
	}
	return d
}

// withoutFirst corrects a call of linear whose second argument was meant as its first by
// leaving out the first, the numbers that come in.
func withoutFirst(d *diag.Diagnostic, b bound) {
	if b.call == nil || len(b.call.List) < 2 || b.call.List[0].Name != nil || b.call.List[1].Name != nil || b.call.List[1].Value.Span() != b.span {
		return
	}
	first := b.call.List[0]
	d.Correct("leave out the input size, which is not an argument", without(b.call, first))
	d.Correction.Given = said(b.call, first.Value, "linear")
}

// quotedSize is a number or size that someone put in quotation marks.
var quotedSize = regexp.MustCompile(`^\d+(x\d+)*$`)

// quoted reports whether a string is a value of the parameter's type that someone put
// in quotation marks: a size, a padding or the name of a block.
func quoted(text string, p *ast.Param) bool {
	if p.Type == nil {
		return quotedSize.MatchString(text)
	}
	switch p.Type.Name {
	case "pad":
		return quotedSize.MatchString(text) || slices.Contains(resolve.Constants, text)
	case "block":
		return word.MatchString(text)
	case "bool":
		return text == "true" || text == "false"
	}
	return quotedSize.MatchString(text)
}

var word = regexp.MustCompile(`^[a-z_][a-z0-9_]*$`)
