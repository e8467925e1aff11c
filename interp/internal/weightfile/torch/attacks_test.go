package torch

import (
	"archive/zip"
	"bytes"
	"encoding/binary"
	"fmt"
	"math"
	"runtime"
	"slices"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
	"cnnlang/interp/internal/weightfile/filetest"
)

// Pickles, put together from instructions.

func text(s string) string { return "X" + u32(len(s)) + s }
func number(n int64) string {
	return "\x8a\x08" + string(binary.LittleEndian.AppendUint64(nil, uint64(n)))
}
func u32(n int) string { return string(binary.LittleEndian.AppendUint32(nil, uint32(n))) }
func u64(n uint64) string {
	return string(binary.LittleEndian.AppendUint64(nil, n))
}
func tuple(items ...string) string { return "(" + strings.Join(items, "") + "t" }
func list(items ...string) string  { return "](" + strings.Join(items, "") + "e" }
func dict(keysAndValues ...string) string {
	return "}(" + strings.Join(keysAndValues, "") + "u"
}
func global(module, name string) string { return "c" + module + "\n" + name + "\n" }
func call(function string, args ...string) string {
	return function + tuple(args...) + "R"
}
func pickled(value string) string { return "\x80\x02" + value + "." }

func integersOf(sizes ...int64) string {
	var items []string
	for _, n := range sizes {
		items = append(items, number(n))
	}
	return tuple(items...)
}

func store(class, key string, count int64) string {
	return tuple(text("storage"), global("torch", class), text(key), text("cpu"), number(count)) + "Q"
}

var rebuildV2 = global("torch._utils", "_rebuild_tensor_v2")

// view2 is a call of _rebuild_tensor_v2.
func view2(storage string, offset int64, shape, strides string) string {
	return call(rebuildV2, storage, number(offset), shape, strides, "\x89", call(global("collections", "OrderedDict")))
}

// sound is four numbers of storage 0.
var sound = view2(store("FloatStorage", "0", 4), 0, integersOf(2, 2), integersOf(2, 1))

// inBytes is a storage as pickle.dump writes it.
func inBytes(raw string) string {
	return call(global("torch.storage", "_load_from_bytes"), "B"+u32(len(raw))+raw)
}

// array is an array of NumPy of eight bytes.
func array(dtype, shape string) string {
	typ := call(global("numpy", "dtype"), text(dtype), "\x89", "\x88") + tuple("K\x03", text("<"), "N", "N", "N", "K\x00", "K\x00", "K\x00") + "b"
	return call(global("numpy.core.multiarray", "_reconstruct"), global("numpy", "ndarray"), integersOf(0), "C\x01b") + tuple("K\x01", shape, typ, "\x89", "C\x0812345678") + "b"
}

// sequence is a file of the older form.
func sequence(value, keys string, storages ...string) string {
	return pickled("\x8a\x0a"+string(magic)) + pickled("M\xe9\x03") + pickled(dict(text("little_endian"), "\x88")) + pickled(value) + pickled(keys) + strings.Join(storages, "")
}

// four is the bytes of a storage of four numbers.
var four = u64(4) + strings.Repeat("\x00\x00\x80\x3f", 4)

// legacy is a sequence with one tensor w, and storage 0.
func legacy(tensor string) string { return sequence(dict(text("w"), tensor), list(text("0")), four) }

// archive is a file of today's form; names and contents in turn.
func archive(files ...string) string {
	var b bytes.Buffer
	w := zip.NewWriter(&b)
	for i := 0; i < len(files); i += 2 {
		f, err := w.CreateHeader(&zip.FileHeader{Name: files[i]})
		if err == nil {
			_, err = f.Write([]byte(files[i+1]))
		}
		if err != nil {
			panic(err)
		}
	}
	w.Close()
	return b.String()
}

// zipped is an archive with one tensor w, and storage 0.
func zipped(tensor string) string {
	return archive("a/data.pkl", pickled(dict(text("w"), tensor)), "a/data/0", four[8:])
}

const again = "; the file is damaged, fetch it again"

// deep nests n lists.
func deep(n int) string { return strings.Repeat("](", n) + strings.Repeat("e", n) }

