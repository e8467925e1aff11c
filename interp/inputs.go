package interp

import (
	"context"
	"fmt"
	"io"
	"time"

	"cnnlang/interp/graph"
	"cnnlang/interp/internal/weights"
	"cnnlang/interp/npy"
	"cnnlang/interp/picture"
	"cnnlang/ops/tensor"
)

// The inputs of a net are made within the memory a model may use (Options.MaxMemory), and
// report how much of it they hold (Options.Held). They are read before the weights, so that
// a bad picture is reported at once. Of several, Options.Input says which is made.

// ReadImages reads files of pictures and prepares them as the net's meta says, as one
// batch [N, 3, H, W], or [N, 1, H, W] if the net has one channel. Its errors are
// *InputError, *MemoryError, *picture.FileError and *picture.LimitError.
func (n *Net) ReadImages(ctx context.Context, opts Options, paths ...string) (batch tensor.Tensor, held int64, err error) {
	if err := n.affordsInput(ctx, opts, 0); err != nil {
		return batch, 0, err
	}
	in, p, err := n.pictures(opts)
	if err != nil {
		return batch, 0, err
	}
	shape := in.Shape
	if len(paths) != shape[0] {
		return batch, 0, &InputError{Net: n.Name, Want: shape, Problem: fmt.Sprintf("there are %d images, want %d", len(paths), shape[0])}
	}
	most, largest := int64(0), 0 // the memory for the largest image, and its index
	for i, path := range paths {
		need, err := picture.Need(ctx, path, p, shape[2], shape[3])
		if err != nil {
			return batch, 0, err
		}
		if need > most {
			most, largest = need, i
		}
	}
	if need := n.inputBytes() + most; opts.MaxMemory > 0 && need > opts.MaxMemory {
		return batch, 0, n.tooLarge(ctx, opts, need, paths[largest]+" takes "+Bytes(most)+" to be decoded; scale it down")
	}
	batch = tensor.New(shape...)
	size := shape[1:].Elements()
	for i, path := range paths {
		t, err := picture.Load(ctx, path, p, shape[2], shape[3], most) // no more than before, should the file have changed
		if err != nil {
			return batch, 0, err
		}
		copy(batch.Data[i*size:(i+1)*size], t.Data)
		giveBack(most)
	}
	return batch, holds(in, most), nil
}

// ReadImage is ReadImages for one picture from a reader, whose name is for errors if it has a
// method Name.
func (n *Net) ReadImage(ctx context.Context, opts Options, r io.Reader) (batch tensor.Tensor, held int64, err error) {
	if err := n.affordsInput(ctx, opts, 0); err != nil {
		return batch, 0, err
	}
	in, p, err := n.pictures(opts)
	if err != nil {
		return batch, 0, err
	}
	shape, most := in.Shape, int64(0)
	if shape[0] != 1 {
		return batch, 0, &InputError{Net: n.Name, Want: shape, Problem: fmt.Sprintf("there is 1 image, want %d", shape[0])}
	}
	if opts.MaxMemory > 0 {
		most = max(1, opts.MaxMemory-n.inputBytes())
	}
	before, _ := AddressesLeft()
	batch, err = picture.Read(ctx, r, p, shape[2], shape[3], most)
	after, _ := AddressesLeft()
	giveBack(before - after)
	return batch, holds(in, max(0, before-after-inputBytes(in))), err
}

// MeasureImages is ReadImages, repeated for about d, and how long it took.
func (n *Net) MeasureImages(ctx context.Context, opts Options, d time.Duration, paths ...string) (batch tensor.Tensor, held int64, t Timing, err error) {
	t, err = measure(d, func() (err error) {
		batch, held, err = n.ReadImages(ctx, opts, paths...)
		return err
	})
	return batch, held, t, err
}

