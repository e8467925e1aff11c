package ops

import (
	"cnnlang/ops/dim"
)

// same gives the input the gradient as it is.
func same(s Step) {
	if s.Wants(0) {
		s.To(0, s.Gradient())
	}
}

// back gives the input the gradient, moved by another op.
func back(s Step, op Op) {
	if s.Wants(0) {
		s.To(0, s.Apply(op, s.Gradient()))
	}
}

// unshaped gives the input the gradient in its shape.
func unshaped(s Step) {
	if s.Wants(0) {
		s.To(0, reshaped(s, s.Gradient(), s.Input(0).Shape[1:]...))
	}
}

// Derive gives the gradient the input's shape.
func (o *Flatten) Derive(s Step) { unshaped(s) }

// Derive gives the gradient the input's shape.
func (o *Reshape) Derive(s Step) { unshaped(s) }

// Derive passes the gradient on.
func (o *Identity) Derive(s Step) { same(s) }

// Derive passes the gradient on, as of a dropout that drops nothing.
func (o *Dropout) Derive(s Step) { same(s) }

// Derive passes the gradient on, as of one that drops nothing.
func (o *DropPath) Derive(s Step) { same(s) }

// Train multiplies by a mask.
func (o *Dropout) Train(s Training) Ref {
	x := s.Input(0)
	if o.P == dim.Int(0) {
		return x
	}
	return s.Apply(&Mul{}, x, s.Mask(o.P.Float(), x.Shape))
}

// Train multiplies by a mask of one number for each image.
func (o *DropPath) Train(s Training) Ref {
	x := s.Input(0)
	if o.P == dim.Int(0) {
		return x
	}
	shape := []int{x.Shape[0]}
	for range x.Shape[1:] {
		shape = append(shape, 1)
	}
	return s.Apply(&Mul{}, x, s.Mask(o.P.Float(), shape))
}

// Derive moves the channels back.
func (o *ChannelShuffle) Derive(s Step) {
	back(s, &ChannelShuffle{Groups: dim.Int(s.Input(0).Shape[1]).Quo(o.Groups)})
}

// Derive moves the pixels back.
func (o *PixelShuffle) Derive(s Step) { back(s, &PixelUnshuffle{R: o.R}) }

// Derive moves the pixels back.
func (o *PixelUnshuffle) Derive(s Step) { back(s, &PixelShuffle{R: o.R}) }

// Derive puts the channels where they were; the gradients of others are 0.
func (o *Slice) Derive(s Step) {
	back(s, &Place{From: o.From.MustInt(), Channels: s.Input(0).Shape[1]})
}

// Derive puts the axes back into their order.
func (o *Permute) Derive(s Step) {
	axes := make([]dim.Size, len(o.Axes))
	for i, axis := range o.Axes {
		axes[axis.MustInt()] = dim.Int(i)
	}
	back(s, &Permute{Axes: axes})
}

// Derive pads the gradient with zeros.
func (o *Crop) Derive(s Step) { back(s, &Border{By: o.By, Mode: Zeros}) }

// Derive crops the gradient, or adds to that of each pixel those of the pixels that repeat it.
func (o *Border) Derive(s Step) {
	if o.Mode == Zeros {
		back(s, &Crop{By: o.By})
		return
	}
	adjoint(s, o)
}

// Derive gives every pixel the gradients of those that it is weighed for.
func (o *Resize) Derive(s Step) { adjoint(s, o) }

// Derive gives the gradient of each window to its largest pixel, and of equal ones to the first, row by row.
func (m *MaxPool) Derive(s Step) { byInput(s, m) }

// Derive spreads the gradient of each window over its pixels.
func (a *AvgPool) Derive(s Step) { adjoint(s, a) }

// Derive spreads the gradient of each window over its pixels.
func (a *AvgPoolTo) Derive(s Step) { adjoint(s, a) }

// Derive spreads the gradient of each channel over its pixels.
func (g *GlobalAvgPool) Derive(s Step) { spread(s) }

// Derive spreads the gradient over what the mean was made of.
func (o *ReduceMean) Derive(s Step) { spread(s) }

// spread gives every element of the input an equal share of the gradient of the mean that it is in.
func spread(s Step) {
	if !s.Wants(0) {
		return
	}
	x, dy := s.Input(0).Shape, s.Gradient()
	share := s.Apply(&Scale{dim.Ratio(int64(dy.Shape.Elements()), int64(x.Elements()))}, dy)
	s.To(0, s.Apply(&Spread{Shape: x[1:]}, share))
}

// Derive gives the gradient to the largest element, and to several in equal parts.
func (o *ReduceMax) Derive(s Step) { byInput(s, o) }
