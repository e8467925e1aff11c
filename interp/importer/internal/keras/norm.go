package keras

import (
	"encoding/json"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/ops"
	"cnnlang/ops/dim"
)

// overChannels wants a normalisation whose axis is that of the channels.
func (r *reader) overChannels(c *call, in value) error {
	rank := len(in.node.Shape)
	axes, ok := axesOf(c.layer.Config, rank)
	if !ok || len(axes) != 1 || axes[0] < 1 || r.axes(rank)[axes[0]] != 1 {
		return refuse("the axis of the channels", "its axis is %s", raw(c.layer.Config, "axis"))
	}
	return nil
}

// each are the tensors of a normalisation, one number for each channel.
func (r *reader) each(c *call, in value, leaves ...string) (all []flat.Tensor, err error) {
	for _, leaf := range leaves {
		var t flat.Tensor
		if in.flattened != nil {
			t, err = r.flattened(c, *in.flattened, leaf)
		} else {
			t, err = r.channels(c, in.node.Shape[1], leaf)
		}
		if err != nil {
			return nil, err
		}
		all = append(all, t)
	}
	return all, nil
}

func batchNorm(r *reader, c *call, in value) (value, error) {
	if err := r.overChannels(c, in); err != nil {
		return value{}, err
	}
	eps, err1 := number(c.layer.Config, dim.Ratio(1, 1000), "epsilon")
	scale, err2 := flag(c.layer.Config, "scale", true)
	shift, err3 := flag(c.layer.Config, "center", true)
	for _, err := range []error{err1, err2, err3} {
		if err != nil {
			return value{}, err
		}
	}
	var leaves []string
	if scale {
		leaves = append(leaves, "gamma")
	}
	if shift {
		leaves = append(leaves, "beta")
	}
	tensors, err := r.each(c, in, append(leaves, "moving_mean", "moving_variance")...)
	if err != nil {
		return value{}, err
	}
	v, err := r.weighted(c, "", &ops.BatchNorm{Eps: eps, Scale: scale, Shift: shift}, tensors, in)
	v.flattened = in.flattened
	return v, err
}

// layerNorm normalises over the channels of each pixel.
func layerNorm(r *reader, c *call, in value) (value, error) {
	if err := r.overChannels(c, in); err != nil {
		return value{}, err
	}
	eps, err := number(c.layer.Config, dim.Ratio(1, 1000), "epsilon")
	if err != nil {
		return value{}, err
	}
	for _, key := range []string{"scale", "center"} {
		if has, err := flag(c.layer.Config, key, true); err != nil || !has {
			return value{}, refuse("with scale and center", "its %s is %s", key, raw(c.layer.Config, key))
		}
	}
	tensors, err := r.each(c, in, "gamma", "beta")
	if err != nil {
		return value{}, err
	}
	v, err := r.weighted(c, "", &ops.LayerNorm{Eps: eps}, tensors, in)
	v.flattened = in.flattened
	return v, err
}

// normalization is a layer before a net whose mean and variance were measured: a normalisation without eps.
func normalization(r *reader, c *call, in value) (value, error) {
	if err := r.overChannels(c, in); err != nil {
		return value{}, err
	}
	if inverse, err := flag(c.layer.Config, "invert", false); err != nil || inverse {
		return value{}, refuse("without invert", "it is inverted")
	}
	if setting(c.layer.Config, "mean") != nil {
		return value{}, refuse("those that it has measured itself", "its mean and variance are settings")
	}
	tensors, err := r.each(c, in, "mean", "variance")
	if err != nil {
		return value{}, err
	}
	tensors[1].Read = atLeast(leastVariance, tensors[1].Read)
	return r.weighted(c, "", &ops.BatchNorm{}, tensors, in)
}

// leastVariance is that by which a Normalization divides: Keras takes no deviation below 1e-7, as of channels
// that never varied.
const leastVariance = 1e-14

// atLeast reads numbers, none below the least; nil where there are none to read.
func atLeast(least float32, read func() ([]float32, error)) func() ([]float32, error) {
	if read == nil {
		return nil
	}
	return func() ([]float32, error) {
		list, err := read()
		for i, v := range list {
			list[i] = max(v, least)
		}
		return list, err
	}
}

// rescaling multiplies and adds a number each.
func rescaling(r *reader, c *call, in value) (value, error) {
	scale, err := number(c.layer.Config, dim.Int(1), "scale")
	if err != nil {
		return value{}, err
	}
	offset, err := number(c.layer.Config, dim.Int(0), "offset")
	if err != nil {
		return value{}, err
	}
	if offset == dim.Int(0) {
		return r.op(c, &ops.Scale{S: scale}, in)
	}
	const mostListed = 64 // numbers, which the text has one by one
	if in.node.Shape[1] > mostListed {
		return value{}, refuse("an offset for up to 64 channels", "it has %d channels", in.node.Shape[1])
	}
	affine := &ops.ChannelAffine{}
	for range in.node.Shape[1] {
		affine.Scale, affine.Shift = append(affine.Scale, scale), append(affine.Shift, offset)
	}
	return r.op(c, affine, in)
}

// margins are what a layer puts around maps or takes off them: a number, two, or two pairs.
func margins(c *call, key string) (ops.Padding, error) {
	var pairs [][2]int
	raw := setting(c.layer.Config, key)
	if json.Unmarshal(raw, &pairs) != nil || len(pairs) != 2 {
		p, err := pair(c.layer.Config, 1, key)
		if err != nil {
			return ops.Padding{}, err
		}
		pairs = [][2]int{{p[0], p[0]}, {p[1], p[1]}}
	}
	for _, p := range pairs {
		for _, n := range p {
			if n < 0 || n > most {
				return ops.Padding{}, unreadable(c.layer.Config, key)
			}
		}
	}
	return ops.Padding{Top: dim.Int(pairs[0][0]), Bottom: dim.Int(pairs[0][1]), Left: dim.Int(pairs[1][0]), Right: dim.Int(pairs[1][1])}, nil
}
