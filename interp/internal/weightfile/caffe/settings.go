package caffe

import (
	"math"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
)

// Settings are what is read of a layer's convolution_param, inner_product_param, pooling_param
// or batch_norm_param. They use the same numbers for different things: what counts is the
// layer's type.
type settings struct {
	ints       map[protowire.Number][]int64
	eps        *float64
	transposed bool
	leaky      bool // a ReLU with a slope below 0
}

func (s *settings) read(m wire.Message, innerProduct, relu bool) error {
	if s.ints == nil {
		s.ints = map[protowire.Number][]int64{}
	}
	return m.Walk(func(f wire.Field) (err error) {
		switch {
		case relu:
			s.leaky = s.leaky || f.Number == 1 && f.Type == protowire.Fixed32Type && uint32(f.Word)<<1 != 0
		case innerProduct:
			if f.Number == 6 {
				s.transposed = f.Word != 0
			}
		case f.Number == 3 && f.Type == protowire.Fixed32Type: // eps of batch_norm_param
			// The shortest decimal, as it was written before it was rounded to 32 bits.
			text := strconv.FormatFloat(float64(math.Float32frombits(uint32(f.Word))), 'g', -1, 32)
			eps, _ := strconv.ParseFloat(text, 64)
			s.eps = &eps
		case f.Number <= dilation && (f.Type == protowire.VarintType || f.Type == protowire.BytesType && repeated[f.Number]):
			s.ints[f.Number], err = f.Ints(s.ints[f.Number])
		}
		return err
	})
}

const dilation = 18

// repeated are the settings of a convolution that may be packed.
var repeated = map[protowire.Number]bool{3: true, 4: true, 6: true, dilation: true}

// about is what the file says of the layer.
func (l *layer) about() weightfile.Layer {
	said := weightfile.Layer{Name: l.name, Kind: l.kind}
	s := l.settings
	switch l.kind {
	case "BatchNorm":
		eps := 1e-5
		if s.eps != nil {
			eps = *s.eps
		}
		said.Eps = &eps
	case "Convolution", "Deconvolution":
		if s.unsaid(4, 11, 12) {
			break
		}
		said.Kernel, said.Stride = s.pair(4, 11, 12, 0), s.pair(6, 13, 14, 1)
		said.Padding = padding(s.pair(3, 9, 10, 0))
		said.Dilation = s.pair(dilation, 0, 0, 1)
		said.Groups = int(s.one(5, 1))
	case "Pooling":
		said.Kind = map[int64]string{0: "MaxPooling", 1: "AveragePooling"}[s.one(1, 0)]
		// Field 13 is that of later versions which can round down; 12 is global_pooling.
		ceil := s.one(13, 0) == 0
		said.Ceil = &ceil
		if s.one(12, 0) == 0 && !s.unsaid(2, 5, 6) {
			counts := true
			said.CountPad = &counts
			said.Kernel, said.Stride = s.pair(2, 5, 6, 0), s.pair(3, 7, 8, 1)
			said.Padding = padding(s.pair(4, 9, 10, 0))
		}
	case "ReLU":
		if said.Activation = "relu"; s.leaky {
			said.Activation = "leaky_relu"
		}
	case "Softmax":
		said.Activation = "softmax"
	}
	return said
}

// unsaid reports whether there is no window: then the file has the numbers alone, without the
// settings, which are not those that Caffe takes where they are not written.
func (s *settings) unsaid(both, height, width protowire.Number) bool {
	k := s.pair(both, height, width, 0)
	return k[0] == 0 || k[1] == 0
}

// one is a setting of one number.
func (s *settings) one(number protowire.Number, otherwise int64) int64 {
	if list := s.ints[number]; len(list) == 1 && list[0] >= 0 && list[0] <= math.MaxInt32 {
		return list[0]
	}
	return otherwise
}

// pair is a setting for height and width: of one number for both, or two, or each in a field
// of its own.
func (s *settings) pair(both, height, width protowire.Number, otherwise int64) []int {
	h, w := otherwise, otherwise
	switch list := s.ints[both]; len(list) {
	case 1:
		h, w = list[0], list[0]
	case 2:
		h, w = list[0], list[1]
	}
	return []int{int(s.one(height, h)), int(s.one(width, w))}
}

func padding(p []int) string {
	h, w := strconv.Itoa(p[0]), strconv.Itoa(p[1])
	return strings.Join([]string{h, w, h, w}, ",")
}
