package torch

import (
	"fmt"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// Arrays of NumPy are made in two steps: _reconstruct makes an empty one, and its state is
// (version, shape, dtype, whether in column-major order, bytes). A dtype is made likewise,
// from its name and a state that has the byte order.

// A dtype is a type of elements of NumPy.
type dtype struct {
	name    string // "f4"
	swapped bool
}

func (d *dtype) String() string { return "a dtype of NumPy" }

func newDtype(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	name, ok := at[string](args, 0)
	if !ok {
		return nil, false
	}
	return &dtype{name: strings.TrimLeft(name, "<=|"), swapped: strings.HasPrefix(name, ">")}, true
}

func (d *dtype) setOrder(state []pickle.Value) {
	if order, ok := at[string](state, 1); ok && order == ">" {
		d.swapped = true
	}
}

func newArray(*builder, []pickle.Value) (pickle.Value, bool) {
	return &view{damage: "an array of NumPy has no state"}, true
}

// fill gives a state to what was made without a storage: an array, or a parameter of torch
// before 0.2, whose state begins with its tensor.
func (v *view) fill(b *builder, state []pickle.Value) {
	if other, ok := at[*view](state, 0); ok {
		*v = *other
		return
	}
	if len(state) != 5 {
		return
	}
	var data numbers
	switch raw := state[4].(type) {
	case *pickle.Bytes:
		data = raw
	case string: // Python 2
		data = pickle.BytesOf(b.in, raw)
	}
	v.fillArray(state, 1, 2, state[3] == true, data)
}

// arrayFromBuffer is protocol 5's _frombuffer(bytes, dtype, shape, order).
func arrayFromBuffer(_ *builder, args []pickle.Value) (pickle.Value, bool) {
	v := &view{}
	if len(args) != 4 {
		return nil, false
	}
	data, ok := at[*pickle.Bytes](args, 0)
	if ok {
		v.fillArray(args, 2, 1, args[3] == "F", data)
	} else {
		v.damage = "an array of NumPy has no bytes"
	}
	return v, true
}

// fillArray takes the places of the shape and the dtype among values.
func (v *view) fillArray(values []pickle.Value, shape, typ int, columns bool, data numbers) {
	d, ok := at[*dtype](values, typ)
	sizes, ok2 := shapeOf(values, shape)
	if !ok || !ok2 {
		v.damage = fmt.Sprintf("an array of NumPy has no dtype and shape of at most %d axes", maxRank)
		return
	}
	v.damage, v.shape = "", sizes
	known := false
	if v.element, known = arrays[d.name]; !known {
		v.element = element{weightfile.Type(weightfile.Shown("numpy " + d.name)), 1}
	}
	v.storage = &storage{key: "of NumPy", element: v.element, data: data, swapped: d.swapped}
	if !known || !v.element.readable() || data == nil {
		v.refused = fmt.Sprintf("holds %s, which this program does not read; convert it to float32 before saving", v.element.typ)
		return
	}
	v.storage.size = data.Len()
	n, ok := weightfile.Elements(sizes)
	if ok && n*v.element.size != data.Len() {
		v.damage = "an array of NumPy of shape " + sizes.String() + " has " + strconv.FormatInt(data.Len(), 10) + " bytes"
		return
	}
	v.strides = make([]int64, len(sizes))
	step := int64(1)
	axes := make([]int, len(sizes))
	for i := range axes {
		axes[i] = i
	}
	if !columns {
		slices.Reverse(axes)
	}
	for _, axis := range axes {
		v.strides[axis] = step
		if ok {
			step *= int64(sizes[axis])
		}
	}
}
