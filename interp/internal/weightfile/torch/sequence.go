package torch

import (
	"encoding/binary"
	"fmt"

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
	storages := map[string][]*storage{}
	b := &builder{in: in, locate: func(s *storage) { storages[s.key] = append(storages[s.key], s) }}
	first, err := pickle.Load(in, 0, "the first pickle", b)
	if err != nil {
		return nil, err
	}
	if first.Value != magic {
		return openPickle(in, first)
	}
	next := first.End
	values := map[string]pickle.Result{}
	for _, name := range []string{"version", "system", "value", "storages"} {
		r, err := pickle.Load(in, next, "the pickle of the "+name, b)
		if err != nil {
			return nil, err
		}
		values[name], next = r, r.End
		if v := r.Value; name == "version" && v != int64(version) {
			return nil, in.Corrupt("", "has version %s, want %d; save it again with a torch of today", pickle.Describe(v), version)
		}
	}
	if err := place(in, values["storages"].Value, next, storages); err != nil {
		return nil, err
	}
	value := values["value"]
	return wrapped(newFile(in, value.Value, fmt.Sprintf("PyTorch (legacy, pickle protocol %d)", value.Protocol), in.Size))
}

// openPickle lists the arrays of a pickle that torch did not write.
func openPickle(in weightfile.Input, r pickle.Result) (weightfile.File, error) {
	return wrapped(newFile(in, r.Value, fmt.Sprintf("Python pickle (protocol %d)", r.Protocol), in.Size))
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
