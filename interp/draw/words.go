package draw

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/graph"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// words are what stands in the box of an operation, as papers write it: "3×3 conv, 64, /2".
func words(n *graph.Node) (string, Kind) {
	switch op := n.Op.(type) {
	case *ops.Conv:
		text, kind := "conv", Conv
		groups := op.Groups.String()
		switch {
		case op.Groups == dim.Int(1) && op.K == dim.Square(dim.Int(1)):
			kind = Pointwise
		case op.Groups == dim.Int(1):
		case same(n.In[0].Dims()[1], op.Groups):
			text, kind, groups = "depthwise conv", Depthwise, "1"
		default:
			kind = Depthwise
		}
		return window(op.K, text) + ", " + op.Out.String() + strided(op.Stride, "/") + unless("1", groups, ", groups ") +
			unless("1", pair(op.Dilation), ", dilation "), kind
	case *ops.Deconv:
		return window(op.K, "deconv") + ", " + op.Out.String() + strided(op.Stride, "×") + unless("1", op.Groups.String(), ", groups ") +
			unless("1", pair(op.Dilation), ", dilation "), Conv
	case *ops.Linear:
		return "linear, " + op.Out.String(), Linear
	case *ops.MaxPool:
		return window(op.K, "max pool") + strided(op.Stride, "/"), Pool
	case *ops.AvgPool:
		return window(op.K, "average pool") + strided(op.Stride, "/"), Pool
	case *ops.AvgPoolTo:
		return "average pool to " + times(op.K), Pool
	case *ops.GlobalAvgPool:
		return "global average pool", Pool
	case *ops.ReduceMean:
		return reduced(op, "average pool", "mean"), Pool
	case *ops.ReduceMax:
		return reduced(op, "max pool", "maximum"), Pool
	case *ops.Flatten, *ops.Dropout, *ops.DropPath:
		return strings.ReplaceAll(n.Op.Name(), "_", " "), Other
	}
	if text := moved(n.Op); text != "" {
		return text, Other
	}
	name := n.Op.Name()
	if _, ok := n.Op.(ops.Activator); ok {
		return strings.ReplaceAll(name, "_", " "), Act
	}
	switch name {
	case "group_norm":
		return "group norm, " + n.Op.(*ops.GroupNorm).Groups.String() + " groups", Norm
	case "bn", "layer_norm", "instance_norm", "lrn", "l2_normalize":
		return strings.ReplaceAll(name, "_", " "), Norm
	case "softmax":
		return name + unless("1", n.Op.(*ops.Softmax).Axis.String(), " along axis "), Act
	case "param":
		return "learned " + graph.SizesOf(n.Dims()), Other
	case "channel_shuffle", "slice", "scale", "pow":
		var args []string
		for _, a := range graph.Arguments(n.Op) {
			args = append(args, fmt.Sprint(a.Value))
		}
		return strings.ReplaceAll(name, "_", " ") + " " + strings.Join(args, " to "), Other
	}
	return strings.ReplaceAll(name, "_", " "), Other
}

// moved is an operation that moves pixels, or makes others of them; "" of any other.
func moved(op ops.Op) string {
	switch op := op.(type) {
	case *ops.Resize:
		return op.Mode + " resize to " + times(op.Size)
	case *ops.Border:
		return op.Mode + " pad " + op.By.Written()
	case *ops.Crop:
		return "crop " + op.By.Written()
	case *ops.PixelShuffle:
		return "pixel shuffle ×" + op.R.String()
	case *ops.PixelUnshuffle:
		return "pixel unshuffle /" + op.R.String()
	case *ops.Reshape:
		return "reshape to " + strings.Trim(dim.Shape(op.Shape).String(), "[]")
	case *ops.Permute:
		return "permute " + strings.Trim(dim.Shape(op.Axes).String(), "[]")
	}
	return ""
}

// reduced is a global pool, or says which axes it combines.
func reduced(op ops.Reducer, pool, word string) string {
	var axes []string
	for axis := dim.Channels; axis <= dim.Width; axis++ {
		if op.Reduces(int(axis)) {
			axes = append(axes, axis.String())
		}
	}
	switch len(axes) {
	case 0: // of a sketch
		return word
	case 2:
		if axes[0] == dim.Height.String() {
			return "global " + pool
		}
	}
	return word + " over " + strings.Join(axes, ", ")
}

// mergeText is the sign of a merge, or for a concatenation what comes out.
func mergeText(n *graph.Node) string {
	switch n.Op.Name() {
	case "add":
		return "+"
	case "mul":
		return "×"
	case "concat":
		if shape := n.Dims(); len(shape) > 1 {
			return fmt.Sprintf("concat, %v", shape[1])
		}
	}
	return n.Op.Name()
}

func window(k dim.Pair, what string) string { return times(k) + " " + what }

func times(k dim.Pair) string {
	if name, ok := named(k); ok {
		return name
	}
	return k.H.String() + "×" + k.W.String()
}

// named is the parameter that a pair is, of a sketch.
func named(p dim.Pair) (name string, ok bool) {
	name, ok = strings.CutSuffix(p.H.String(), "[0]")
	return name, ok && p.W.String() == name+"[1]"
}

// pair is one number where both are equal.
func pair(p dim.Pair) string {
	if same(p.H, p.W) {
		return p.H.String()
	}
	return times(p)
}

func strided(s dim.Pair, sign string) string { return unless("1", pair(s), ", "+sign) }

// unless is a text with what stands before it, or nothing for the usual one.
func unless(usual, text, before string) string {
	switch {
	case text == usual:
		return ""
	case strings.HasSuffix(before, " "+text+" "): // a parameter of that name
		return strings.TrimSuffix(before, " ")
	}
	return before + text
}

// cut shortens a text to so many characters.
func cut(text string, most int) string {
	if r := []rune(text); len(r) > most {
		return string(r[:most-1]) + "…"
	}
	return text
}

// asWritten reports whether an operation of a sketch has sizes that are texts of the block around it, which says what
// their names mean.
func asWritten(op ops.Op) bool {
	unsaid := func(size dim.Size) bool {
		return slices.ContainsFunc(size.Vars(), func(x dim.Variable) bool {
			return x.Sense != nil && x.Sense.Kind == any(graph.Unsaid{})
		})
	}
	return slices.ContainsFunc(graph.Arguments(op), func(a graph.Argument) bool {
		switch v := a.Value.(type) {
		case dim.Size:
			return unsaid(v)
		case dim.Pair:
			return unsaid(v.H) || unsaid(v.W)
		}
		return false
	})
}
