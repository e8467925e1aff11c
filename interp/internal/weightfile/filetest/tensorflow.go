package filetest

import (
	"encoding/binary"
	"encoding/json"
	"slices"
)

// TFJS is a layers model of TensorFlow.js and its two shards.
func TFJS(layers []Layer) (model []byte, shards map[string][]byte) {
	type weight struct {
		Name  string `json:"name"`
		Shape []int  `json:"shape"`
		DType string `json:"dtype"`
	}
	var list []weight
	var numbers []byte
	each(layers, func(_ int, l Layer, a Array) {
		a = l.channelsLast(a)
		list = append(list, weight{l.Name + "/" + a.Leaf, a.Shape, "float32"})
		numbers = append(numbers, Bytes(a.Data...)...)
	})
	paths := []string{"group1-shard1of2.bin", "group1-shard2of2.bin"}
	model, err := json.Marshal(map[string]any{"format": "layers-model", "weightsManifest": []any{map[string]any{"paths": paths, "weights": list}}})
	if err != nil {
		panic(err)
	}
	cut := len(numbers)/2 + 1 // within a number
	return model, map[string][]byte{paths[0]: numbers[:cut], paths[1]: numbers[cut:]}
}

// Keras is the weights as Keras 2 saves them in HDF5: a group for each layer, whose attribute
// weight_names lists its datasets. Objects have headers of version 1, and groups are lists of
// links in these. Attributes are those of the file, each a name and its text.
func Keras(layers []Layer, attributes ...[2]string) []byte {
	h := hdf5{raw: join("\x89HDF\r\n\x1a\n", "\x00\x00\x00\x00\x00\x08\x08\x00\x04\x00\x10\x00\x00\x00\x00\x00", u8(0), nowhere, nowhere, nowhere, u8(0), u8(0), u8(0), u8(0), u8(0))}
	var names []string
	var links [][]byte
	for _, l := range layers {
		var leaves []string
		var sets [][]byte
		for _, a := range l.Arrays {
			a = l.channelsLast(a)
			at := h.put([]byte(Bytes(a.Data...)))
			leaves, sets = append(leaves, l.Name+"/"+a.Leaf+":0"), append(sets, link(a.Leaf+":0", h.object(
				message(1, sizes(a.Shape...)),
				message(3, join("\x11\x20\x1f\x00", u4(4), u2(0), u2(32), "\x17\x08\x00\x17", u4(127))),
				message(8, join("\x03\x01", at, u8(uint64(4*len(a.Data))))))))
		}
		inner := h.object(append([][]byte{group}, sets...)...)
		outer := h.object(group, texts("weight_names", leaves), link(l.Name, inner))
		names, links = append(names, l.Name), append(links, link(l.Name, outer))
	}
	of := [][]byte{group, texts("layer_names", names)}
	for _, a := range attributes {
		of = append(of, texts(a[0], []string{a[1]}))
	}
	root := h.object(append(of, links...)...)
	copy(h.raw[40:], u8(uint64(len(h.raw)))) // where the file ends
	copy(h.raw[64:], root)
	return h.raw
}

type hdf5 struct{ raw []byte }

// put appends a structure at a multiple of 8 and returns its address.
func (h *hdf5) put(raw []byte) []byte {
	h.raw = padded(h.raw)
	at := u8(uint64(len(h.raw)))
	h.raw = append(h.raw, raw...)
	return at
}

// object puts a header with these messages.
func (h *hdf5) object(messages ...[]byte) []byte {
	all := slices.Concat(messages...)
	return h.put(join("\x01\x00", u2(len(messages)), u4(1), u4(len(all)), u4(0), all))
}

func message(kind int, data []byte) []byte {
	data = padded(data)
	return join(u2(kind), u2(len(data)), u4(0), data)
}

// group is the message of a group whose links are messages.
var group = message(2, join("\x00\x00", nowhere, nowhere))

func link(name string, to []byte) []byte {
	return message(6, join("\x01\x01", u2(len(name)), name, to))
}

// sizes are those of a dataset or an attribute.
func sizes(list ...int) []byte {
	raw := join("\x01", []byte{byte(len(list))}, "\x00\x00", u4(0))
	for _, n := range list {
		raw = append(raw, u8(uint64(n))...)
	}
	return raw
}

// texts is an attribute, a list of texts as long as the longest.
func texts(name string, list []string) []byte {
	longest := 0
	for _, s := range list {
		longest = max(longest, len(s))
	}
	kind, shape, called := join("\x13\x01\x00\x00", u4(longest)), sizes(len(list)), name+"\x00"
	raw := join("\x01\x00", u2(len(called)), u2(len(kind)), u2(len(shape)), padded([]byte(called)), padded(kind), padded(shape))
	for _, s := range list {
		raw = append(append(raw, s...), make([]byte, longest-len(s))...)
	}
	return message(12, raw)
}

// join joins texts and bytes.
func join(parts ...any) []byte {
	var raw []byte
	for _, p := range parts {
		switch p := p.(type) {
		case string:
			raw = append(raw, p...)
		case []byte:
			raw = append(raw, p...)
		}
	}
	return raw
}

// padded pads to a multiple of 8.
func padded(raw []byte) []byte { return append(raw, make([]byte, -len(raw)&7)...) }

func u2(n int) []byte    { return binary.LittleEndian.AppendUint16(nil, uint16(n)) }
func u4(n int) []byte    { return binary.LittleEndian.AppendUint32(nil, uint32(n)) }
func u8(n uint64) []byte { return binary.LittleEndian.AppendUint64(nil, n) }

var nowhere = u8(^uint64(0))