// attacks are files that are refused, each with its whole message, but for the part that …
// stands for.
var attacks = []struct{ name, content, want string }{
	// Containers.
	{"any tar", "weights/w.bin" + strings.Repeat("\x00", 244) + "ustar\x00" + strings.Repeat("\x00", 512), "is a tar archive of weights/w.bin and more, want a file of weights; unpack it and name the file inside"},
	{"tar", "sys_info" + strings.Repeat("\x00", 249) + "ustar\x00" + strings.Repeat("\x00", 512), `is a tar archive, which torch wrote before 0.1.10 and this program does not read; write it anew in Python: torch.save(torch.load("OLD"), "NEW")`},
	{"zip cut short", zipped(sound)[:300], "is a zip archive without the directory at its end; it was cut short, fetch it again"},
	{"zip without data.pkl", archive("x/weights", ""), "the zip archive has no data.pkl but x/weights; it is not a file of torch.save: if it is an archive of weights, unpack it and name the file inside"},
	{"zip of NumPy", archive("w.npy", ""), "is an archive of NumPy arrays; name it .npz"},
	{"zip of Keras", archive("config.json", "", "model.weights.h5", ""), "is a Keras 3 model; unpack it and use its model.weights.h5"},
	{"zip of torch.export", archive("archive_format", "pt2", "version", "0"), "is an exported program of torch; save its tensors in Python: torch.save(torch.export.load(FILE).state_dict, NEW)"},
	{"zip of torch 1.0", archive("m/version", "1", "m/model.json", "{}", "m/tensors/0", ""), "is a TorchScript archive of torch before 1.4; save its tensors in Python: torch.save(torch.jit.load(FILE).state_dict(), NEW)"},
	{"two pickles", archive("a/data.pkl", pickled("}"), "b/data.pkl", pickled("}")), "the zip archive has a/data.pkl and b/data.pkl, want one data.pkl; which of them counts cannot be known, save it again"},
	{"byte order", archive("a/data.pkl", pickled("}"), "a/byteorder", "middle"), `byteorder says "middle", want little or big` + again},
	{"version", pickled("\x8a\x0a"+string(magic)) + pickled("K\x07"), "has version 7, want 1001; save it again with a torch of today"},
	{"cut in the version", pickled("\x8a\x0a"+string(magic)) + "\x80\x02", "byte 17 of the pickle of the version: the pickle ends without STOP; the file was cut short, fetch it again"},
	{"cut before the storages", sequence(dict(text("w"), sound), list(text("0"))), "the length of storage 0 would be 8 bytes at 248, the file has 248; it is damaged or was cut short, fetch it again"},
	{"storage cut short", sequence(dict(text("w"), sound), list(text("0")), four[:20]), "storage 0 would be 4 elements of 4 bytes at 256, the file has 268; it is damaged or was cut short, fetch it again"},
	{"storage of 2^62 elements", sequence(dict(text("w"), sound), list(text("0")), u64(1<<62)), "storage 0 would be 4611686018427387904 elements of 4 bytes at 256, the file has 256; it is damaged or was cut short, fetch it again"},
	{"storage of -1 elements", sequence(dict(text("w"), sound), list(text("0")), u64(math.MaxUint64)), "storage 0 would be -1 elements of 4 bytes at 256, the file has 256; it is damaged or was cut short, fetch it again"},
	{"unknown storage", sequence(dict(text("w"), sound), list(text("9")), four), `storage 0 of 1 is "9", which no tensor has` + again},
	{"storage twice", sequence(dict(text("w"), sound), list(text("0"), text("0")), four, four), `storage 1 of 2 is "0", which no tensor has` + again},
	{"storages not in a list", sequence(dict(text("w"), sound), "N", four), "the storages are named by None, want a list" + again},
	{"storage not there", sequence(dict(text("w"), sound), "]"), "tensor w: its storage 0 is not in the file" + again},
	{"record not there", archive("a/data.pkl", pickled(dict(text("w"), sound))), "tensor w: its storage 0 is not in the file" + again},
	{"record too short", archive("a/data.pkl", pickled(dict(text("w"), sound)), "a/data/0", "1234"), "tensor w: its storage 0 would be 16 bytes at 0, the file has 4 bytes of it" + again},
	// Storages and tensors.
	{"other storage", legacy(view2(store("CursedStorage", "0", 4), 0, integersOf(4), integersOf(1))), "storage 0 is of class CursedStorage, whose size is not known, so what follows cannot be found; save again in today's form: torch.save(torch.load(OLD), NEW)"},
	{"storage of two types", sequence(dict(text("v"), sound, text("w"), view2(store("HalfStorage", "0", 4), 0, integersOf(4), integersOf(1))), list(text("0")), four), "tensor w: its storage 0 holds F16 here and F32 elsewhere" + again},
	{"negative count", zipped(view2(store("FloatStorage", "0", -4), 0, integersOf(4), integersOf(1))), "tensor w: its storage 0 would have -4 elements" + again},
	{"count 2^60", zipped(view2(store("FloatStorage", "0", 1<<60), 0, integersOf(4), integersOf(1))), "tensor w: its storage 0 would have 1152921504606846976 elements" + again},
	{"count beyond the record", legacy(view2(store("FloatStorage", "0", 5), 0, integersOf(5), integersOf(1))), "tensor w: its storage 0 would be 20 bytes at 0, the file has 16 bytes of it" + again},
	{"part of a storage", legacy(view2(tuple(text("storage"), global("torch", "FloatStorage"), text("0"), text("cpu"), number(4), tuple(text("1"), number(3), number(2)))+"Q", 0, integersOf(2), integersOf(1))), "tensor w: its storage 0 is a part of another that has 4 elements, and not within it" + again},
	{"negative size", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(-2), integersOf(1))), "tensor w: has no offset, shape of at most 32 axes and strides" + again},
	{"size 2^31", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(1<<31), integersOf(0))), "tensor w: has no offset, shape of at most 32 axes and strides" + again},
	{"2^40 elements", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(1<<20, 1<<20), integersOf(0, 0))), "tensor w: its shape [1048576, 1048576] is more than a tensor can have" + again},
	{"33 axes", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(make([]int64, 33)...), integersOf(make([]int64, 33)...))), "tensor w: has no offset, shape of at most 32 axes and strides" + again},
	{"beyond its storage", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(5), integersOf(1))), "tensor w: shape [5] with strides [1] from 0 leads to element 4 or more of its storage, which has 4" + again},
	{"offset beyond", zipped(view2(store("FloatStorage", "0", 4), 5, integersOf(1), integersOf(1))), "tensor w: begins at element 5 of its storage, which has 4" + again},
	{"negative offset", zipped(view2(store("FloatStorage", "0", 4), -1, integersOf(1), integersOf(1))), "tensor w: begins at element -1 of its storage, which has 4" + again},
	{"offset 2^63-1", zipped(view2(store("FloatStorage", "0", 4), math.MaxInt64, integersOf(1), integersOf(1))), "tensor w: begins at element 9223372036854775807 of its storage, which has 4" + again},
	{"negative stride", zipped(view2(store("FloatStorage", "0", 4), 3, integersOf(4), integersOf(-1))), "tensor w: has the stride -1 for 4 elements, want one of 0 or more within its storage" + again},
	{"stride 2^62", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(4), integersOf(1<<62))), "tensor w: has the stride 4611686018427387904 for 4 elements, want one of 0 or more within its storage" + again},
	{"strides too few", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(2, 2), integersOf(1))), "tensor w: has 1 strides for the 2 axes of its shape" + again},
	{"no storage", zipped(call(rebuildV2, "N", number(0), integersOf(1), integersOf(1))), "tensor w: is built of no storage" + again},
	{"shape of texts", zipped(call(rebuildV2, store("FloatStorage", "0", 4), number(0), tuple(text("a")), integersOf(1))), "tensor w: has no offset, shape of at most 32 axes and strides" + again},
	{"repeats too much", zipped(view2(store("FloatStorage", "0", 4), 0, integersOf(1<<28), integersOf(0))), "got 1073741824 bytes of tensors that share or repeat their numbers, the limit is …; save copies: torch.save({k: v.clone() for k, v in model.state_dict().items()}, FILE)"},
	{"identity of another kind", zipped(text("7") + "Q"), `an object is identified by "7", want a tuple that begins with "storage"; it was not written by torch.save`},
	{"storage without a class", zipped(tuple(text("storage"), text("FloatStorage"), text("0"), text("cpu"), number(4)) + "Q"), "a storage has 5 values of other kinds than a class, a key, a location and a number of elements" + again},
	{"storage in bytes", pickled(dict(text("w"), view2(inBytes("abc"), 0, integersOf(1), integersOf(1)))), "tensor w: its storage in a byte string cannot be read: byte 0 of the first pickle: APPEND finds too few values on the stack" + again},
	{"no storage in bytes", pickled(dict(text("w"), view2(inBytes(pickled("N")), 0, integersOf(1), integersOf(1)))), "tensor w: its storage in a byte string is None" + again},
	{"storage in bytes in bytes", pickled(dict(text("w"), view2(inBytes(pickled(inBytes(sequence(store("FloatStorage", "0", 4), list(text("0")), four)))), 0, integersOf(1), integersOf(1)))), "tensor w: its storage in a byte string is an object of class torch.storage._load_from_bytes" + again},
	{"array too short", pickled(dict(text("w"), array("f4", integersOf(3)))), "tensor w: an array of NumPy of shape [3] has 8 bytes" + again},
	{"array of 2^33 elements", pickled(dict(text("w"), array("f4", integersOf(1<<20, 1<<20)))), "tensor w: its shape [1048576, 1048576] is more than a tensor can have" + again},
	{"array without a dtype", pickled(dict(text("w"), call(global("numpy.core.multiarray", "_reconstruct"))+tuple("K\x01", integersOf(2), "N", "\x89", "C\x0812345678")+"b")), "tensor w: an array of NumPy has no dtype and shape of at most 32 axes" + again},
	{"array without a state", pickled(dict(text("w"), call(global("numpy.core.multiarray", "_reconstruct")))), "tensor w: an array of NumPy has no state" + again},
	// What the pickle holds.
	{"nothing", pickled("N"), "holds no tensors but None; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"options only", pickled(dict(text("lr"), "K\x01", text("epochs"), "K\x02")), "holds no tensors but lr, epochs; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"a command", pickled(call(global("os", "system"), text("touch owned"))), "holds no tensors that can be read without the class os.system; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"a command in place of a tensor", zipped(call(global("os", "system"), text("touch owned"))), "holds no tensors that can be read without the class os.system; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"a module with its own state", pickled(module(dict(), dict(text("x"), global("vendor", "Layer")+")\x81"+text("secret")+"b", text("y"), module(dict(text("w"), sound), dict())))), "x is an object of class vendor.Layer, whose parameters are not in the file as a plain state; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"a name twice", archive("a/data.pkl", pickled(dict("K\x01", sound, text("1"), sound)), "a/data/0", four[8:]), "tensor 1: two tensors have this name; which of them counts cannot be known, save them under names that differ"},
	{"a name that is not UTF-8", zipped(sound + text("\xff") + sound), `tensor "\xff": its name is not valid UTF-8; save it under another name`},
	{"a module in itself", pickled(global("m", "M") + ")\x81q\x00" + dict(text("_parameters"), dict(text("w"), sound), text("_modules"), dict(text("m"), "h\x00")) + "b"), "modules nest more than 64 deep at m.m.m…, or one holds itself; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	// The machine.
	{"unknown instruction", pickled("\xff"), "byte 2 of the first pickle: got 0xff, want an instruction of a pickle" + again},
	{"no value", pickled(""), "byte 2 of the first pickle: STOP finds no value on the stack" + again},
	{"empty stack", pickled("a"), "byte 2 of the first pickle: APPEND finds too few values on the stack" + again},
	{"protocol 6", archive("a/data.pkl", "\x80\x06N."), "byte 0 of data.pkl: got pickle protocol 6, want at most 5; save with pickle_protocol=2"},
	{"2^31 bytes", pickled("B" + u32(1<<31)), "byte 2 of the first pickle: 2147483648 bytes would follow, 1 are left; the file is damaged or was cut short, fetch it again"},
	{"2^63 bytes", pickled("\x8e" + u64(1<<63)), "byte 2 of the first pickle: 9223372036854775807 bytes would follow, 1 are left; the file is damaged or was cut short, fetch it again"},
	{"integer of 2^31 bytes", pickled("\x8b" + u32(1<<31)), "byte 2 of the first pickle: 2147483648 bytes would follow, 1 are left; the file is damaged or was cut short, fetch it again"},
	{"frame of 2^40 bytes", pickled("\x95" + u64(1<<40)), "byte 2 of the first pickle: a frame of 1099511627776 bytes would follow, 1 are left; the file is damaged or was cut short, fetch it again"},
	{"memo never stored", pickled("h\x05"), "byte 2 of the first pickle: value 5 of the memo was never stored" + again},
	{"odd number of items", pickled("}(NNNu"), "byte 7 of the first pickle: got 3 keys and values, want pairs" + again},
	{"no mark", pickled("}u"), "byte 3 of the first pickle: no mark is set where one is needed" + again},
	{"append to a number", pickled("K\x01Na"), "byte 5 of the first pickle: items would be appended to 1, want a list" + again},
	{"keys of a number", pickled("K\x01NNs"), "byte 6 of the first pickle: keys would be set in 1, want a dictionary" + again},
	{"state of a number", pickled("K\x01Nb"), "byte 5 of the first pickle: 1 would be given a state, want an object" + again},
	{"call without a tuple", pickled(global("a", "b") + "NR"), "byte 8 of the first pickle: a.b would be called with None, want a tuple" + again},
	{"global of numbers", pickled("NN\x93"), "byte 4 of the first pickle: a global is named by None and None, want two texts" + again},
	{"endless name", pickled("c" + strings.Repeat("a", 5000)), "byte 2 of the first pickle: no line ends within 4096 bytes" + again},
	{"lists 300,000 deep", pickled(deep(300_000)), "holds no tensors but a list; save the state dict in the program that wrote the file: torch.save(model.state_dict(), FILE)"},
	{"2,000,000 values on the stack", pickled(strings.Repeat("N", 2_000_000)), "got 1048577 values on the stack of the first pickle, the limit is 1048576; save the state dict alone: torch.save(model.state_dict(), FILE)"},
	{"2,000,000 lists", pickled("]" + strings.Repeat("]0", 2_000_000)), "got … bytes of memory for the first pickle, the limit is 67108864; save the state dict alone: torch.save(model.state_dict(), FILE)"},
	{"2,000,000 marks", pickled(strings.Repeat("(", 2_000_000)), "got 1048577 marks on the stack of the first pickle, the limit is 1048576; save the state dict alone: torch.save(model.state_dict(), FILE)"},
	{"a long list copied again and again", pickled(list(strings.Repeat("N", 100_000)) + "\x85q\x00" + strings.Repeat("0c__builtin__\nlist\nh\x00R", 1000)), "got … bytes of memory for the first pickle, the limit is 67108864; save the state dict alone: torch.save(model.state_dict(), FILE)"},
}

// module is an object with the state of an nn.Module.
func module(parameters, modules string) string {
	return global("m", "Module") + ")\x81" + dict(text("_parameters"), parameters, text("_modules"), modules) + "b"
}

// TestRefusesAttacks: each file has its message, and opening it allocates little.
func TestRefusesAttacks(t *testing.T) {
	if len(attacks) < 60 {
		t.Errorf("got %d attacks", len(attacks))
	}
	var raw [][]byte
	for _, c := range attacks {
		raw = append(raw, []byte(c.content))
		in := input([]byte(c.content))
		var before, after runtime.MemStats
		runtime.ReadMemStats(&before)
		_, err := Open(in)
		runtime.ReadMemStats(&after)
		start, end, _ := strings.Cut("weights: f.pth: "+c.want, "…")
		if err == nil || !strings.HasPrefix(err.Error(), start) || !strings.HasSuffix(err.Error(), end) || !strings.Contains(c.want, "…") && err.Error() != start {
			t.Errorf("%s:\n got %v\nwant %s", c.name, err, c.want)
		}
		if got := after.TotalAlloc - before.TotalAlloc; got > 150<<20 {
			t.Errorf("%s: allocated %d bytes for a file of %d", c.name, got, len(c.content))
		}
	}
	filetest.Keep(t, "torch", ".pth", nil, func(raw []byte) error { _, err := Open(input(raw)); return err }, raw)
}

// TestSoundPickles: the same pieces put together rightly are read, so that the attacks fail
// for the reason that they state.
func TestSoundPickles(t *testing.T) {
	self := "}q\x00(" + text("self") + "h\x00" + text("w") + sound + "u"
	for name, c := range map[string]struct{ content, want string }{
		"legacy":           {legacy(sound), "w"},
		"zip":              {zipped(sound), "w"},
		"holds itself":     {archive("a/data.pkl", pickled(self), "a/data/0", four[8:]), "w"},
		"part of storage":  {legacy(view2(tuple(text("storage"), global("torch.cuda", "FloatStorage"), text("0"), text("cuda:0"), number(4), tuple(text("1"), number(2), number(2)))+"Q", 0, integersOf(2), integersOf(1))), "w"},
		"storage in bytes": {pickled(dict(text("w"), view2(inBytes(sequence(store("FloatStorage", "0", 4), list(text("0")), four)), 1, integersOf(2), integersOf(1)))), "w"},
		"xla":              {pickled(dict(text("w"), call(global("torch._utils", "_rebuild_device_tensor_from_numpy"), array("f4", integersOf(2)), global("torch", "float32"), text("xla:0"), "\x89"))), "w"},
		"empty part":       {zipped(view2(store("FloatStorage", "0", 0), 7, integersOf(2, 0), integersOf(1, 1))), "w"},
		"untyped":          {zipped(call(global("torch._utils", "_rebuild_tensor_v3"), store("UntypedStorage", "0", 16), number(1), integersOf(3), integersOf(2), "\x89", "}", global("torch", "uint16"))), "w"},
		"subclass":         {zipped(call(global("torch._tensor", "_rebuild_from_type_v2"), rebuildV2, global("a", "B"), tuple(store("FloatStorage", "0", 4), number(0), integersOf(4), integersOf(1), "\x89", "}"), "}")), "w"},
		"protocol 0":       {archive("a/data.pkl", "(dp0\nS'w'\np1\n"+sound+"s.", "a/data/0", four[8:]), "w"},
		"command beside":   {archive("a/data.pkl", pickled(dict(text("x"), call(global("os", "system"), text("touch owned")), text("state_dict"), dict(text("w"), sound))), "a/data/0", four[8:]), "w"},
		"parameter of 0.1": {legacy(global("torch.nn.parameter", "Parameter") + ")R" + tuple(sound, "\x88", "\x89", "N", "N") + "b"), "w"},
		"module":           {archive("a/data.pkl", pickled(module(dict(text("w"), sound, text("b"), "N"), dict(text("0"), module(dict(text("w"), sound), dict())))), "a/data/0", four[8:]), "w 0.w"},
	} {
		f, err := Open(input([]byte(c.content)))
		if err != nil {
			t.Errorf("%s: %v", name, err)
			continue
		}
		if got := strings.Join(names(f), " "); got != c.want {
			t.Errorf("%s: got %s, want %s", name, got, c.want)
		}
		for i, tensor := range f.Tensors() {
			raw, err := f.Bytes(i)
			if n, _ := weightfile.Elements(tensor.Shape); err != nil || len(raw) != int(n)*tensor.Type.Size() {
				t.Errorf("%s: %v: got %x, %v", name, tensor, raw, err)
			}
		}
	}
}

// TestMarkedViews: what torch marks as the negative of its numbers is not taken for these.
func TestMarkedViews(t *testing.T) {
	at := []string{store("FloatStorage", "0", 4), number(0), integersOf(4), integersOf(1), "\x89", "}"}
	for _, c := range []struct{ function, dtype, marks, want string }{
		{"_rebuild_tensor_v2", "", dict(text("neg"), "\x88"), "neg"},
		{"_rebuild_tensor_v2", "", dict(text("conj"), "\x88"), "conj"},
		{"_rebuild_tensor_v2", "", dict(text("neg"), "\x89"), ""},
		{"_rebuild_tensor_v2", "", "N", ""},
		{"_rebuild_tensor_v3", global("torch", "float32"), dict(text("neg"), "\x88"), "neg"},
	} {
		args := append(slices.Clone(at), c.dtype, c.marks)
		f, err := Open(input([]byte(zipped(call(global("torch._utils", c.function), args...)))))
		if err != nil {
			t.Fatal(err)
		}
		_, err = f.Bytes(0)
		want := "weights: f.pth: tensor w: is marked " + c.want + ", so that its numbers are others than those stored; call .resolve_neg().resolve_conj() before saving"
		if c.want == "" && err != nil || c.want != "" && (err == nil || err.Error() != want) {
			t.Errorf("%s of %q: %v", c.function, c.marks, err)
		}
	}
}

// TestTensorsAreLimited: the number of tensors, also where modules hold each other over and
// over.
func TestTensorsAreLimited(t *testing.T) {
	in := input([]byte(archive("a/data.pkl", pickled(dict(text("v"), sound, text("w"), sound)), "a/data/0", four[8:])))
	in.Limits.Tensors = 1
	if _, err := Open(in); err == nil || err.Error() != "weights: f.pth: got 2 tensors, the limit is 1; no network needs so many; keep those of one network in a file" {
		t.Errorf("got %v", err)
	}
	// Each of 30 modules holds the one before twice: 2^30 names.
	tower := module(dict(text("w"), sound), dict()) + "q\x00"
	for i := range 30 {
		tower = module(dict(), dict(text("a"), tower, text("b"), fmt.Sprintf("h%c", i))) + fmt.Sprintf("q%c", i+1)
	}
	if _, err := Open(input([]byte(archive("a/data.pkl", pickled(tower), "a/data/0", four[8:])))); err == nil || !strings.Contains(err.Error(), "got 65537 tensors, the limit is 65536") && !strings.Contains(err.Error(), "values in modules, the limit is") {
		t.Errorf("got %v", err)
	}
}
