package caffe

import (
	"errors"
	"fmt"
	"io/fs"
	"path/filepath"
	"strconv"
	"strings"

	"google.golang.org/protobuf/encoding/protowire"

	"cnnlang/interp/internal/weightfile"
)

// fieldNumbers are those of the settings that are read, by their names in a text.
var fieldNumbers = map[string]map[string]protowire.Number{
	"convolution_param": {"pad": 3, "kernel_size": 4, "group": 5, "stride": 6, "pad_h": 9, "pad_w": 10, "kernel_h": 11, "kernel_w": 12, "stride_h": 13, "stride_w": 14, "dilation": dilation},
	"pooling_param":     {"pool": 1, "kernel_size": 2, "stride": 3, "pad": 4, "kernel_h": 5, "kernel_w": 6, "stride_h": 7, "stride_w": 8, "pad_h": 9, "pad_w": 10, "global_pooling": 12, "round_mode": 13},
	"batch_norm_param":  {"eps": 3},
}

// words are the values that are no numbers.
var words = map[string]int64{"true": 1, "false": 0, "CEIL": 0, "FLOOR": 1, "MAX": 0, "AVE": 1}

// texts are the names that the first form has in place of a type's name.
var texts = map[string]string{"CONVOLUTION": "Convolution", "DECONVOLUTION": "Deconvolution", "INNER_PRODUCT": "InnerProduct", "POOLING": "Pooling", "RELU": "ReLU", "SOFTMAX": "Softmax"}

// beside finds the network that the numbers are for, as its text beside the file has it: of the
// same name, or deploy.prototxt, or the only one in the folder. It is what a net is compared with
// if it has all layers that have blobs, since it is what runs; the note says so, or why not.
func (n *net) beside(in weightfile.Input) (layers []weightfile.Layer, note string) {
	const ext = ".prototxt"
	base := strings.TrimSuffix(filepath.Base(in.Path), filepath.Ext(in.Path))
	names := []string{base + ext, base + "_deploy" + ext, "deploy" + ext}
	if in.Names != nil {
		if all := in.Names(ext); len(all) == 1 {
			names = append(names, all[0])
		}
	}
	if in.Sibling == nil {
		return nil, ""
	}
	for i, name := range names {
		file, size, err := in.Sibling(name)
		switch {
		case errors.Is(err, fs.ErrNotExist):
			continue
		case err != nil:
			return nil, fmt.Sprintf("%s beside cannot be opened, so its settings are not compared", weightfile.Shown(name))
		case size > min(MaxText, in.Limits.MaxHeader()):
			return nil, fmt.Sprintf("%s beside is longer than a network's text, so its settings are not compared", weightfile.Shown(name))
		}
		other := in
		other.ReaderAt, other.Size, other.Path = file, size, name
		raw, err := other.At(0, size, "the text")
		if err != nil {
			return nil, fmt.Sprintf("%s beside cannot be read, so its settings are not compared", weightfile.Shown(name))
		}
		m, err := ParseText(string(raw))
		if err != nil {
			return nil, fmt.Sprintf("%s beside is no network's text, so its settings are not compared: %v", weightfile.Shown(name), err)
		}
		deployed := deployedIn(m, in.Limits.MaxTensors())
		if n.within(deployed) {
			return aboutAll(deployed), fmt.Sprintf("settings of layers are those of %s beside", weightfile.Shown(name))
		}
		if i < len(names)-1 && i < 2 {
			return nil, fmt.Sprintf("%s beside lacks layers of this file, so its settings are not compared", weightfile.Shown(name))
		}
	}
	return nil, ""
}

// within reports whether a network has all layers of this one that have blobs.
func (n *net) within(deployed []*layer) bool {
	there := map[string]bool{}
	for _, l := range deployed {
		there[l.name] = true
	}
	for _, l := range n.layers {
		if len(l.blobs) > 0 && !there[l.name] {
			return false
		}
	}
	return true
}

// deployedIn are the layers of a text, of either form.
func deployedIn(m *Message, most int) (all []*layer) {
	for _, f := range m.Fields {
		if f.Inner == nil || f.Name != "layer" && f.Name != "layers" || len(all) == most {
			continue
		}
		l := &layer{name: f.Inner.First("name"), kind: f.Inner.First("type")}
		if kind, ok := texts[l.kind]; ok {
			l.kind = kind
		}
		for _, inner := range f.Inner.Fields {
			numbers := fieldNumbers[inner.Name]
			switch {
			case inner.Inner == nil && inner.Name == "bottom":
				l.bottoms = append(l.bottoms, inner.Value)
			case inner.Inner == nil && inner.Name == "top":
				l.tops = append(l.tops, inner.Value)
			case inner.Inner != nil && inner.Name == "relu_param":
				slope, err := strconv.ParseFloat(inner.Inner.First("negative_slope"), 64)
				l.settings.leaky = err == nil && slope != 0
			case inner.Inner != nil && numbers != nil:
				l.settings.take(inner.Inner, numbers)
			}
		}
		all = append(all, l)
	}
	plain(all)
	return all
}

// take reads settings; those that are no numbers count as not given.
func (s *settings) take(m *Message, numbers map[string]protowire.Number) {
	if s.ints == nil {
		s.ints = map[protowire.Number][]int64{}
	}
	for _, f := range m.Fields {
		number, known := numbers[f.Name]
		if f.Name == "eps" {
			if eps, err := strconv.ParseFloat(f.Value, 64); err == nil {
				s.eps = &eps
			}
			continue
		}
		v, err := strconv.ParseInt(f.Value, 0, 64)
		if w, ok := words[f.Value]; ok {
			v, err = w, nil
		}
		if known && err == nil {
			s.ints[number] = append(s.ints[number], v)
		}
	}
}
