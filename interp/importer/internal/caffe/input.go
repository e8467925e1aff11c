package caffe

import (
	"fmt"
	"math"
	"slices"
	"strconv"
	"strings"

	"cnnlang/interp/importer/internal/flat"
	"cnnlang/interp/internal/weightfile/caffe"
	"cnnlang/ops"
	"cnnlang/ops/dim"
	"cnnlang/ops/tensor"
)

// dim reads one size.
func (r *reader) dim(f caffe.Field) int {
	n, err := strconv.ParseInt(f.Value, 0, 64)
	if err != nil || n < 1 || n > math.MaxInt32 {
		r.refuse(fmt.Sprintf("line %d", f.Line), "", "a size of %s, want a whole number from 1 to %d", quoted(f.Value), math.MaxInt32)
		return 0
	}
	return int(n)
}

// dims reads the sizes of a shape.
func (r *reader) dims(m *caffe.Message) (shape []int) {
	for _, f := range m.Fields {
		if f.Name == "dim" && f.Inner == nil {
			shape = append(shape, r.dim(f))
		}
	}
	return shape
}

// inputShapes are those of the n tops of an Input layer, which has one for all or one for each.
func (l *layer) inputShapes(r *reader, n int) (shapes [][]int) {
	if m := inner(l.text, "input_param"); m != nil {
		for _, f := range m.Fields {
			if f.Name == "shape" && f.Inner != nil {
				shapes = append(shapes, r.dims(f.Inner))
			}
		}
	}
	switch len(shapes) {
	case n:
		return shapes
	case 1:
		return slices.Repeat(shapes, n)
	case 0:
	default:
		r.refuse(l.where(), "", "%d shapes for %d tops, want one for all or one for each", len(shapes), n)
	}
	return make([][]int, n)
}

// dataShape is the shape of what a layer reads of pictures: what is cut out of them, or their own,
// and in as many channels as the mean has.
func (l *layer) dataShape(r *reader) []int {
	dims := func(s *settings, names ...string) []int {
		shape := []int{1}
		for _, name := range names {
			shape = append(shape, s.whole(name, 0))
		}
		return shape
	}
	transform := r.settings(l, "transform_param")
	crop := transform.whole("crop_size", 0)
	switch l.kind {
	case "MemoryData":
		return dims(r.settings(l, "memory_data_param"), "channels", "height", "width")
	case "DummyData":
		if m := inner(l.text, "dummy_data_param"); m != nil && inner(m, "shape") != nil {
			return r.dims(inner(m, "shape"))
		}
		return dims(r.settings(l, "dummy_data_param"), "channels", "height", "width")
	case "HDF5Data":
		return nil
	}
	channels := 3
	if means := transform.numbers("mean_value"); len(means) > 0 {
		channels = len(means)
	}
	height, width := crop, crop
	if l.kind == "ImageData" {
		s := r.settings(l, "image_data_param")
		if crop == 0 {
			height, width = s.whole("new_height", 0), s.whole("new_width", 0)
		}
		if !s.flag("is_color", true) {
			channels = 1
		}
	}
	if transform.flag("force_gray", false) {
		channels = 1
	}
	return []int{1, channels, height, width}
}

