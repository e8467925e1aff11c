package torch

import (
	"encoding/binary"
	"fmt"
	"strings"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/pickle"
)

const (
	magic   = pickle.Big("\x6c\xfc\x9c\x46\xf9\x20\x6a\xa8\x50\x19")
	version = 1001
)

// A stretch is the bytes of a storage within a file.
type stretch struct {
	in    weightfile.Input
	at, n int64
}

func (s stretch) Len() int64 { return s.n }
func (s stretch) Read(offset, n int64, what string) ([]byte, error) {
	return s.in.At(s.at+offset, n, what)
}

// openSequence opens the form of pickles and storages one after another, or one pickle.
func openSequence(in weightfile.Input) (weightfile.File, error) {
	r, whole, err := readSequence(in, &builder{in: in, loaded: map[*pickle.Bytes]*storage{}})
	if err != nil {
		return nil, err
	}
	format := fmt.Sprintf("PyTorch (legacy, pickle protocol %d)", r.Protocol)
	if !whole {
		format = fmt.Sprintf("Python pickle (protocol %d)", r.Protocol)
	}
	return wrapped(newFile(in, r.Value, format, in.Size))
}

// readSequence reads the value of a sequence, or the first pickle where it is none of torch.
func readSequence(in weightfile.Input, b *builder) (value pickle.Result, whole bool, err error) {
	storages := map[string][]*storage{}
	b.locate = func(s *storage) { storages[s.key] = append(storages[s.key], s) }
	first, err := pickle.Load(in, 0, "the first pickle", b)
	if err != nil || first.Value != magic {
		return first, false, err
	}
	next := first.End
	values := map[string]pickle.Result{}
	for _, name := range []string{"version", "system", "value", "storages"} {
		r, err := pickle.Load(in, next, "the pickle of the "+name, b)
		if err != nil {
			return r, true, err
		}
		values[name], next = r, r.End
		if v := r.Value; name == "version" && v != int64(version) {
			return r, true, in.Corrupt("", "has version %s, want %d; save it again with a torch of today", pickle.Describe(v), version)
		}
	}
	return values["value"], true, place(in, values["storages"].Value, next, storages)
}

// loadFromBytes is how pickle.dump, instead of torch.save, writes a storage: as a sequence of
// its own in a byte string. One that is used again and again is read once.
func loadFromBytes(b *builder, args []pickle.Value) (pickle.Value, bool) {
	raw, ok := at[*pickle.Bytes](args, 0)
	if !ok || b.loaded == nil {
		return nil, false
	}
	if s, ok := b.loaded[raw]; ok {
		return s, true
	}
	in := raw.Input()
	r, _, err := readSequence(in, &builder{in: in}) // in which no further one may be
	s, ok := r.Value.(*storage)
	switch {
	case err != nil:
		what, _, _ := strings.Cut(problem(err), "; ")
		s = &storage{element: dtypes["float32"], damage: "its storage in a byte string cannot be read: " + what}
	case !ok:
		s = &storage{element: dtypes["float32"], damage: "its storage in a byte string is " + pickle.Describe(r.Value)}
	}
	b.loaded[raw] = s
	return s, true
}

// place finds the numbers of the storages, which follow in the order of the keys.
func place(in weightfile.Input, keys pickle.Value, at int64, storages map[string][]*storage) error {
	list, ok := keys.(*pickle.List)
	if !ok {
		return in.Corrupt("", "the storages are named by %s, want a list; the file is damaged, fetch it again", pickle.Describe(keys))
	}
	for i, item := range list.Items {
		key, _ := item.(string)
		users := storages[key]
		if len(users) == 0 {
			return in.Corrupt("", "storage %d of %d is %s, which no tensor has; the file is damaged, fetch it again", i, len(list.Items), pickle.Describe(item))
		}
		what := "storage " + weightfile.Shown(key)
		if users[0].element.size == 0 {
			return in.Corrupt("", "%s is of class %s, whose size is not known, so what follows cannot be found; save again in today's form: torch.save(torch.load(OLD), NEW)", what, users[0].element.typ)
		}
		raw, err := in.At(at, 8, "the length of "+what)
		if err != nil {
			return err
		}
		count, size := int64(binary.LittleEndian.Uint64(raw)), users[0].element.size
		at += 8
		if count < 0 || count > (in.Size-at)/size {
			return in.Corrupt("", "%s would be %d elements of %d bytes at %d, the file has %d; it is damaged or was cut short, fetch it again", what, count, size, at, in.Size)
		}
		for _, s := range users {
			if s.element != users[0].element {
				s.damage = fmt.Sprintf("its %s holds %s here and %s elsewhere", what, s.element.typ, users[0].element.typ)
			}
			s.data = stretch{in, at, count * size}
		}
		at += count * size
		delete(storages, key)
	}
	return nil
}
