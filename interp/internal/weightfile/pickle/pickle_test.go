package pickle

import (
	"bytes"
	"fmt"
	"math"
	"strings"
	"testing"

	"cnnlang/interp/internal/weightfile"
)

// unknown is a Builder that knows nothing.
type unknown struct{}

func (unknown) Call(Global, []Value) (Value, bool, error) { return nil, false, nil }
func (unknown) Persistent(id Value) (Value, error)        { return id, nil }
func (unknown) Build(v, state Value) error                { return nil }

func load(raw string, limits weightfile.Limits) (Result, error) {
	in := weightfile.Input{ReaderAt: strings.NewReader(raw), Size: int64(len(raw)), Path: "f", Limits: limits}
	return Load(in, 0, "p", unknown{})
}

// show prints a value as Python would, more or less.
func show(v Value) string {
	all := func(items []Value) string {
		var texts []string
		for _, item := range items {
			texts = append(texts, show(item))
		}
		return strings.Join(texts, " ")
	}
	switch v := v.(type) {
	case *List:
		return "[" + all(v.Items) + "]"
	case *Tuple:
		return "(" + all(v.Items) + ")"
	case *Dict:
		var texts []string
		for _, e := range v.Entries() {
			texts = append(texts, show(e.Key)+":"+show(e.Value))
		}
		return "{" + strings.Join(texts, " ") + "}"
	case *Object:
		return fmt.Sprintf("%s<%s|%s|%s|%s>", v.Class, all(v.Args), show(v.State), show(&v.Items), all(v.List))
	case *Bytes:
		raw, err := v.Read(0, v.Len(), "it")
		return fmt.Sprintf("b%q%v", raw, map[bool]any{true: "", false: err}[err == nil])
	case string:
		return fmt.Sprintf("%q", v)
	case Big:
		return fmt.Sprintf("big%x", string(v))
	}
	return fmt.Sprint(v)
}

// TestInstructions: each instruction does what CPython's pickle.py does. The pickles are
// those that pickle.dumps gives, or pickletools.py describes.
func TestInstructions(t *testing.T) {
	for _, c := range []struct{ raw, want string }{
		{"N.", "<nil>"}, {"\x88.", "true"}, {"\x89.", "false"}, {"I01\n.", "true"}, {"I00\n.", "false"}, {"I-7\n.", "-7"},
		{"L12L\n.", "12"}, {"L123456789012345678901L\n.", "big313233343536373839303132333435363738393031"},
		{"K\xff.", "255"}, {"M\x01\x80.", "32769"}, {"J\xff\xff\xff\xff.", "-1"},
		{"\x8a\x00.", "0"}, {"\x8a\x01\xff.", "-1"}, {"\x8a\x02\xff\x00.", "255"}, {"\x8a\x08\x00\x00\x00\x00\x00\x00\x00\x80.", "-9223372036854775808"},
		{"\x8a\x09\x00\x00\x00\x00\x00\x00\x00\x80\x00.", "big000000000000008000"}, {"\x8b\x01\x00\x00\x00\x05.", "5"},
		{"G\x3f\xf8\x00\x00\x00\x00\x00\x00.", "1.5"}, {"F-2.5e1\n.", "-25"}, {"Fnan\n.", "NaN"},
		{"S'a\\'b\\x41\\n'\n.", `"a'bA\n"`}, {`S"it's"` + "\n.", `"it's"`}, {"V\xe9\\u20ac\\U0001f600\\x\n.", `"é€😀\\x"`}, {`S'\"\\\t'` + "\n.", `"\"\\\t"`},
		{"U\x02ab.", `"ab"`}, {"T\x02\x00\x00\x00ab.", `"ab"`}, {"\x8c\x02ab.", `"ab"`}, {"X\x02\x00\x00\x00ab.", `"ab"`}, {"\x8d\x02\x00\x00\x00\x00\x00\x00\x00ab.", `"ab"`},
		{"C\x02ab.", `b"ab"`}, {"B\x02\x00\x00\x00ab.", `b"ab"`}, {"\x8e\x02\x00\x00\x00\x00\x00\x00\x00ab.", `b"ab"`}, {"\x96\x02\x00\x00\x00\x00\x00\x00\x00ab\x98.", `b"ab"`},
		{").", "()"}, {"N\x85.", "(<nil>)"}, {"NN\x86.", "(<nil> <nil>)"}, {"NNN\x87.", "(<nil> <nil> <nil>)"}, {"(K\x01K\x02t.", "(1 2)"},
		{"].", "[]"}, {"]Na.", "[<nil>]"}, {"](K\x01K\x02e.", "[1 2]"}, {"(K\x01l.", "[1]"}, {"\x8f(K\x01\x90.", "[1]"}, {"(K\x01\x91.", "[1]"},
		{"}.", "{}"}, {"}K\x01K\x02s.", "{1:2}"}, {"}(K\x01K\x02K\x01K\x03u.", "{1:3}"}, {"(K\x01K\x02d.", "{1:2}"},
		{"K\x01K\x020.", "1"}, {"K\x01(K\x021.", "1"}, {"K\x01(0.", "1"}, {"]2\x86.", "([] [])"},
		{"K\x07p5\n0g5\n.", "7"}, {"K\x07q\x050h\x05.", "7"}, {"K\x07r\x05\x00\x00\x000j\x05\x00\x00\x00.", "7"},
		{"K\x07\x940h\x00.", "7"}, {"K\x07r\xff\xff\xff\xff0j\xff\xff\xff\xff.", "7"}, {"\x95\x02\x00\x00\x00\x00\x00\x00\x00N.", "<nil>"},
		{"cm\nf\n.", "m.f"}, {"\x8c\x01m\x8c\x01f\x93.", "m.f"},
		{"cm\nf\nK\x01\x85R.", "m.f<1|<nil>|{}|>"}, {"cm\nf\n)\x81}b.", "m.f<|{}|{}|>"}, {"cm\nf\n)}\x92.", "m.f<|<nil>|{}|>"},
		{"cm\nf\n)}(K\x01K\x02u\x92.", "m.f<{1:2}|<nil>|{}|>"}, {"(K\x01im\nf\n.", "m.f<1|<nil>|{}|>"}, {"(cm\nf\nK\x01o.", "m.f<1|<nil>|{}|>"},
		{"cm\nf\n)\x81(K\x01K\x02e(K\x03K\x04u.", "m.f<|<nil>|{3:4}|1 2>"}, {"K\x01)R.", ".?<|<nil>|{}|>"},
		{"ccollections\nOrderedDict\n)R(K\x01K\x02u}b.", "{1:2}"}, {"ccollections\nOrderedDict\n](]K\x01aK\x02e\x85R.", "collections.OrderedDict<[[1] 2]|<nil>|{}|>"},
		{"ccollections\nOrderedDict\n]](K\x01K\x02ea\x85R.", "{1:2}"}, {"ccollections\ndefaultdict\nc__builtin__\nlist\n\x85RK\x01Ns.", "{1:<nil>}"},
		{"c__builtin__\nset\n](K\x01K\x02e\x85R.", "[1 2]"}, {"cbuiltins\ntuple\n]K\x01a\x85R.", "(1)"}, {"cbuiltins\nbytearray\nC\x01a\x85R.", `b"a"`},
		{"c_codecs\nencode\nX\x03\x00\x00\x00a\xc3\xbfX\x06\x00\x00\x00latin1\x86R.", `b"a\xff"`},
		{"ccopy_reg\n_reconstructor\n(cm\nf\nc__builtin__\nobject\nNtR}K\x01K\x02sb.", "m.f<__builtin__.object <nil>|{1:2}|{}|>"},
		{"Pid\n.", `"id"`}, {"K\x05Q.", "5"},
	} {
		r, err := load(c.raw, weightfile.Limits{})
		if got := show(r.Value); err != nil || got != c.want {
			t.Errorf("%q: got %s, %v; want %s", c.raw, got, err, c.want)
		}
		if r.End != int64(len(c.raw)) {
			t.Errorf("%q: ends at %d", c.raw, r.End)
		}
	}
	for code, i := range instructions { // none of them panics without values or bytes
		if code == stop {
			continue
		}
		for _, before := range []string{"", "N", "(", "NN", "N(", "](", "}(N"} {
			if _, err := load(before+string([]byte{byte(code)}), weightfile.Limits{}); err == nil {
				t.Errorf("%q and %s: no error without STOP", before, i.name)
			}
		}
	}
}