// addInputs adds the inputs that are read to the net.
func (r *reader) addInputs() {
	r.inputs = slices.DeleteFunc(r.inputs, func(v *value) bool {
		unread := len(v.readBy()) == 0 && !v.output
		if unread {
			r.note("the input %s is left out: nothing reads it", quoted(v.name))
		}
		return unread
	})
	for i, v := range r.inputs {
		where, key := "input "+quoted(v.name), v.name
		if len(r.inputs) == 1 && r.source.Shape(key) == nil {
			key = ""
		}
		if given := r.source.Shape(key); given != nil {
			v.shape = given
		}
		if len(v.shape) == 0 || slices.Contains(v.shape, 0) {
			r.refuse(where, "say one with --shape 1x3x224x224", "the file does not say its shape")
			continue
		}
		if len(v.shape) < 2 || len(v.shape) > ops.MostAxes {
			r.refuse(where, "", "a shape of %d sizes, want 2 to %d: the batch first, then channels, height and width", len(v.shape), ops.MostAxes)
			continue
		}
		if i == 0 {
			r.batch = v.shape[0]
		} else if v.shape[0] != r.batch {
			r.refuse(where, "", "%d in a batch where the first input has %d", v.shape[0], r.batch)
		}
		shape := append(tensor.Shape{1}, v.shape[1:]...)
		if elements(shape) > math.MaxInt32 {
			r.refuse(where, "say another with --shape", "the shape %v, more elements than a tensor may have (%d)", shape, math.MaxInt32)
			continue
		}
		name := ""
		if len(r.inputs) > 1 {
			name = r.names.Word(v.name, "input")
		}
		v.node = r.build.Input(name, shape)
	}
	if len(r.inputs) == 0 {
		r.refuse("", "the text begins with a layer of type Input, or with input: \"data\" and its input_dim", "no input")
	}
}

// elements is how many elements a shape has, or more than a tensor may have.
func elements(shape []int) int64 {
	n := int64(1)
	for _, size := range shape {
		if size > math.MaxInt32 || n*int64(size) > math.MaxInt32 {
			return math.MaxInt64
		}
		n *= int64(size)
	}
	return n
}

// meta is what the layer that reads pictures says of how they are prepared: bytes in the order of
// OpenCV, less a mean, and then times a scale.
func (r *reader) meta() []string {
	for _, l := range r.layers {
		m := inner(l.text, "transform_param")
		if m == nil || !slices.Contains(data, l.kind) || len(r.inputs) != 1 {
			continue
		}
		if file := m.First("mean_file"); file != "" {
			r.note("%s: the mean of pictures is in %s, which is not read; write prepare into the meta of the net", l.where(), quoted(file))
			return nil
		}
		text, ok := prepared(r.settings(l, "transform_param"), r.inputs[0].node.Shape)
		if !ok {
			r.note("%s: how it prepares pictures cannot be said in the meta of the net", l.where())
			return nil
		}
		return []string{"prepare = " + text}
	}
	if len(r.inputs) == 1 && len(r.inputs[0].node.Shape) == 4 && r.inputs[0].node.Shape[1] == 3 {
		r.note("the file does not say how pictures are prepared; networks of Caffe mostly take bytes as blue, green, red, less a mean: picture(mean=[104, 117, 123], scale=255, order=\"bgr\")")
	}
	return nil
}

// prepared is the preparation of pictures for an input, and false where the language has none such.
func prepared(s *settings, input tensor.Shape) (text string, ok bool) {
	means := s.numbers("mean_value")
	scale, ok := flat.Number(s.text("scale", "1"))
	if !ok || len(input) != 4 || input[1] != 1 && input[1] != 3 || len(means) > 1 && len(means) != input[1] {
		return "", false
	}
	var args []string
	if len(means) > 0 {
		var texts []string
		for _, mean := range means {
			texts = append(texts, mean.Decimal())
		}
		args = append(args, "mean=["+strings.Join(texts, ", ")+"]")
	}
	if scale != dim.Int(1) {
		std := inverse(scale.Float())
		if n, ok := flat.Number(std); !ok || n.Float() <= 0 {
			return "", false
		}
		args = append(args, "std=["+std+"]")
	}
	args = append(args, "scale=255")
	if input[1] == 3 {
		args = append(args, `order="bgr"`)
	}
	return "picture(" + strings.Join(args, ", ") + ")", true
}

// inverse writes 1/x, as the whole number that was meant, or the half of one, where x is a rounded
// fraction: 1/255, 2/255.
func inverse(x float64) string {
	y := 1 / x
	if half := math.Round(2*y) / 2; math.Abs(y-half) < 1e-5*y {
		y = half
	}
	return strconv.FormatFloat(y, 'f', -1, 32)
}
