package ops

import (
	"cnnlang/ops/dim"
)

// Flatten joins all axes after the first: [N, C, H, W] becomes [N, C*H*W].
//
// Cost: none, it moves nothing.
type Flatten struct{ alias }

func (*Flatten) Name() string { return "flatten" }

// Infer gives [N, the product of the other axes].
func (o *Flatten) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	if !r.channelled() {
		return r.end(nil)
	}
	return r.end(dim.Shape{in[0][0], in[0][1:].Product()})
}

// Dropout is the identity; in training it drops a share P of the values
// (Srivastava et al. 2014).
//
// Cost: none, it moves nothing.
type Dropout struct {
	P dim.Size
	alias
}

func (*Dropout) Name() string { return "dropout" }

// Infer keeps the shape.
func (o *Dropout) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.between("p", o.P, dim.Int(0), &one)
	return r.end(in[0])
}

// DropPath is the identity; in training it drops the value of a share P of the images, which at the
// end of a branch leaves them the shortcut (Huang et al. 2016, stochastic depth).
//
// Cost: none, it moves nothing.
//
// The gradient of an image that is dropped is 0, that of others as of dropout: by 1 - P.
type DropPath struct {
	P dim.Size
	alias
}

func (*DropPath) Name() string { return "drop_path" }

// Infer keeps the shape.
func (o *DropPath) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.between("p", o.P, dim.Int(0), &one)
	return r.end(in[0])
}

// Identity passes its input on.
//
// Cost: none, it moves nothing.
type Identity struct{ alias }

func (*Identity) Name() string { return "id" }

// Infer keeps the shape.
func (o *Identity) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) { return keep(f, o, in) }

// Slice takes the channels From (inclusive) to To (exclusive).
//
// Cost: none, it only moves.
type Slice struct {
	From dim.Size
	To   dim.Size
	moving
}

func (*Slice) Name() string { return "slice" }

// Infer gives [N, to - from, H, W].
func (o *Slice) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.whole("from", o.From, 0)
	r.whole("to", o.To, 0)
	if r.ok() && !dim.AtLeast(r.OfArgument(), o.To, o.From.Add(dim.Int(1))) {
		r.bad("to", "to is exclusive: the channels are from, from + 1, …, to - 1",
			"`to` of `slice` must be above `from`, got %v to %v", o.From, o.To)
	}
	if !r.channelled() {
		return r.end(nil)
	}
	if !dim.AtLeast(r, in[0][1], o.To) {
		r.unfit("to", "", "`slice` ends at channel %v, but its input has only %v channels", o.To, in[0][1])
	}
	out := in[0].Clone()
	out[1] = o.To.Sub(o.From)
	return r.end(out)
}

// ChannelShuffle splits the channels into Groups and interleaves them (Zhang et
// al. 2017, ShuffleNet): channel g*C/groups + i moves to i*groups + g.
//
// Cost: none, it only moves.
type ChannelShuffle struct {
	Groups dim.Size
	moving
}

func (*ChannelShuffle) Name() string { return "channel_shuffle" }

// Infer keeps the shape.
func (o *ChannelShuffle) Infer(f dim.Facts, in []dim.Shape) (dim.Shape, error) {
	r := begin(f, o, in, 1)
	r.whole("groups", o.Groups, 1)
	if r.channelled() {
		r.divides(o.Groups, in[0][1], "input")
	}
	return r.end(in[0])
}

// moving is what the ops share that compute nothing.
type moving struct{}

func (moving) Params(in []dim.Shape) []Param           { return nil }
func (moving) Cost(in []dim.Shape, out dim.Shape) Cost { return elementCost(out, 0) }

// alias is what the ops share whose result is their input.
type alias struct{ moving }
