package filetest

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"strings"
)

// TorchZip is what torch.save writes of the layers' state dict: an archive of a pickle and of a
// file for each tensor.
func TorchZip(layers []Layer) []byte {
	files := []member{{"archive/data.pkl", pickled(stateDict(layers, ""))}, {"archive/version", "3\n"}}
	each(layers, func(i int, _ Layer, a Array) {
		files = append(files, member{fmt.Sprint("archive/data/", i), Bytes(a.Data...)})
	})
	return zipped(files)
}

// TorchLegacy is what torch.save wrote before torch 1.6: pickles, then the tensors.
func TorchLegacy(layers []Layer) []byte {
	keys, numbers := "](", &strings.Builder{}
	each(layers, func(i int, _ Layer, a Array) {
		keys += text(fmt.Sprint(i))
		numbers.Write(binary.LittleEndian.AppendUint64(nil, uint64(len(a.Data))))
		numbers.WriteString(Bytes(a.Data...))
	})
	return []byte(pickled("\x8a\x0a\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19") + pickled("M\xe9\x03") +
		pickled("}("+text("little_endian")+"\x88u") + pickled(stateDict(layers, "N")) + pickled(keys+"e") + numbers.String())
}

// each calls visit with every array and its number.
func each(layers []Layer, visit func(i int, l Layer, a Array)) {
	i := 0
	for _, l := range layers {
		for _, a := range l.Arrays {
			visit(i, l, a)
			i++
		}
	}
}

const orderedDict = "ccollections\nOrderedDict\n)R"

// stateDict is the instructions that make the state dict; view is what stands behind the size of
// a storage.
func stateDict(layers []Layer, view string) string {
	items := &strings.Builder{}
	each(layers, func(i int, l Layer, a Array) {
		storage := "(" + text("storage") + "ctorch\nFloatStorage\n" + text(fmt.Sprint(i)) + text("cpu") + number(len(a.Data)) + view + "tQ"
		shape, strides, step := "", "", 1
		for axis := len(a.Shape) - 1; axis >= 0; axis-- {
			shape, strides = number(a.Shape[axis])+shape, number(step)+strides
			step *= a.Shape[axis]
		}
		items.WriteString(text(l.Name+"."+a.Leaf) + "ctorch._utils\n_rebuild_tensor_v2\n(" + storage + "K\x00(" + shape + "t(" + strides + "t\x89" + orderedDict + "tR")
	})
	return orderedDict + "(" + items.String() + "u"
}

func pickled(value string) string { return "\x80\x02" + value + "." }
func text(s string) string        { return "X" + fourBytes(len(s)) + s }
func number(n int) string         { return "J" + fourBytes(n) }
func fourBytes(n int) string      { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }

// NumPy is what numpy.savez writes of the layers' state dict.
func NumPy(layers []Layer) []byte {
	var files []member
	each(layers, func(_ int, l Layer, a Array) {
		shape := ""
		for _, n := range a.Shape {
			shape += fmt.Sprint(n, ", ")
		}
		head := "{'descr': '<f4', 'fortran_order': False, 'shape': (" + shape + "), }"
		head += strings.Repeat(" ", 63-(10+len(head))%64) + "\n" // the numbers begin at a multiple of 64
		files = append(files, member{l.Name + "." + a.Leaf + ".npy", "\x93NUMPY\x01\x00" + string(binary.LittleEndian.AppendUint16(nil, uint16(len(head)))) + head + Bytes(a.Data...)})
	})
	return zipped(files)
}

// A member is a file in an archive.
type member struct{ name, content string }

// zipped is an archive of files without compression.
func zipped(files []member) []byte {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for _, f := range files {
		into, err := w.CreateHeader(&zip.FileHeader{Name: f.name})
		if err == nil {
			_, err = into.Write([]byte(f.content))
		}
		if err != nil {
			panic(err)
		}
	}
	if err := w.Close(); err != nil {
		panic(err)
	}
	return b.Bytes()
}
