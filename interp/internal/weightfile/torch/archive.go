package torch

import (
	"fmt"
	"slices"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
	"cnnlang/interp/internal/weightfile/zipfile"
)

// A part is a file of an archive that holds the numbers of a storage.
type part struct {
	archive *zipfile.Archive
	entry   zipfile.Entry
}

func (p part) Len() int64 { return p.entry.Size }
func (p part) Read(offset, n int64, what string) ([]byte, error) {
	return p.archive.Read(p.entry, offset, n, what)
}

// openZip opens the form of a zip archive.
func openZip(in weightfile.Input) (weightfile.File, error) {
	a, err := zipfile.Open(in)
	if err != nil {
		return nil, err
	}
	folder, err := folderOf(in, a)
	if err != nil {
		return nil, err
	}
	swapped, err := bigEndian(in, a, folder)
	if err != nil {
		return nil, err
	}
	root, err := load(in, a, folder, "data", swapped)
	if err != nil {
		return nil, err
	}
	format := fmt.Sprintf("PyTorch (zip, pickle protocol %d)", root.Protocol)
	value := root.Value
	if _, script := a.Find(folder + "constants.pkl"); script {
		constants, err := load(in, a, folder, "constants", swapped)
		if err != nil {
			return nil, err
		}
		format = "TorchScript (zip)"
		value = withConstants(value, constants.Value)
	}
	room := int64(0)
	for _, e := range a.Entries() {
		room += e.Size
	}
	return wrapped(newFile(in, value, format, room))
}

// wrapped keeps a nil *file from becoming a File.
func wrapped(f *file, err error) (weightfile.File, error) {
	if err != nil {
		return nil, err
	}
	return f, nil
}

// folderOf finds the one folder with a data.pkl, whose name may be anything.
func folderOf(in weightfile.Input, a *zipfile.Archive) (string, error) {
	found := []string{}
	for _, e := range a.Entries() {
		if folder, ok := strings.CutSuffix(e.Name, "data.pkl"); ok && strings.Count(folder, "/") <= 1 && (folder == "" || strings.HasSuffix(folder, "/")) {
			found = append(found, folder)
		}
	}
	switch len(found) {
	case 1:
		return found[0], nil
	case 0:
		return "", in.Corrupt("", "%s", foreign(a))
	}
	return "", in.Corrupt("", "the zip archive has %s and %s, want one data.pkl; which of them counts cannot be known, save it again", weightfile.Shown(found[0]+"data.pkl"), weightfile.Shown(found[1]+"data.pkl"))
}

// foreign says what an archive without data.pkl is.
func foreign(a *zipfile.Archive) string {
	names := []string{}
	has := map[string]bool{}
	for _, e := range a.Entries() {
		names = append(names, weightfile.Shown(e.Name))
		has[e.Name[strings.LastIndexByte(e.Name, '/')+1:]] = true
	}
	switch {
	case len(names) == 0:
		return "is an empty zip archive, want one of torch.save, with a data.pkl; fetch it again"
	case has["model.json"] && has["attributes.pkl"] || has["model.json"] && has["version"]:
		return "is a TorchScript archive of torch before 1.4; save its tensors in Python: torch.save(torch.jit.load(FILE).state_dict(), NEW)"
	case has["model.weights.h5"]:
		return "is a Keras 3 model; unpack it and use its model.weights.h5"
	case has["archive_format"] || has["serialized_exported_program.json"]:
		return "is an exported program of torch; save its tensors in Python: torch.save(torch.export.load(FILE).state_dict, NEW)"
	case strings.HasSuffix(names[0], ".npy"):
		return "is an archive of NumPy arrays; name it .npz"
	}
	return "the zip archive has no data.pkl but " + listed(names) + "; it is not a file of torch.save: if it is an archive of weights, unpack it and name the file inside"
}

// bigEndian reads which byte order the numbers have.
func bigEndian(in weightfile.Input, a *zipfile.Archive, folder string) (bool, error) {
	e, ok := a.Find(folder + "byteorder")
	if !ok {
		return false, nil
	}
	raw, err := a.Read(e, 0, min(e.Size, 16), "byteorder")
	if err != nil {
		return false, err
	}
	order := strings.TrimSpace(string(raw))
	if order != "little" && order != "big" {
		return false, in.Corrupt("", "byteorder says %s, want little or big; the file is damaged, fetch it again", pickle.Describe(order))
	}
	return order == "big", nil
}

// load reads the pickle of a name, whose storages are in the folder of that name.
func load(in weightfile.Input, a *zipfile.Archive, folder, name string, swapped bool) (pickle.Result, error) {
	e, _ := a.Find(folder + name + ".pkl")
	inner, err := a.Input(e)
	if err != nil {
		return pickle.Result{}, err
	}
	b := &builder{in: in, loaded: map[*pickle.Bytes]*storage{}, locate: func(s *storage) {
		if e, ok := a.Find(folder + name + "/" + s.key); ok {
			s.data, s.swapped = part{a, e}, swapped
		}
	}}
	return pickle.Load(inner, 0, name+".pkl", b)
}

// withConstants is a TorchScript module with the constants of its code, under the names that
// the code has for them, if there are tensors among them, as after torch.jit.freeze.
func withConstants(module, constants pickle.Value) pickle.Value {
	tuple, ok := constants.(*pickle.Tuple)
	if !ok || !slices.ContainsFunc(tuple.Items, func(v pickle.Value) bool { _, ok := v.(*view); return ok }) {
		return module
	}
	named := &pickle.Object{Class: pickle.Global{Module: "__torch__", Name: "constants"}}
	d := &pickle.Dict{}
	for i, v := range tuple.Items {
		d.Set(fmt.Sprintf("c%d", i), v)
	}
	named.State = d
	both := &pickle.Dict{}
	both.Set("model", module)
	both.Set("CONSTANTS", named)
	return both
}
