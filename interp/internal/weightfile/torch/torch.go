// Package torch reads the files that PyTorch's torch.save writes, and the tensors of
// TorchScript archives. There are two forms, and both hold a Python pickle (package pickle)
// in which a tensor is a call, with a storage that stands for an array of numbers elsewhere:
//
//	_rebuild_tensor_v2(storage, offset, size, stride, requires_grad, hooks)
//	storage = ("storage", FloatStorage, key, location, number of elements)
//
// Since torch 1.6 the file is a zip archive, in which every storage is a file:
//
//	NAME/data.pkl           the pickle
//	NAME/byteorder          "little" or "big", since torch 2.1
//	NAME/data/KEY           a storage's bytes
//	NAME/version
//	NAME/constants.pkl      TorchScript only: the constants of its code,
//	NAME/constants/KEY      with storages of their own,
//	NAME/code/...           and the code
//
// Before, and with _use_new_zipfile_serialization=False, it was a sequence ("legacy"):
//
//	pickle  0x1950a86a20f9469cfc6c
//	pickle  1001, the version
//	pickle  {"protocol_version": 1001, "little_endian": True, "type_sizes": {...}}
//	pickle  the value
//	pickle  [key, ...], the storages in the order in which they follow
//	┌──────────────────────────────────────────────┐
//	│ int64: number of elements, the elements      │ for each key
//	└──────────────────────────────────────────────┘
//
// A pickle of arrays of NumPy is read as well. Nothing is imported or called: what is known
// is in the tables of globals.go and elements.go, anything else is an object of which only
// the contents are looked at (find.go, module.go).
package torch

import (
	"bytes"
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

// Is recognises what Open reads by its first bytes.
func Is(head []byte) bool { return isPickle(head) || isZip(head) || isTar(head) }

// isZip recognises a zip archive whose first file is not an array of NumPy.
func isZip(head []byte) bool {
	if !bytes.HasPrefix(head, []byte("PK\x03\x04")) {
		return false
	}
	const header = 30 // a name follows it, and its length is at 26
	if len(head) < header {
		return true
	}
	name := head[header:min(len(head), header+int(head[26])+int(head[27])<<8)]
	return !bytes.HasSuffix(name, []byte(".npy"))
}

// isPickle recognises the first instruction of protocol 2 or later. A safetensors file may
// begin with the same bytes: with the length of a header that begins at byte 8.
func isPickle(head []byte) bool {
	if len(head) < 3 || head[0] != 0x80 || head[1] < 2 || head[1] > 5 || head[2] == 0 {
		return false
	}
	return len(head) < 9 || !bytes.Equal(head[4:9], []byte("\x00\x00\x00\x00{"))
}

// isTar recognises the form before torch 0.1.10, whatever its name: files named .pth.tar
// are of the other two forms today.
func isTar(head []byte) bool { return len(head) >= 262 && string(head[257:262]) == "ustar" }

// Open reads the description of a file and finds the tensors in it: those at Input.Key, or
// where state dicts are.
func Open(in weightfile.Input) (weightfile.File, error) {
	head, err := in.At(0, min(512, in.Size), "the file")
	if err != nil {
		return nil, err
	}
	switch {
	case isTar(head):
		first, _, _ := bytes.Cut(head[:100], []byte{0})
		if !slices.Contains([]string{"sys_info", "pickle", "tensors", "storages"}, strings.TrimPrefix(string(first), "./")) {
			return nil, in.Corrupt("", "is a tar archive of %s and more, want a file of weights; unpack it and name the file inside", weightfile.Shown(string(first)))
		}
		return nil, in.Corrupt("", `is a tar archive, which torch wrote before 0.1.10 and this program does not read; write it anew in Python: torch.save(torch.load("OLD"), "NEW")`)
	case isPickle(head):
		return openSequence(in)
	}
	return openZip(in)
}

// A file is a file of either form.
type file struct {
	weightfile.Listing
	views []*view // where the numbers of each tensor are
}

func (f *file) Bytes(i int) ([]byte, error) {
	raw, err := f.views[i].bytes()
	if err != nil {
		return nil, f.In.Corrupt(f.List[i].Name, "%s", problem(err))
	}
	return raw, nil
}

// problem is an error's text without the name of the file.
func problem(err error) string {
	if e, ok := err.(*weightfile.Error); ok {
		return e.Problem
	}
	return err.Error()
}

// newFile lists the tensors of a value that was read. Room is how many bytes there are of
// storages.
func newFile(in weightfile.Input, root pickle.Value, format string, room int64) (*file, error) {
	f := &file{Listing: weightfile.Listing{In: in, Said: weightfile.About{Format: format}}}
	found, err := find(in, root)
	if err != nil {
		return nil, err
	}
	f.Said.Key, f.Said.Beside, f.Said.Notes = found.key, found.beside, found.notes
	f.Said.Classes = classes(root)
	refused := []string{}
	for _, n := range found.tensors {
		v := n.view
		if v.damage != "" {
			return nil, in.Corrupt(n.name, "%s; the file is damaged, fetch it again", v.damage)
		}
		if v.refused != "" {
			refused = append(refused, fmt.Sprintf("%s (%s)", weightfile.Shown(n.name), v.element.typ))
		}
		f.List = append(f.List, weightfile.Tensor{Name: n.name, Type: v.element.typ, Shape: v.shape})
		f.views = append(f.views, v)
	}
	if len(refused) > 0 {
		f.Said.Notes = append(f.Said.Notes, "not readable: "+listed(refused))
	}
	return f, f.limitWork(room)
}

// limitWork counts what reading every tensor would take. Tensors may share a storage, be a
// part of it, or repeat its elements, so a small file could ask for any amount.
func (f *file) limitWork(room int64) error {
	const times, anyway = 16, 16 << 20
	limit, work := anyway+times*room, int64(0)
	for _, v := range f.views {
		if v.refused != "" {
			continue
		}
		if work += v.work(); work > limit {
			return &weightfile.LimitError{Path: f.In.Path, Limit: "bytes of tensors that share or repeat their numbers", Got: work, Max: limit,
				Help: "save copies: torch.save({k: v.clone() for k, v in model.state_dict().items()}, FILE)"}
		}
	}
	return nil
}

// listed joins names for a sentence, at most ten of them.
func listed(names []string) string {
	const most = 10
	if len(names) > most {
		return fmt.Sprintf("%s and %d more", strings.Join(names[:most], ", "), len(names)-most)
	}
	return strings.Join(names, ", ")
}