// TestLongBytesStayInTheFile: they do not count against the limit, in whatever chunks the
// pickle around them is read.
func TestLongBytesStayInTheFile(t *testing.T) {
	long := bytes.Repeat([]byte("abcdefg"), 10_000)
	raw := "](C\x01xB" + "\x70\x11\x01\x00" + string(long) + "C\x01ye."
	r, err := load(raw, weightfile.Limits{Header: 4000})
	if err != nil {
		t.Fatal(err)
	}
	items := r.Value.(*List).Items
	if len(items) != 3 || show(items[2]) != `b"y"` {
		t.Fatalf("got %v", items)
	}
	b := items[1].(*Bytes)
	part, err := b.Read(69_990, 10, "it")
	if b.Len() != 70_000 || err != nil || string(part) != string(long[69_990:]) {
		t.Errorf("got %d bytes, %q, %v", b.Len(), part, err)
	}
	for _, c := range [][2]int64{{-1, 1}, {69_991, 10}, {1, math.MaxInt64}, {math.MaxInt64, 1}} {
		if _, err := b.Read(c[0], c[1], "it"); err == nil {
			t.Errorf("%v: no error", c)
		}
	}
}

// TestMemoryIsCounted: a text is counted before it is read.
func TestMemoryIsCounted(t *testing.T) {
	raw := "X\x00\x10\x00\x00" + strings.Repeat("a", 4096) + "."
	if _, err := load(raw, weightfile.Limits{Header: 4000}); err == nil || err.Error() != "weights: f: got 4096 bytes of memory for p, the limit is 4000; save the state dict alone: torch.save(model.state_dict(), FILE)" {
		t.Errorf("got %v", err)
	}
	if _, err := load(raw, weightfile.Limits{Header: 5000}); err != nil {
		t.Error(err)
	}
}

// TestKeysOfDictionaries: the last of equal keys counts, in the place of the first.
func TestKeysOfDictionaries(t *testing.T) {
	d := &Dict{}
	d.Set("a", int64(1))
	d.Set("b", int64(2))
	if v, ok := d.Get("a"); !ok || v != int64(1) {
		t.Errorf("got %v", v)
	}
	d.Set("a", int64(3))
	d.Set("c", int64(4))
	if got := show(d); got != `{"a":3 "b":2 "c":4}` {
		t.Errorf("got %s", got)
	}
	if _, ok := d.Get("d"); ok {
		t.Error("d is there")
	}
}
