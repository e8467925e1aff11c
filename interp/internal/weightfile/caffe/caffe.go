// Package caffe reads the trained networks that Caffe writes, .caffemodel files. A file is one
// protobuf message (package wire), with the layers in one of two forms:
//
//	NetParameter
//	├─ 1 name
//	├─ 2 layers: V1LayerParameter...    before 2014
//	│    ├─ 4 name  5 type (an enum)  6 blobs: BlobProto...
//	│    └─ 10 convolution_param  19 pooling_param  ...
//	└─ 100 layer: LayerParameter...
//	     ├─ 1 name  2 type (a string)  7 blobs: BlobProto...
//	     └─ 106 convolution_param  121 pooling_param  139 batch_norm_param  ...
//
//	BlobProto
//	├─ 7 shape: {1 dim...}, or before: 1 num  2 channels  3 height  4 width
//	├─ 5 data: float...    8 double_data: double...    row-major
//	└─ 6, 9 their gradients, which are passed over
//
// Blobs have no names: what they are follows from the type of their layer (blobs.go). Tensors
// are named after it, as in conv1.weight. A name's slashes become underscores, as in every
// conversion to other formats, in which a slash cannot be or means something else:
// inception_3a/1x1 is inception_3a_1x1.
package caffe

import (
	"bytes"
	"path/filepath"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/wire"
)

// Is recognises a .caffemodel by its name, or by the two fields that one begins with: the
// net's name and a layer.
func Is(head []byte, path string) bool {
	if strings.EqualFold(filepath.Ext(path), ".caffemodel") {
		return true
	}
	if len(head) < 2 || head[0] != 0x0a || head[1] > 127 || len(head) < 4+int(head[1]) {
		return false
	}
	name, rest := head[2:2+head[1]], head[2+head[1]:]
	for _, c := range name {
		if c < ' ' || c > '~' {
			return false // another message in place of a name
		}
	}
	return bytes.HasPrefix(rest, []byte("\xa2\x06")) || len(name) > 0 && rest[0] == 0x12
}

// Open reads everything but the numbers.
func Open(in weightfile.Input) (weightfile.File, error) {
	n, err := readNet(in)
	if err != nil {
		return nil, err
	}
	return n.open(true)
}

// OpenAsNamed is Open for whoever has the network: the names of layers are left as they are, and
// nothing is looked for beside the file.
func OpenAsNamed(in weightfile.Input) (weightfile.File, error) {
	n, err := readNet(in)
	if err != nil {
		return nil, err
	}
	return n.open(false)
}

func (n *net) open(alone bool) (weightfile.File, error) {
	in := n.in
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: "Caffe (" + n.form() + ")"}}}
	if len(n.layers) == 0 {
		return nil, in.Corrupt("", "has no layers, want a .caffemodel; it is no Caffe file, or the network without its numbers")
	}
	if alone {
		f.Said.Notes = n.plainNames()
		f.Said.Layers = aboutAll(n.layers)
		if layers, note := n.beside(in); note != "" {
			if f.Said.Notes = append(f.Said.Notes, note); layers != nil {
				f.Said.Layers = layers
			}
		}
	}
	names := map[string]bool{}
	for _, l := range n.layers {
		parts, err := l.parts(in)
		if err != nil {
			return nil, err
		}
		for _, p := range parts {
			p.Name = l.name + "." + p.Leaf
			if names[p.Name] {
				return nil, in.Corrupt(p.Name, "is there twice, as two layers have the name %s; which of them counts cannot be known", weightfile.Shown(l.name))
			}
			names[p.Name] = true
			if len(f.parts) == in.Limits.MaxTensors() {
				return nil, in.TooMany()
			}
			f.parts = append(f.parts, p)
			f.List = append(f.List, p.Tensor)
		}
	}
	if len(f.parts) == 0 {
		return nil, in.Corrupt("", "has %d layers and no blobs: it is the network without its numbers; fetch the .caffemodel of its training", len(n.layers))
	}
	return f, nil
}

// A file is an open .caffemodel.
type file struct {
	weightfile.Listing
	parts []part
}

func (f *file) Bytes(i int) ([]byte, error) {
	raw, err := f.parts[i].read(wire.New(f.In))
	return raw, f.Of(i, err)
}