// ReadArray reads the array of a .npy file. Its errors are *InputError, *MemoryError
// and *npy.FileError.
func (n *Net) ReadArray(ctx context.Context, opts Options, path string) (t tensor.Tensor, held int64, err error) {
	if err := ended(ctx); err != nil {
		return t, 0, err
	}
	in, err := n.input(opts.Input)
	if err != nil {
		return t, 0, err
	}
	shape, need, err := npy.Look(path)
	if err != nil {
		return t, 0, err
	}
	if want := in.Shape; !shape.Equal(want) {
		return t, 0, &InputError{Net: n.Name, Input: opts.Input, Want: want, Problem: fmt.Sprintf("%s holds an array of the shape %v, want %v", path, shape, want)}
	}
	if err := n.affordsInput(ctx, opts, need); err != nil {
		return t, 0, err
	}
	t, err = npy.Read(ctx, path)
	if err == nil && !t.Shape.Equal(shape) {
		err = &npy.FileError{Path: path, Problem: "was written to while it was read; run again"}
	}
	return t, holds(in, need-inputBytes(in)), err
}

// RandomInput makes an input from a seed, with values in [-scale, scale) that vary as those
// of pictures do; each of several inputs has others. A net without a fixed height and width gets an image of one pixel.
func (n *Net) RandomInput(ctx context.Context, opts Options, seed uint64, scale float32) (t tensor.Tensor, held int64, err error) {
	if err := n.affordsInput(ctx, opts, 0); err != nil {
		return t, 0, err
	}
	in, err := n.input(opts.Input)
	if err != nil {
		return t, 0, err
	}
	return random(in, seed, scale), holds(in, 0), nil
}

// random generates an input.
func random(in *graph.Node, seed uint64, scale float32) tensor.Tensor {
	shape, axes := in.Shape, [4]int{1, 1, 1, 1}
	copy(axes[:], shape)
	for _, size := range shape[min(4, len(shape)):] {
		axes[3] *= size
	}
	t := weights.Image(seed+uint64(in.ID)<<32, axes[0], axes[1], axes[2], axes[3], scale)
	t.Shape = shape
	return t
}

// RandomInputs makes all inputs of the net, in their order, as RandomInput makes one.
func (n *Net) RandomInputs(ctx context.Context, opts Options, seed uint64, scale float32) (all []tensor.Tensor, held int64, err error) {
	if err := n.affordsInput(ctx, opts, 0); err != nil {
		return nil, 0, err
	}
	for _, in := range n.Graph.Inputs {
		if err := ended(ctx); err != nil {
			return nil, 0, err
		}
		all, held = append(all, random(in, seed, scale)), held+inputBytes(in)
	}
	return all, held, nil
}

// holds is what an input holds, plus the memory used while making it where addresses are
// limited: Go's heap never gives addresses back.
func holds(in *graph.Node, passing int64) int64 {
	if _, limited := AddressesLeft(); limited {
		return inputBytes(in) + passing
	}
	return inputBytes(in)
}

func inputBytes(in *graph.Node) int64 { return 4 * int64(in.Shape.Elements()) }

// inputBytes is what all inputs take.
func (n *Net) inputBytes() (sum int64) {
	for _, in := range n.Graph.Inputs {
		sum += inputBytes(in)
	}
	return sum
}

// pictures is the input that pictures are to be, and how they are prepared for it.
func (n *Net) pictures(opts Options) (in *graph.Node, p picture.Preprocess, err error) {
	if in, err = n.input(opts.Input); err != nil {
		return nil, p, err
	}
	if err := n.takesPictures(in); err != nil {
		return nil, p, err
	}
	p = n.preprocess(in.Shape)
	p.Seen = opts.Prepared
	return in, p, nil
}

// affordsInput refuses an input that alone takes more than a whole model may.
func (n *Net) affordsInput(ctx context.Context, opts Options, need int64) error {
	if err := ended(ctx); err != nil {
		return err
	}
	if _, _, err := n.values(opts); err != nil {
		return err
	}
	if need = max(need, n.inputBytes()); opts.MaxMemory > 0 && need > opts.MaxMemory {
		return n.tooLarge(ctx, opts, need, "")
	}
	return nil
}

// tooLarge is the error of an input for which the whole run would need too much memory.
func (n *Net) tooLarge(ctx context.Context, opts Options, input int64, what string) error {
	opts.Held = n.inputBytes()
	e := &MemoryError{Net: n.Name, Need: n.need(ctx, opts), Max: opts.MaxMemory}
	if input > e.Need {
		e.Need, e.Most = input, what
	}
	return e
}
